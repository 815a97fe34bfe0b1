"""What each daemon saw in a warm-up, and the center and deviation of that."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Floats

ROUNDS_MAX = 64
"""How many rounds of a warm-up are kept, evenly spaced: enough for a median, and bounded in memory."""


class WarmUp:
    """Each daemon's own values in a warm-up of some rounds, of which up to 64 are kept. False once it is used up."""

    def __init__(self, rounds: int) -> None:
        self._stride = -(-rounds // ROUNDS_MAX) if rounds else 1
        self._seen: list[Floats] = []

    def __bool__(self) -> bool:
        return bool(self._seen)

    def add(self, round: int, values: Floats) -> None:
        """Note the values (n, d) of a round, if it is one of those kept."""
        if round % self._stride == 0:
            self._seen.append(np.array(values))

    def center_and_deviation(self) -> tuple[Floats, Floats]:
        """(n, d) each: the median of each daemon's own values, and its robust deviation. Forgets the values."""
        seen, self._seen = np.stack(self._seen), []
        center = np.median(seen, axis=0)
        return center, MAD_TO_DEVIATION * np.median(np.abs(seen - center), axis=0)

"""The rows of a warm-up that count as self: normal behavior that detectors must not cover."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats

ROWS_MAX = 2_000
"""About the largest number of rows that are kept."""


class SelfRows:
    """Draws an equal number of rows in every round of a warm-up.

    Args:
        rounds: The number of rounds.
        rng: Draws the daemons of each round.
    """

    def __init__(self, rounds: int, rng: np.random.Generator) -> None:
        self._share = -(-ROWS_MAX // rounds)
        self._rng = rng
        self._seen: list[Floats] = []

    def add(self, rows: Floats, joined: Bools) -> None:
        """Keep some of the rows (n, k), of daemons that take part (n,)."""
        some = np.flatnonzero(joined)
        self._seen.append(rows[self._rng.choice(some, size=min(self._share, len(some)), replace=False)])

    def take(self) -> Floats:
        """All rows that were kept, by time. Forgets them."""
        rows, self._seen = np.concatenate(self._seen), []
        return rows

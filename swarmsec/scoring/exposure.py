"""How long red changed a daemon before the first alarm about it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.scoring.turns import Turn


class Exposure(NamedTuple):
    """The attacked daemons of one seed.

    Attributes:
        daemons: The daemons that red changed in any round.
        found: Those of them with an alarm that was raised while red changed them, and that is not raised in peace.
        median: The median over `daemons` of the rounds in which red changed them before that alarm, or in all if there
            is none; None without such daemons.
    """

    daemons: int
    found: int
    median: float | None


class ExposureCount:
    """Counts the exposure of k daemons, turn by turn."""

    def __init__(self, k: int) -> None:
        self._rounds = np.zeros(k, dtype=np.int64)
        self._ever, self._found = np.zeros(k, dtype=bool), np.zeros(k, dtype=bool)

    def add(self, turn: Turn) -> None:
        """Count the rounds of a turn."""
        self._ever |= turn.changed
        self._found |= turn.raised & turn.changed & ~turn.peace
        self._rounds[turn.changed & ~self._found] += turn.width

    def exposure(self, *, guesses: bool) -> Exposure:
        """The exposure over all turns.

        Args:
            guesses: Whether the alarms of this seed are no better than guesses, so that they find nobody.
        """
        daemons = int(np.count_nonzero(self._ever))
        if not daemons:
            return Exposure(0, 0, None)
        found = 0 if guesses else int(np.count_nonzero(self._found))
        return Exposure(daemons, found, float(np.median(self._rounds[self._ever])))

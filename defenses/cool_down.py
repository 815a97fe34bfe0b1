"""After a drastic change a daemon does not act for some rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import is_drastic
from swarmsec.teams import BlueView, Floats, Ge, Governor, Help, Unit


@dataclass(kw_only=True)
class CoolDown(Governor):
    """A daemon whose decision changes by more than `drastic` does not act again for `wait` rounds.

    While it waits, it decides what the world calls neutral, or what it decided last. The change is that since the last
    round, or since its last act where it waited. So it makes at most one drastic change in wait + 1 rounds: a minimum
    dwell time between two switches, which keeps a switched system stable (Morse, IEEE Transactions on Automatic Control
    41, 1996; a mean dwell time is enough: Hespanha & Morse, CDC 1999). A decision that moves slowly, honest or not, is
    never stopped.
    """

    drastic: Annotated[float, Ge(0), Unit("decision"), Help("The change in a round above which a daemon waits.")] = 0.2
    wait: Annotated[int, Ge(1), Unit("rounds"), Help("How long it does not act.")] = 20

    def begin(self, blue: BlueView) -> None:
        """Nobody waits."""
        self._until = np.zeros(blue.n, dtype=np.int64)
        self._last: Floats | None = None

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Let those who do not wait act, and note who must wait now."""
        last = decisions if self._last is None else self._last
        waits = blue.round < self._until
        jumps = is_drastic(decisions, last, self.drastic) & ~waits
        self._until[jumps] = blue.round + 1 + self.wait
        self._last = np.where(waits[:, None], last, decisions)
        return np.where(waits[:, None], self.standstill(decisions, blue), decisions) if waits.any() else decisions

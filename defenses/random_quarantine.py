"""Isolate daemons at random: the null that a detector must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import BlueView, Defense, Ge, Help, Interval, Surface, Unit, Vantage


@dataclass(kw_only=True)
class RandomQuarantine(Defense):
    """Every `stride` rounds release all daemons, and isolate a new random share of them.

    It shows how much damage quarantine prevents by chance; a detector must prevent more.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    share: Annotated[float, Interval(ge=0, le=1), Unit("share"), Help("The share of the swarm that it isolates.")] = 0.1
    stride: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two draws.")] = 10

    def respond(self, blue: BlueView) -> None:
        """Draw the isolated daemons every `stride` rounds."""
        if blue.round % self.stride:
            return
        blue.release(np.flatnonzero(blue.quarantined))
        wanted = min(round(self.share * int(blue.joined.sum())), blue.quarantine_limit)
        blue.isolate(blue.rng.choice(np.flatnonzero(blue.joined), size=wanted, replace=False))

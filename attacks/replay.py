"""Replay recorded signals to some daemons, so that they do not see what happens now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Replay(Attack):
    """Record the signals of the targets in the last `window` rounds before the start, and repeat them in a loop.

    s_i(t) ← s_i(start − w + (t − start) mod w), with w = min(window, start). Every single reading is real, noise
    included, so that no test of one reading finds it (Mo and Sinopoli, Allerton 2009; Stuxnet did it). An attack that
    starts in round 0 freezes the first reading. It does damage where the world changes after the recording.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0099", "T0856")

    window: Annotated[int, Ge(1), Unit("rounds"), Help("How many rounds are recorded.")] = 10

    def begin(self, red: RedView) -> None:
        """Nothing is recorded yet."""
        self._recorded = np.empty((0, len(red.targets), 0))

    def on_round(self, red: RedView) -> None:
        """Record the readings of the targets until the start."""
        if red.round < max(red.start, 1):
            readings = red.readings[None]
            before = self._recorded if red.round else readings[:0]
            self._recorded = np.concatenate([before, readings])[-self.window :]

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Play the recording."""
        now: Floats = self._recorded[(red.round - red.start) % len(self._recorded)]
        return now

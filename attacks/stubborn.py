"""Hijack daemons, and keep them at one value, independent of what their neighbors send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Stubborn(Attack):
    """Hold and send x_i = value + drift · t + swing · sin t, t rounds after the start, the same to all neighbors.

    A *malicious* daemon of LeBlanc et al. 2013: it sends every neighbor the same lie. A single one moves plain
    averaging anywhere; W-MSR withstands F of them on an (F+1,F+1)-robust network.
    """

    surface = Surface.DAEMON
    threats = ("T12", "T13")

    value: Annotated[float, Unit("belief"), Help("The value of hijacked daemons.")] = 100.0
    drift: Annotated[float, Unit("belief per round"), Help("The change of the value in a round.")] = 0.0
    swing: Annotated[float, Unit("belief"), Help("The amplitude of the oscillation around the value.")] = 0.0

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of hijacked daemons."""
        t = red.round - self.start
        return np.full_like(state, self.value + self.drift * t + self.swing * float(np.sin(t)))

"""Hijack daemons, and keep them at one value, independent of what their neighbors send."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Stubborn(Attack):
    """Hold x_i = value + drift · t + swing · sin(frequency · t + angle) + noise · N(0, 1), t rounds after the start.

    A *malicious* daemon of LeBlanc et al. 2013: it sends every neighbor the same lie. A single one moves plain
    averaging anywhere; W-MSR withstands F of them on an (F+1,F+1)-robust network. With `values` hijacked daemons hold
    different values, in ascending order of the daemons and again from the first one.
    """

    surface = Surface.DAEMON
    threats = ("T12", "T13")

    value: Annotated[float, Unit("belief"), Help("The value of hijacked daemons.")] = 100.0
    values: Annotated[
        list[float], Unit("belief"), Help("Instead of `value`: one value for each hijacked daemon, in turn.")
    ] = field(default_factory=list)
    drift: Annotated[float, Unit("belief per round"), Help("The change of the value in a round.")] = 0.0
    swing: Annotated[float, Unit("belief"), Help("The amplitude of the oscillation around the value.")] = 0.0
    frequency: Annotated[float, Unit("radians per round"), Help("The speed of the oscillation.")] = 1.0
    angle: Annotated[float, Unit("radians"), Help("The angle of the oscillation at the start.")] = 0.0
    noise: Annotated[float, Ge(0), Unit("belief"), Help("Standard deviation, drawn for each daemon.")] = 0.0

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of hijacked daemons."""
        t = red.round - red.start
        center = np.resize(self.values or [self.value], (len(state), 1))
        moved = self.drift * t + self.swing * float(np.sin(self.frequency * t + self.angle))
        lie = np.broadcast_to(center + moved, state.shape)
        return lie + self.noise * red.rng.standard_normal(state.shape) if self.noise else lie

"""Hijack a few daemons, then daemons that listen to them, and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class Hijack(Attack):
    """Lateral movement: every `dwell` rounds each listener of a hijacked daemon is hijacked with probability `spread`.

    Hijacked daemons hold and send x_i = value. The spread is a discrete SI epidemic on the network, with one draw a
    listener: the SIS process of Pastor-Satorras & Vespignani 2001 without recovery. Only the rules of engagement limit
    it. Quarantine does not: an isolated daemon can still steal credentials.
    """

    surface = Surface.DAEMON
    threats = ("T3", "T13", "AML.T0012", "T1078")
    spreads = True

    value: Annotated[float, Unit("belief"), Help("The proposal of hijacked daemons.")] = -1.0
    dwell: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two moves.")] = 10
    spread: Annotated[
        float, Interval(ge=0, le=1), Unit("probability"), Help("That a listener is hijacked in a move.")
    ] = 0.1

    def on_round(self, red: RedView) -> None:
        """Hijack more daemons every `dwell` rounds."""
        since = red.round - self.start
        if red.strength > 0 and since > 0 and since % self.dwell == 0:
            listeners = np.setdiff1d(red.trusted_by(red.hijacked), red.hijacked)
            red.hijack(listeners[red.rng.random(len(listeners)) < self.spread])

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of all hijacked daemons."""
        return np.full_like(state, self.value)

"""Shift signals as far as no defense raises an alarm, found by bisection against copies of the defenses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Bools, Floats, Help, Interval, Knowledge, RedView, Surface, Unit


@dataclass(kw_only=True)
class Evasion(Attack):
    """Add λ_i · bias to the signal of each target, with the largest λ_i in [0, 1] that no defense reacts to.

    In each round `steps` trials of all λ_i at once, the first at 1 and then by bisection, ask copies of the defenses
    (`red.rehearse`) whether they would change a reading or raise an alarm; then all are halved while the lies together
    cause a reaction at any daemon. The damage is the most that hides under the threshold of a known detector, up to
    2^(1 − steps) of the bias; a narrower band leaves less.
    Rehearsed are filters of signals; alarms that a defense raises later, by behavior, are not foreseen. Source: Carlini
    & Wagner, AISec 2017 (adaptive attacks); Urbina et al., CCS 2016 (stealthy attacks); MITRE ATLAS AML.T0015.
    """

    surface = Surface.SIGNAL
    knowledge = Knowledge.SIGNALS | Knowledge.TOPOLOGY | Knowledge.DEFENSE
    threats = ("T6", "AML.T0015", "AML.T0099", "T0856")

    bias: Annotated[float, Unit("signal"), Help("The amount that is added if no defense reacts.")] = -1.5
    steps: Annotated[int, Interval(ge=1, le=30), Help("Trials in a round, and at most as many halvings.")] = 8

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift each reading as far as nothing reacts."""
        low, high = np.zeros(len(readings)), np.ones(len(readings))
        tried, usual = high, self._reactions(low, readings, red)
        for _ in range(self.steps):
            caught = self._reactions(tried, readings, red)[red.targets]
            low, high = np.where(caught, low, tried), np.where(caught, tried, high)
            tried = (low + high) / 2
        for _ in range(self.steps):
            if not (self._reactions(low, readings, red) & ~usual).any():
                break
            low = low / 2
        return self._lie(low, readings)

    def _lie(self, share: Floats, readings: Floats) -> Floats:
        """The readings with this share (k,) of the bias."""
        return readings + (share * self.bias)[:, None]

    def _reactions(self, share: Floats, readings: Floats, red: RedView) -> Bools:
        """(n,) the daemons about which a defense would do something."""
        signals = red.signals
        signals[red.targets] = self._lie(share, readings)
        return red.rehearse(signals)

"""Widen the baseline of a detector during its warm-up, then attack inside of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class CalibrationPoisoning(Attack):
    """Add uniform noise on ± `swing` to the signals for `warm_up` rounds, and after them a constant: s_i ← s_i + bias.

    The noise has a mean of 0 and does little, but a detector that learns its band from it learns a wide one: the robust
    deviation 1.4826 MAD of the noise alone is 0.74 · swing, so that a threshold of θ deviations lets a bias of up to
    0.74 · θ · swing pass. Robust estimates withstand it only while less than half of the warm-up is poisoned; rules
    that let red act no earlier (`rules.red.earliest`), or a comparison with neighbors, prevent it. Source: Rubinstein
    et al., ANTIDOTE, IMC 2009; OWASP T1, MITRE ATLAS AML.T0020.
    """

    surface = Surface.SIGNAL
    threats = ("T1", "AML.T0020", "T0856")

    warm_up: Annotated[int, Ge(0), Unit("rounds"), Help("How long it widens the baseline, from `start` on.")] = 200
    swing: Annotated[float, Ge(0), Unit("signal"), Help("The largest absolute value of the noise.")] = 2.0
    bias: Annotated[float, Unit("signal"), Help("The amount that is added afterwards.")] = -1.5

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Add noise, then the bias."""
        if red.round - red.start < self.warm_up:
            return readings + self.swing * red.rng.uniform(-1.0, 1.0, readings.shape)
        return readings + self.bias

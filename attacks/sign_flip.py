"""Mirror the signals of some daemons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Gt, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class SignFlip(Attack):
    """Mirror the signal of every targeted daemon around a center: s_i ← center − gain · (s_i − center).

    The sign flip of Byzantine learning (Li et al., RSA, AAAI 2019), on feeds instead of gradients: up is down. With a
    gain of 1 the false signals have the size and the noise of the true ones, so that a limit on sizes does not see it.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0099", "T0856")

    center: Annotated[float, Unit("signal"), Help("The value that stays the same.")] = 0.0
    gain: Annotated[float, Gt(0), Help("The factor of the mirrored distance.")] = 1.0

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Mirror the readings of the targets."""
        return self.center - self.gain * (readings - self.center)

"""Add noise to the signals of some daemons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Noise(Attack):
    """Add normal noise to the signal of every targeted daemon in every round: s_i ← s_i + deviation · N(0, 1).

    The Gaussian attack of Byzantine learning (Blanchard et al., NeurIPS 2017), on feeds instead of gradients, and added
    to the true value instead of in its place. Averaging over k targets divides independent noise by √k. `common` noise
    is one draw for all targets, which no average over them reduces, and all of them err in the same direction.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0099", "T0856")

    deviation: Annotated[float, Ge(0), Unit("signal"), Help("The standard deviation of the noise.")] = 1.0
    common: Annotated[bool, Help("Whether all targets get the same noise.")] = False

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Add the noise of this round."""
        shape = (1, readings.shape[1]) if self.common else readings.shape
        return readings + self.deviation * red.rng.standard_normal(shape)

"""Hijack daemons, and hold the negative of the honest mean, so that the mean of all turns around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Knowledge, RedView, Surface, Unit


@dataclass(kw_only=True)
class InnerProduct(Attack):
    """Hold x = center − ε (μ − center), with the mean μ of the honest proposals.

    Inner product manipulation (Xie, Koyejo and Gupta, Fall of Empires, UAI 2019). With f hijacked daemons of n the mean
    of all is center + (n − f − ε f)/n · (μ − center), and changes its side at ε > (n − f)/f. Where μ is near the center
    and the honest values scatter around it, the lie is one of them, and no rule excludes it.
    """

    surface = Surface.DAEMON
    knowledge = Knowledge.SIGNALS
    threats = ("T12", "T13")

    epsilon: Annotated[float, Ge(0), Help("The factor of the negated mean.")] = 1.0
    center: Annotated[float, Unit("belief"), Help("The value around which the mean is mirrored.")] = 0.0

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the same value for all hijacked daemons."""
        honest = red.state[red.honest]
        if not len(honest):
            return state
        lie = self.center - self.epsilon * (honest.mean(axis=0) - self.center)
        return np.broadcast_to(lie, state.shape)

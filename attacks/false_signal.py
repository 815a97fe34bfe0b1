"""Shift the optimization signals that daemons read, and touch nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class FalseSignal(Attack):
    """Add a constant to the feed of every targeted daemon: s_i <- s_i + strength * bias.

    The daemons stay honest; only what they are told is false. This is what BlackSwarm did, and what
    one spoofed vehicle did to signal control in Chen et al., NDSS 2018.
    """

    surface = Surface.SIGNAL

    bias: Annotated[float, Unit("signal"), Help("What is added to a targeted reading.")] = -1.5

    def on_signals(self, signals: Floats, red: RedView) -> Floats:
        """Shift the targets' readings."""
        lies = signals.copy()
        lies[red.targets] += red.strength * self.bias
        return lies

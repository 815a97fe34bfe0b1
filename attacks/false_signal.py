"""Shift the signals of some daemons, and change nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Floats, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class FalseSignal(Attack):
    """Add a constant to the signal of every targeted daemon: s_i ← s_i + bias.

    The daemons stay honest, but decide by false signals. BlackSwarm was such an attack, as was a single spoofed vehicle
    in traffic signal control (Chen et al., NDSS 2018).
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0099", "T0856")

    bias: Annotated[float, Unit("signal"), Help("The amount that is added to a targeted signal.")] = -1.5

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift the readings of the targets."""
        return readings + self.bias

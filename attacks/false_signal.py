"""Shift the signals of some daemons, and change nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.errors import UnknownNameError, did_you_mean
from swarmsec.teams import Attack, Floats, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class FalseSignal(Attack):
    """Add a constant to the signal of every targeted daemon: s_i ← s_i + bias.

    The daemons stay honest, but decide by false signals. BlackSwarm was such an attack, as was a single spoofed vehicle
    in traffic signal control (Chen et al., NDSS 2018). Where a world has several columns of signals, `columns` names
    those that are shifted.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0099", "T0856")

    bias: Annotated[float, Unit("signal"), Help("The amount that is added to a targeted signal.")] = -1.5
    columns: Annotated[list[str], Help("The columns that are shifted, as the world calls them; all if empty.")] = field(
        default_factory=list
    )

    def begin(self, red: RedView) -> None:
        """Find the columns."""
        for name in self.columns:
            if name not in red.signal_columns:
                raise UnknownNameError(f"no column {name!r} in these signals; {did_you_mean(name, red.signal_columns)}")
        chosen = self.columns or red.signal_columns
        self._shift = np.array([self.bias if name in chosen else 0.0 for name in red.signal_columns])

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift the readings of the targets."""
        return readings + self._shift

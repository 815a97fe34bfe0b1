"""Raise false alarms about decoys, so that a quarantine budget is spent while other daemons carry the attack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Bools, Floats, Ge, Help, RedView, Selector, Surface, Unit


@dataclass(kw_only=True)
class MaskingFlood(Attack):
    """Shift the signals of decoys by ± `noise`, and those of the other targets by `bias`: s_i ← s_i + lie_i.

    Half of the decoys are shifted up and half down, so that they hardly move the mean of the swarm but deviate more
    than the daemons that matter. A defense that isolates the most suspicious daemons, as far as its budget goes,
    isolates decoys; if its threshold depends on the batch, decoys raise that too (masking: Davies & Gather, JASA 1993).
    A defense without a budget, such as a filter of signals, is not distracted. MITRE ATLAS AML.T0046, chaff data.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0046", "AML.T0099", "T0856")

    decoys: Annotated[
        Selector | None, Help("Those of the targets that only raise alarms; every other target if none.")
    ] = None
    noise: Annotated[float, Ge(0), Unit("signal"), Help("How far a decoy's signal is shifted.")] = 3.0
    bias: Annotated[float, Unit("signal"), Help("The amount that is added to the other targets' signals.")] = -1.5

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift decoys up and down, and the others by the bias."""
        chosen = red.targets[::2] if self.decoys is None else red.named("decoys")
        decoy: Bools = np.isin(red.targets, chosen)
        side = np.where(np.cumsum(decoy) % 2 == 1, 1.0, -1.0)
        return readings + np.where(decoy, self.noise * side, self.bias)[:, None]

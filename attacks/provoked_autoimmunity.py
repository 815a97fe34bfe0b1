"""Make honest daemons look anomalous in turn, so that a defense isolates them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class ProvokedAutoimmunity(Attack):
    """Shift the signals of one group of targets at a time by ± `amplitude`, for `dwell` rounds, then those of the next.

    Half of a group is shifted up and half down, so that the swarm's mean hardly moves. The defense does the damage: it
    isolates each group in turn, and while release takes longer than `dwell` rounds, several groups at once, more than
    are attacked. So the damage grows with the defense's eagerness, DL is negative, and a low rate of false alarms does
    not help, since these alarms are true. A limit of the quarantine bounds it. Source: Chung & Mok, Allergy attack
    against automatic signature generation, RAID 2006.
    """

    surface = Surface.SIGNAL
    threats = ("T6", "AML.T0046", "AML.T0099", "T0856")

    amplitude: Annotated[float, Ge(0), Unit("signal"), Help("How far a signal is shifted.")] = 3.0
    groups: Annotated[int, Ge(1), Help("How many groups the targets form.")] = 2
    dwell: Annotated[int, Ge(1), Unit("rounds"), Help("How long a group is provoked.")] = 20

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        """Shift the signals of the group whose turn it is."""
        rank = np.arange(len(readings))
        turn = (red.round - red.start) // self.dwell % self.groups
        side = np.where(rank // self.groups % 2 == 0, 1.0, -1.0)
        return readings + np.where(rank % self.groups == turn, self.amplitude * side, 0.0)[:, None]

"""Where two groups of daemons act against each other, the one without priority yields."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.immunity import yielding
from swarmsec.teams import BlueView, Bools, Floats, Ge, Governor, Help, Unit, Vantage


@dataclass(kw_only=True)
class PriorityArbitration(Governor):
    """A daemon without priority that acts against the mean act of those with priority does not act in this round.

    An act is the decision minus what the world calls neutral, or minus the last decision. If the mean act of the
    daemons in `first` has another sign than that of a daemon outside, in some component and both by more than `slack`,
    the latter decides what is neutral: fixed-priority arbitration, as in the subsumption architecture (Brooks, IEEE
    Journal on Robotics and Automation 2, 1986). If no daemon has priority, the side with more daemons has it; at a tie
    nobody yields. It prevents that two groups undo each other's acts at the cost of both. It does not know who is
    right: an attacked group with priority, or an attacked majority, silences the others.
    """

    vantage = Vantage.MONITOR

    first: Annotated[list[Annotated[int, Ge(0)]], Help("The daemons with priority; the larger side if empty.")] = field(
        default_factory=list
    )
    slack: Annotated[float, Ge(0), Unit("decision"), Help("Acts of at most this size are no conflict.")] = 0.01

    def check(self, n: int) -> None:
        """Check that the daemons with priority exist."""
        if self.first and max(self.first) >= n:
            raise ParameterError(f"daemon {max(self.first):,} given; the last of {n:,} is {n - 1:,}", where="first")

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Those who act against the priority do not act."""
        reference = self.standstill(decisions, blue)
        acts = decisions - reference
        yields = yielding(acts, self._first(acts), self.slack)
        return np.where(yields[:, None], reference, decisions) if yields.any() else decisions

    def _first(self, acts: Floats) -> Bools:
        """(n,) the daemons with priority."""
        if self.first:
            return np.isin(np.arange(len(acts)), self.first)
        farthest = np.abs(acts).max(axis=0).argmax()
        sides = np.where(np.abs(acts[:, farthest]) > self.slack, np.sign(acts[:, farthest]), 0.0)
        return np.asarray((sides == np.sign(sides.sum())) & (sides != 0))

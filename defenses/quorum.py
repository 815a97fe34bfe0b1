"""A drastic act needs a quorum of neighbors that propose about the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import is_drastic
from swarmsec.teams import BlueView, Bools, Floats, Ge, Governor, Help, Interval, Messages, Unit, Vantage


@dataclass(kw_only=True)
class Quorum(Governor):
    """A daemon acts drastically only if at least `quorum` of the neighbors that it hears decide about the same.

    An act is the decision minus what the world calls neutral, or minus the last decision; it is drastic above
    `drastic`. Each daemon tells its decision to its listeners. One whose act is drastic counts the neighbors whose
    decision differs from its own by at most `tolerance` in every component; below the quorum it does not act. This is
    the quorum that colonies and bacteria need before an irreversible change (Pratt et al., Behavioral Ecology and
    Sociobiology 52, 2002). Fewer than `quorum` liars among its neighbors cannot make up a quorum alone, but they can
    withhold one, and honest neighbors that were persuaded count.
    """

    vantage = Vantage.GOSSIP

    quorum: Annotated[float, Interval(ge=0, le=1), Unit("share"), Help("The neighbors that must agree.")] = 0.5
    drastic: Annotated[float, Ge(0), Unit("decision"), Help("The act above which it needs a quorum.")] = 0.1
    tolerance: Annotated[float, Ge(0), Unit("decision"), Help("How far apart decisions that agree may be.")] = 0.2

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Those who act drastically without a quorum do not act."""
        told = blue.tell(decisions)
        reference = self.standstill(decisions, blue)
        acts = is_drastic(decisions, reference, self.drastic)
        if not acts.any():
            return decisions
        stopped = acts & ~self._agreed(decisions, told)
        return np.where(stopped[:, None], reference, decisions) if stopped.any() else decisions

    def _agreed(self, decisions: Floats, told: Messages) -> Bools:
        """(n,) whether a quorum of the neighbors that were heard decide about the same."""
        heard = told.received
        near = heard.copy()
        for component in range(decisions.shape[1]):
            near &= np.abs(told.column(component) - decisions[told.receivers, component]) <= self.tolerance
        n = len(decisions)
        agree, all_heard = (np.bincount(told.receivers[some], minlength=n) for some in (near, heard))
        return np.asarray(agree >= self.quorum * np.maximum(all_heard, 1))

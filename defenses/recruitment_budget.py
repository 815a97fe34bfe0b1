"""Scale decisions down where daemons together use more than their budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import limit_change, share_budget
from swarmsec.teams import BlueView, Floats, Ge, Governor, Help, Unit, Vantage


@dataclass(kw_only=True)
class RecruitmentBudget(Governor):
    """Daemons together may act by at most `share` · n in each component, and each alone by at most `own`.

    An act is the decision minus what the world calls neutral, or minus the last decision where the world has no neutral
    one. x_i ← o_i + a_i min(1, share · n / Σ|a|), after |a_i| ≤ own: proportional rationing of a resource, or of the
    daemons that an action may recruit. It bounds what a swarm can do in one round whatever its reason: over T rounds
    the acts add up to at most T · share · n. An honest swarm that must act at once, as on true news, is slowed down by
    the same factor. No daemon is suspected.
    """

    vantage = Vantage.MONITOR

    share: Annotated[float, Ge(0), Unit("decision per daemon"), Help("The mean act that the swarm may make.")] = 0.25
    own: Annotated[float, Ge(0), Unit("decision"), Help("The largest act of a single daemon.")] = 0.5

    def govern(self, decisions: Floats, blue: BlueView) -> Floats:
        """Cap each act, then scale all of them to the budget."""
        reference = self.standstill(decisions, blue)
        capped = limit_change(decisions, reference, np.full(len(decisions), self.own))
        return share_budget(capped, reference, self.share * int(blue.joined.sum()))

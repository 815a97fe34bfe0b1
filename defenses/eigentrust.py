"""Weigh neighbors by the trust that trusted neighbors have in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import (
    EdgeMemory,
    arrived,
    check_claims_fit,
    deviations,
    local_trust,
    remember,
    told_by_edge,
    trust_step,
)
from swarmsec.teams import BlueView, Defense, Floats, Ge, Gt, Help, Interval, Messages, Surface, Unit, Vantage


@dataclass(kw_only=True)
class EigenTrust(Defense):
    """Each daemon iterates t ← (1 − a) Cᵀ t + a p over its neighborhood, one step every `period` rounds.

    c_ij is the trust of i in its neighbor j: normal minus suspicious messages, with forgetting, and not below 0, as a
    share of i's total. It is told to i's listeners. p is a listener's own experience, where the paper has pre-trusted
    peers, with the weight a = `prior` (Kamvar, Schlosser, Garcia-Molina, "The EigenTrust algorithm", WWW 2003). A
    neighbor's weight is its trust relative to equal shares, up to 1, or 0 below `cutoff`.

    A liar's claims count as much as the liar is trusted: they move at most (1 − a) times its own share. So slander by
    daemons that also lie in their messages fades. Hijacked daemons whose messages stay true keep their share: k of d
    neighbors move at most about (1 − a) k/d. A claim has a column for each daemon, hence up to 2,000.
    """

    vantage = Vantage.GOSSIP
    sees = Surface.DAEMON | Surface.MESSAGE
    ignores = False

    threshold: Annotated[float, Gt(0), Unit("robust deviations"), Help("Beyond it a message is suspicious.")] = 4.0
    forgetting: Annotated[float, Interval(ge=0, lt=1), Help("The factor of the past in every round.")] = 0.9
    prior: Annotated[float, Interval(ge=0, le=1), Help("a, the weight of a daemon's own experience.")] = 0.3
    cutoff: Annotated[float, Ge(0), Unit("equal shares"), Help("The trust below which one is not heard.")] = 0.4
    period: Annotated[int, Ge(1), Unit("rounds"), Help("Rounds between two steps.")] = 3

    def check(self, n: int) -> None:
        """Check that a claim with a column for each daemon is not too large."""
        check_claims_fit(n)

    def begin(self, blue: BlueView) -> None:
        """Nobody has a past; a trust of −1 stands for an equal share."""
        self._counts = EdgeMemory(blue.network, columns=2)
        self._trust = EdgeMemory(blue.network, fill=-1.0)

    def weigh(self, messages: Messages, blue: BlueView) -> Floats | None:
        """The trust after the last step, in equal shares."""
        trust = self._trust.on(messages.network)
        relative = np.where(trust < 0, 1.0, trust * messages.network.degrees[messages.receivers])
        weights = np.where(relative < self.cutoff, 0.0, np.minimum(relative, 1.0))
        return None if (weights == 1.0).all() else weights

    def respond(self, blue: BlueView) -> None:
        """Count the messages of the round, tell the local trust, and make a step."""
        features, network = blue.features, blue.network
        bad = deviations(features) > self.threshold
        counts = remember(self._counts.on(network), bad, arrived(features), self.forgetting)
        self._counts.keep(counts)
        trust = self._trust.on(network)
        if blue.round % self.period == 0:
            own = local_trust(network, counts[:, 0], counts[:, 1])
            claims = blue.tell(told_by_edge(network, own))
            self._trust.keep(trust_step(np.where(trust < 0, own, trust), own, claims, self.prior))

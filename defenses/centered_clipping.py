"""Listen to everybody, but be moved by nobody farther than a given length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import CenteredClipping as CenteredClippingRule
from swarmsec.aggregation import Rule
from swarmsec.teams import Defense, Ge, Gt, Guarantee, Help, Surface, ThreatCase, Unit, Vantage


@dataclass(kw_only=True)
class CenteredClipping(Defense):
    """Every daemon moves from its own value by the mean of the differences to its neighbors', each cut to a length.

    x_i ← x_i + Σ w_j (x_j − x_i) min(1, τ/‖x_j − x_i‖) / (1 + Σ w_j) (Karimireddy, He, Jaggi 2021; self-centered for
    networks by He, Karimireddy, Jaggi 2022). l liars move a daemon of n_i values by at most lτ/n_i a step, and a daemon
    that is honest and far counts as little as a liar. That bounds a step and not the sum of them: a liar that stays
    takes the swarm anywhere, only more slowly. Blind where the lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    tau: Annotated[
        float | None,
        Gt(0),
        Unit("value"),
        Help("The farthest that a neighbor's value may pull; the median distance from one's own if nothing is given."),
    ] = None
    iterations: Annotated[int, Ge(1), Help("How often to move in an exchange.")] = 1

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return CenteredClippingRule(self.tau, self.iterations)

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """A bound on a step is no bound on where a swarm goes."""
        return Guarantee(None, "clipping bounds how far a liar moves a daemon in a step, and not how far in the end")

"""Average a neighborhood's values, with the influence of each neighbor clipped to a given length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import CenteredClippingRule, Rule
from swarmsec.teams import Ge, Gt, Help, RuleDefense, ThreatCase, Unit


@dataclass(kw_only=True)
class CenteredClipping(RuleDefense):
    """Every daemon moves from its own value by the mean of the differences to its neighbors', each clipped to τ.

    x_i ← x_i + Σ w_j (x_j − x_i) min(1, τ/‖x_j − x_i‖) / (1 + Σ w_j) (Karimireddy, He, Jaggi 2021; self-centered for
    networks by He, Karimireddy, Jaggi 2022). l faulty neighbors move a daemon of n_i values by at most lτ/n_i a step;
    a distant honest neighbor is clipped as well. This bounds a step and not their sum: a persistent liar moves the
    swarm arbitrarily far, only more slowly. It cannot detect false signals.
    """

    subject = "centered clipping"

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

    def holds(self, case: ThreatCase) -> tuple[None, str]:
        """No guarantee: a bound on a step does not bound where the swarm goes."""
        return None, "clipping bounds how far a liar moves a daemon in a step, and not how far in the end"

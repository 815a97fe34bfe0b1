"""Average a neighborhood's values, with the influence of each neighbor clipped to a given length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import CenteredClippingRule, Rule
from swarmsec.teams import Ge, Gt, Help, RuleDefense, ThreatCase, Unit


@dataclass(kw_only=True)
class CenteredClipping(RuleDefense):
    """Every daemon moves from its own value by the mean of the differences to its neighbors' values, each clipped to τ.

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
        Help("τ, the largest influence of a neighbor; by default the median distance of neighbors' values."),
    ] = None
    iterations: Annotated[int, Ge(1), Help("The number of moves in an exchange.")] = 1

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return CenteredClippingRule(self.tau, self.iterations)

    def holds(self, case: ThreatCase) -> tuple[None, str]:
        """No guarantee: a bound on one step does not bound the sum of all steps."""
        return None, "clipping bounds the effect of a liar in one step, but not over all steps"

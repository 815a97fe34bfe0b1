"""Move to the point with the smallest sum of distances to the neighbors' values and the daemon's own."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.aggregation import GeometricMedianRule, Rule
from swarmsec.teams import RuleDefense, ThreatCase, honest_majority


@dataclass(kw_only=True)
class GeometricMedian(RuleDefense):
    """Every daemon moves to argmin_y Σ w_j ‖y − x_j‖ over its neighbors' values and its own (Weiszfeld 1937).

    It is iterated to convergence; for one component it is the weighted median. Guarantee: while less than half of the
    weight of a neighborhood is faulty, the result is within (1 + l/(n − 2l)) · 2 mean honest deviations of the honest
    mean, l of n values being faulty (Pillutla et al. 2022; Allouah et al. 2023). Components are combined jointly, so a
    value that is an outlier only in their combination has less influence than on a median of components. No value is
    dropped, so every faulty daemon has some influence. The swarm's average is not preserved. It cannot detect false
    signals.
    """

    subject = "a geometric median"
    promise = "every honest daemon moves to within √κ honest deviations of its honest mean"
    source = "κ = 4(1 + f/(n − 2f))²: Allouah et al., AISTATS 2023, table 1"

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return GeometricMedianRule()

    @property
    def threat(self) -> str:
        return "less than half of every neighborhood, the daemon itself included, lies, with any values"

    def holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether the neighborhood of every honest daemon has an honest majority."""
        return honest_majority(case)

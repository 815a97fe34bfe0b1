"""Move to the median of the neighbors' values and the daemon's own."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.aggregation import MedianRule, Rule
from swarmsec.teams import RuleDefense, ThreatCase, honest_majority


@dataclass(kw_only=True)
class Median(RuleDefense):
    """Every daemon moves to the median of its neighbors' values and its own, component by component (Yin et al. 2018).

    x_i ← median of {x_j : j a neighbor, or i itself}. Guarantee: while less than half of these values are faulty, the
    result is between the smallest and the largest honest value. It needs no f. Its cost without attacks: the swarm's
    average is not preserved, and groups of daemons that are mostly connected among themselves may never agree where
    averaging would. It cannot detect false signals.
    """

    subject = "a median"
    promise = "no honest daemon leaves, in any component, the range of the honest initial values"
    keeps_range = True
    source = "breakdown point 1/2 of the median: Donoho and Huber 1983; Yin et al., ICML 2018"

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return MedianRule()

    @property
    def threat(self) -> str:
        return "less than half of every neighborhood, the daemon itself included, lies, with any values"

    def holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether the neighborhood of every honest daemon has an honest majority."""
        return honest_majority(case)

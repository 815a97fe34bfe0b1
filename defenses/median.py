"""Take the median of a neighborhood's values and one's own."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.aggregation import Median as MedianRule
from swarmsec.aggregation import Rule
from swarmsec.teams import Defense, Guarantee, Surface, ThreatCase, Vantage, honest_majority, rule_excludes


@dataclass(kw_only=True)
class Median(Defense):
    """Every daemon moves to the median of its neighbors' values and its own, component by component (Yin et al. 2018).

    It needs no f: while fewer than half of a neighborhood lies, the result stays between the smallest and the largest
    honest value there. It pays for that in peace. A median ignores how far values lie apart, so groups that hold to
    each other never come together where averaging would agree, and the swarm's average is not kept. Blind where the
    lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return MedianRule()

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds where every honest daemon and its neighbors are honest in their majority."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise="no honest daemon leaves the hull of what honest ones started from",
            assumption=(
                "fewer than half of every neighborhood and oneself lie, whatever they say; signals and links are left "
                "alone, every neighbor is heard in every exchange, and the rule alone makes the next proposal"
            ),
            source="breakdown point 1/2 of the median: Donoho and Huber 1983; Yin et al., ICML 2018",
        )

    def _holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether its assumption is met, and what of it is not."""
        if beyond := rule_excludes(case, "a median"):
            return False, beyond
        return honest_majority(case)

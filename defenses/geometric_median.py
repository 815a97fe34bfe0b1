"""Move to the point that is nearest, by the sum of distances, to a neighborhood's values and one's own."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.aggregation import GeometricMedian as GeometricMedianRule
from swarmsec.aggregation import Rule
from swarmsec.teams import Defense, Guarantee, Surface, ThreatCase, Vantage, honest_majority, rule_excludes


@dataclass(kw_only=True)
class GeometricMedian(Defense):
    """Every daemon moves to argmin_y Σ w_j ‖y − x_j‖ over its neighbors' values and its own (Weiszfeld 1937).

    Converged, and of one component the weighted median. While fewer than half of a neighborhood's weight lies, however
    far, the result stays within (1 + l/(n − 2l)) · 2 mean honest deviations of the honest mean (Pillutla et al. 2022;
    Allouah et al. 2023). It looks at components together, so a value that is normal in each and odd in all pulls less
    than at a median of components; but nobody is dropped, so all liars pull a little. Like a median it does not keep
    the average. Blind where the lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return GeometricMedianRule()

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds where every honest daemon and its neighbors are honest in their majority."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise="every honest daemon moves to within √κ honest deviations of its honest mean",
            assumption=(
                "fewer than half of every neighborhood and oneself lie, whatever they say; signals and links are left "
                "alone, every neighbor is heard in every exchange, and the rule alone makes the next proposal"
            ),
            source="κ = 4(1 + f/(n − 2f))²: Allouah et al., AISTATS 2023, table 1",
        )

    def _holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether its assumption is met, and what of it is not."""
        if beyond := rule_excludes(case, "a geometric median"):
            return False, beyond
        return honest_majority(case)

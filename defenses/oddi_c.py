"""ODDI-C: average the neighbors that deviate from the median no more than the daemon itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import InvertedToleranceRule, Rule
from swarmsec.teams import Gt, Help, Le, RuleDefense, ThreatCase, Unit


@dataclass(kw_only=True)
class ODDIC(RuleDefense):
    """Opinion dynamics with inverted tolerance: a daemon moves toward the neighbors that deviate no more than itself.

    With m the median of the neighbors' values and z(v) = |v − m| / (MAD/0.6745), keep the neighbors with z(v) ≤
    min(z(x), 3) and move, x ← x + μ (their mean − x); a daemon with fewer than three values keeps its own (Bouis,
    Clark, Macdonald 2024, "Engineering consensus in static networks with unknown disruptors"). It needs neither f nor
    the network. A daemon at the median does not move, and an outlier converges fast. Where the published code divides
    by a MAD of 0, an outlier moves to the median here. There is no guarantee: a liar within an outlier's tolerance is
    kept, so liars that drift slowly lead the daemons at the edge, and where half of a neighborhood lies, the median is
    a lie. It cannot detect false signals.
    """

    subject = "inverted tolerance"

    rate: Annotated[
        float, Gt(0), Le(1), Help("μ, the share of the way to the mean that a daemon moves in an exchange.")
    ] = 0.5
    cap: Annotated[
        float, Gt(0), Unit("robust deviations"), Help("The largest deviation of a neighbor that is kept.")
    ] = 3.0

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return InvertedToleranceRule(self.rate, self.cap)

    def holds(self, case: ThreatCase) -> tuple[None, str]:
        """No guarantee: its authors show simulations, but no theorem."""
        return None, "there are simulations of inverted tolerance, but no theorem"

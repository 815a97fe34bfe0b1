"""Tolerate others the more, the more of an outlier one is oneself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import InvertedTolerance, Rule
from swarmsec.teams import Defense, Gt, Guarantee, Help, Le, Surface, ThreatCase, Unit, Vantage


@dataclass(kw_only=True)
class ODDIC(Defense):
    """Opinion dynamics with inverted tolerance: a daemon moves to those neighbors that are no odder than it is itself.

    With m the median of the neighbors' values and z(v) = |v − m| / (MAD/0.6745), keep the neighbors with z(v) ≤
    min(z(x), 3) and move, x ← x + μ (their mean − x); who hears fewer than three stays (Bouis, Clark, Macdonald 2024,
    "Engineering consensus in static networks with unknown disruptors"). It needs neither an f nor the network. A daemon
    in the middle does not move at all, and an outlier comes quickly. Ours, where their published code leaves a gap:
    with a MAD of 0 an outlier moves to the median. No safety is proven. A liar within an outlier's tolerance is
    listened to, so liars that walk slowly lead those at the edge, and where half of a neighborhood lies its median
    does. Blind where the lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    rate: Annotated[float, Gt(0), Le(1), Help("How much of the way to move in an exchange: μ.")] = 0.5
    cap: Annotated[float, Gt(0), Unit("robust deviations"), Help("The farthest from the median that is heard.")] = 3.0

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return InvertedTolerance(self.rate, self.cap)

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Its authors show simulations, and no theorem."""
        return Guarantee(None, "inverted tolerance has been tried in simulations, and nothing about it is proven")

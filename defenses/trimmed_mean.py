"""Average what is left of a neighborhood's values and one's own without the extremes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.aggregation import TrimmedMean as TrimmedMeanRule
from swarmsec.errors import ParameterError
from swarmsec.teams import Defense, Ge, Guarantee, Help, Surface, ThreatCase, Unit, Vantage, threatened_in


@dataclass(kw_only=True)
class TrimmedMean(Defense):
    """Of the neighbors' values and one's own drop the f largest and the f smallest, and average the rest.

    x_i ← 1/(n_i − 2f) Σ of the n_i − 2f values in the middle, component by component (Dolev et al. 1986; Yin et al.
    2018). With at most f liars in a neighborhood the result stays between the smallest and the largest honest value
    there; a daemon that hears too few to cut so many keeps its own. Other than W-MSR it may cut one's own value, so a
    daemon at the edge of a network is drawn in faster and keeps less of what it knew. That honest daemons agree is not
    promised. Blind where the lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    f: Annotated[int, Ge(0), Unit("daemons"), Help("How many liars a neighborhood may hold.")] = 1

    def check(self, n: int) -> None:
        """Of no more than 2f values nothing is left."""
        if n > 1 and 2 * self.f >= n:
            raise ParameterError(
                f"{self.f} liars of {n} daemons are too many; must be less than half, so at most {(n - 1) // 2}",
                where="f",
            )

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return TrimmedMeanRule(self.f)

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds where no honest daemon hears more than f liars."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise="no honest daemon leaves the hull of what honest ones started from",
            assumption=(
                f"at most {self.f} liars in every neighborhood, whatever they say; signals and links are left alone, "
                "and the rule alone makes the next proposal"
            ),
            source="Dolev, Lynch, Pinter, Stark, Weihl, JACM 1986; Vaidya, Tseng, Liang, PODC 2012",
        )

    def _holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether its assumption is met, and what of it is not."""
        if case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
            return False, "a trimmed mean promises nothing about lies in the signals, nor about links that are cut"
        if not case.rule_decides:
            return False, f"that is about listening by the rule alone, and {case.protocol} does more"
        honest = np.ones(case.network.n, dtype=bool)
        honest[case.targets] = False
        worst = int(threatened_in(case.network, case.targets)[honest].max(initial=0))
        if worst > self.f:
            return False, f"a neighborhood holds {worst} liars, and f is {self.f}"
        return True, f"at most {worst} liars in a neighborhood, and f is {self.f}"

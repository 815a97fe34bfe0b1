"""Average the values of a neighborhood, the daemon's own included, without the f largest and the f smallest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import Rule, TrimmedMeanRule
from swarmsec.teams import Ge, Help, RuleDefense, ThreatCase, Unit, most_faulty_neighbors, require_minority


@dataclass(kw_only=True)
class TrimmedMean(RuleDefense):
    """Drop the f largest and the f smallest of the neighbors' values and the daemon's own, and average the rest.

    x_i ← 1/(n_i − 2f) Σ of the n_i − 2f values in the middle, component by component (Dolev et al. 1986; Yin et al.
    2018). Guarantee: with at most f faulty daemons in a neighborhood, the result is between the smallest and the
    largest honest value there. This also holds if messages are lost: of the values that arrive at most f are faulty,
    and a daemon with at most 2f values keeps its own. Agreement is not guaranteed. Unlike W-MSR it may drop the
    daemon's own value, so that a daemon at the edge of a network converges faster and keeps less of its own
    information. It cannot detect false signals.
    """

    subject = "a trimmed mean"
    promise = "no honest daemon leaves, in any component, the range of the honest initial values"
    keeps_range = True
    source = "Dolev, Lynch, Pinter, Stark, Weihl, JACM 1986; Vaidya, Tseng, Liang, PODC 2012"
    needs_every_message = False

    f: Annotated[int, Ge(0), Unit("daemons"), Help("The number of liars tolerated in a neighborhood.")] = 1

    def check(self, n: int) -> None:
        """Check that f is less than half of the daemons: of 2f values none would be left."""
        require_minority(self.f, n)

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return TrimmedMeanRule(self.f)

    @property
    def threat(self) -> str:
        return f"at most {self.f} liars in every neighborhood, with any values"

    def holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether no honest daemon has more than f faulty neighbors."""
        worst = most_faulty_neighbors(case)
        if worst > self.f:
            return False, f"a neighborhood has {worst} liars, and f is {self.f}"
        return True, f"at most {worst} liars in a neighborhood, and f is {self.f}"

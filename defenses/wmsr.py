"""W-MSR: average the neighbors' values without the f largest above and the f smallest below the daemon's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import Rule, WmsrRule
from swarmsec.network import Robustness
from swarmsec.teams import Ge, Help, RuleDefense, Surface, ThreatCase, Unit, most_faulty_neighbors, require_minority


@dataclass(kw_only=True)
class WMSR(RuleDefense):
    """Drop the f largest values above the daemon's own and the f smallest below it; average the rest and its own.

    Guarantee (LeBlanc, Zhang, Koutsoukos, Sundaram 2013): with at most f malicious daemons in all (f-total), honest
    ones agree inside the hull of their initial values if and only if the network is (f+1,f+1)-robust; with at most f
    in every neighborhood (f-local), a (2f+1)-robust network suffices. It cannot detect false signals.
    """

    subject = "W-MSR"
    promise = "honest daemons agree, each component inside the range of its honest initial values"
    keeps_range = True
    source = (
        "LeBlanc, Zhang, Koutsoukos, Sundaram, IEEE JSAC 2013: f malicious daemons in all, if and only if the network "
        "is (f+1,f+1)-robust; f Byzantine daemons in all or in every neighborhood, if and only if the network without "
        "them is (f+1)-robust; f in every neighborhood, if it is (2f+1)-robust"
    )

    f: Annotated[int, Ge(0), Unit("daemons"), Help("The number of liars tolerated in a neighborhood.")] = 1

    def check(self, n: int) -> None:
        """Check that f is less than half of the daemons."""
        require_minority(self.f, n)

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return WmsrRule(self.f)

    @property
    def threat(self) -> str:
        return f"at most {_liars(self.f)} in all or in every neighborhood, with any values"

    def holds(self, case: ThreatCase) -> tuple[bool | None, str]:
        """Compare f with the robustness: exact for a small network, a proven lower bound for a larger one."""
        total, worst = len(case.targets), most_faulty_neighbors(case)
        if total == case.network.n:
            return False, "no daemon is honest"
        if worst > self.f:
            return False, f"a neighborhood has {_liars(worst)}, and f is {self.f}"
        found = case.robustness(case.network)
        if found.r >= 2 * self.f + 1:
            return True, f"at most {_liars(worst)} in a neighborhood, and the network is {found.r}-robust"
        malicious = total <= self.f and Surface.MESSAGE not in case.surface
        if malicious and found.f_max >= self.f:
            return True, f"{_liars(total)} in all, and the network is ({self.f + 1},{self.f + 1})-robust"
        honest = case.robustness(case.network.without(case.targets)) if total else found
        if honest.r > self.f:
            return True, f"{_liars(total)} in all, and without them the network is {honest.r}-robust"
        why = f"{_liars(total)} in all, and the network is {_bound(found)} ({found.r},{found.s})-robust"
        if not malicious:
            why += (
                f", without them {_bound(honest)} {honest.r}-robust; it must be {2 * self.f + 1}-robust, or "
                f"{self.f + 1}-robust without them"
            )
        decided = found.exact if malicious else found.r_at_most < 2 * self.f + 1 and honest.r_at_most <= self.f
        return (False, why) if decided else (None, why + _SAFE)


_SAFE = "; no neighborhood has more than f, so honest daemons stay in the hull, but agreement is not proven"


def _bound(found: Robustness) -> str:
    return "only" if found.exact else "at least"


def _liars(count: int) -> str:
    return f"{count:,} liar{'' if count == 1 else 's'}"

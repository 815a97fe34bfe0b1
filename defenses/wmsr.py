"""Listen to neighbors without their extremes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.aggregation import Rule, Wmsr
from swarmsec.errors import ParameterError
from swarmsec.network import robustness
from swarmsec.teams import Attacked, Defense, Ge, Guarantee, Help, Surface, Unit, Vantage, attacked_in

_EXACT_NODES_MAX = 14


@dataclass(kw_only=True)
class WMSR(Defense):
    """Of the neighbors' values above one's own drop the f largest, likewise below; average the rest with one's own.

    Guarantee (LeBlanc, Zhang, Koutsoukos, Sundaram 2013): with at most f malicious daemons in all (f-total), honest
    ones agree inside the hull of their initial values if and only if the network is (f+1,f+1)-robust; with at most f
    in every neighborhood (f-local), a (2f+1)-robust network suffices. Blind where the lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    f: Annotated[int, Ge(0), Unit("daemons"), Help("How many liars a neighborhood may hold.")] = 1

    def check(self, n: int) -> None:
        """More liars than half of the swarm cannot be told from honest daemons."""
        if n > 1 and 2 * self.f >= n:
            raise ParameterError(
                f"{self.f} liars of {n} daemons are too many for W-MSR; must be less than half, so at most {(n - 1) // 2}",
                where="f",
            )

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return Wmsr(self.f)

    def guarantee(self, case: Attacked) -> Guarantee:
        """Exact on networks of up to 14 daemons; past that only what can be refuted by counting."""
        if not case.surface.compromises:
            return Guarantee(False, "W-MSR promises nothing about lies in the signals")
        worst = int(attacked_in(case.network, case.targets).max(initial=0))
        total = len(case.targets)
        if worst > self.f:
            return Guarantee(False, f"a neighborhood holds {worst} liars, and f is {self.f}")
        if case.network.n > _EXACT_NODES_MAX:
            return Guarantee(None, f"no neighborhood holds more than {worst} liars; robustness is not computed here "
                             f"past {_EXACT_NODES_MAX} daemons")
        found = robustness(case.network)
        needed = self.f + 1
        if total <= self.f and (found.r > needed or (found.r == needed and found.s >= needed)):
            return Guarantee(True, f"{total} liars in all, and the network is ({needed},{needed})-robust")
        if found.r >= 2 * self.f + 1:
            return Guarantee(True, f"at most {worst} liars in a neighborhood, and the network is {found.r}-robust")
        return Guarantee(False, f"the network is only {found.r}-robust ({found.r},{found.s})")

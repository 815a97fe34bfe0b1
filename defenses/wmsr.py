"""Listen to neighbors without their extremes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule, Wmsr
from swarmsec.errors import ParameterError
from swarmsec.network import robustness
from swarmsec.teams import Attacked, Defense, Ge, Guarantee, Help, Surface, Unit, Vantage, attacked_in


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
                f"{self.f} liars of {n} daemons are too many; must be less than half, so at most {(n - 1) // 2}",
                where="f",
            )

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return Wmsr(self.f)

    def guarantee(self, case: Attacked) -> Guarantee:
        """Exact on small networks; past that what a proven lower bound on the robustness allows to say."""
        if not case.surface.compromises or case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
            return Guarantee(False, "W-MSR promises nothing about lies in the signals, nor about links that are cut")
        liars = np.zeros(case.network.n, dtype=bool)
        liars[case.targets] = True
        total, worst = len(case.targets), int(attacked_in(case.network, case.targets)[~liars].max(initial=0))
        if worst > self.f:
            return Guarantee(False, f"a neighborhood holds {_liars(worst)}, and f is {self.f}")
        found = robustness(case.network, time_limit=0.0)
        if found.r >= 2 * self.f + 1:
            return Guarantee(True, f"at most {_liars(worst)} in a neighborhood, and the network is {found.r}-robust")
        byzantine = Surface.MESSAGE in case.surface
        if total <= self.f and byzantine:
            honest = robustness(case.network.without(case.targets), time_limit=0.0)
            if honest.r > self.f:
                return Guarantee(True, f"{_liars(total)} in all, and without them the network is {honest.r}-robust")
        if total <= self.f and not byzantine and found.f_max >= self.f:
            return Guarantee(True, f"{_liars(total)} in all, and the network is ({self.f + 1},{self.f + 1})-robust")
        if not found.exact:
            return Guarantee(None, f"{_liars(total)} in all; the network is ({found.r},{found.s})-robust at least")
        return Guarantee(False, f"{_liars(total)} in all, and the network is ({found.r},{found.s})-robust and no more")


def _liars(count: int) -> str:
    return f"{count} liar{'' if count == 1 else 's'}"

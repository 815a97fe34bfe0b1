"""Listen to neighbors without their extremes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule, Wmsr
from swarmsec.errors import ParameterError
from swarmsec.network import Robustness
from swarmsec.teams import Defense, Ge, Guarantee, Help, Surface, ThreatCase, Unit, Vantage, threatened_in


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

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Exact on small networks; past that what a proven lower bound on the robustness allows to say."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise="honest daemons agree, inside the hull of what they started from",
            assumption=(
                f"at most {_liars(self.f)} in all or in every neighborhood, whatever they say; signals and links are "
                "left alone, every neighbor is heard in every exchange, and the rule alone makes the next proposal"
            ),
            source=_SOURCE,
        )

    def _holds(self, case: ThreatCase) -> tuple[bool | None, str]:
        """Whether the theorem covers the case, and which part of it does or does not."""
        if case.surface & (Surface.SIGNAL | Surface.NETWORK | Surface.TIMING):
            return False, "W-MSR promises nothing about lies in the signals, nor about links that are cut"
        if not case.rule_decides:
            return False, f"the theorem is about averaging by the rule alone, and {case.protocol} does more"
        if case.lossy:
            return False, f"the theorem needs every neighbor heard in every exchange, and {case.lossy}"
        liars = np.zeros(case.network.n, dtype=bool)
        liars[case.targets] = True
        total, worst = len(case.targets), int(threatened_in(case.network, case.targets)[~liars].max(initial=0))
        if worst > self.f:
            return False, f"a neighborhood holds {_liars(worst)}, and f is {self.f}"
        found = case.robustness(case.network)
        if found.r >= 2 * self.f + 1:
            return True, f"at most {_liars(worst)} in a neighborhood, and the network is {found.r}-robust"
        if total > self.f:
            known = f"{found.r}-robust {'at least' if not found.exact else 'and no more'}"
            why = (
                f"{_liars(total)} in all, more than f, need a {2 * self.f + 1}-robust network, and this one is {known}"
            )
            return (None, why + _SAFE) if found.r_at_most >= 2 * self.f + 1 else (False, why)
        return self._of_few(case, found)

    def _of_few(self, case: ThreatCase, found: Robustness) -> tuple[bool | None, str]:
        """The same for at most f liars in all, on a network that is not (2f+1)-robust for certain."""
        total, needed = _liars(len(case.targets)), f"({self.f + 1},{self.f + 1})-robust"
        malicious = Surface.MESSAGE not in case.surface
        if malicious and found.f_max >= self.f:
            return True, f"{total} in all, and the network is {needed}"
        honest = found if not len(case.targets) else case.robustness(case.network.without(case.targets))
        if honest.r > self.f:
            return True, f"{total} in all, and without them the network is {honest.r}-robust"
        if not (honest.exact and found.exact):
            return None, f"{total} in all; the network is ({found.r},{found.s})-robust at least{_SAFE}"
        if malicious:
            return False, f"{total} in all, and the network is ({found.r},{found.s})-robust and no more"
        return False, (
            f"{total} in all that may tell everybody something else, and without them the network is {honest.r}-robust "
            f"and no more; {self.f + 1} is needed"
        )


_SOURCE = (
    "LeBlanc, Zhang, Koutsoukos, Sundaram, IEEE JSAC 2013: f in all who tell everybody the same, if and only if the "
    "network is (f+1,f+1)-robust; f in all who need not, if and only if the network without them is (f+1)-robust; "
    "f in every neighborhood, if it is (2f+1)-robust"
)

_SAFE = "; in no neighborhood are more than f, so nobody leaves the hull, but that they agree is not proven"


def _liars(count: int) -> str:
    return f"{count:,} liar{'' if count == 1 else 's'}"

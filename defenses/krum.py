"""Adopt the one value of a neighborhood that most others lie close to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Krum as KrumRule
from swarmsec.aggregation import Rule
from swarmsec.errors import ParameterError
from swarmsec.teams import (
    Defense,
    Ge,
    Guarantee,
    Help,
    Surface,
    ThreatCase,
    Unit,
    Vantage,
    rule_excludes,
    threatened_in,
)


@dataclass(kw_only=True)
class Krum(Defense):
    """Every daemon adopts, of its neighbors' values and its own, the one closest to its n_i − f − 2 nearest others.

    Closest by the sum of squared distances over all components (Blanchard et al. 2017). With at most f liars among
    n_i ≥ 2f + 3 values, the one that is adopted lies within √κ honest deviations of the honest mean, κ = 6(1 + f/(n_i −
    2f)) (Allouah et al. 2023). It may be a liar's: one who stays inside the crowd is adopted like anybody. A daemon
    that hears too few keeps its own value. Values are adopted and never mixed, so the swarm picks a value rather than
    averaging, and may stay divided. Blind where the lie is in the signals.
    """

    vantage = Vantage.LOCAL
    sees = Surface.DAEMON | Surface.MESSAGE

    f: Annotated[int, Ge(0), Unit("daemons"), Help("How many liars a neighborhood may hold.")] = 1

    def check(self, n: int) -> None:
        """Krum needs 2f + 3 values."""
        if n > 1 and n < 2 * self.f + 3:
            raise ParameterError(
                f"{self.f} liars of {n} daemons are too many; Krum needs 2f + 3, so at most {max((n - 3) // 2, 0)}",
                where="f",
            )

    @property
    def rule(self) -> Rule:
        """The rule that daemons listen with."""
        return KrumRule(self.f)

    def guarantee(self, case: ThreatCase) -> Guarantee:
        """Holds where every honest daemon has 2f + 3 values or more, and at most f of them are lies."""
        holds, why = self._holds(case)
        return Guarantee(
            holds,
            why,
            promise="every honest daemon adopts a value within √κ honest deviations of its honest mean",
            assumption=(
                f"at most {self.f} liars in every neighborhood of {2 * self.f + 2} or more; signals and links are left "
                "alone, every neighbor is heard in every exchange, and the rule alone makes the next proposal"
            ),
            source=(
                "Blanchard, El Mhamdi, Guerraoui, Stainer, NeurIPS 2017, proposition 1; κ = 6(1 + f/(n − 2f)): Allouah "
                "et al., AISTATS 2023, table 1"
            ),
        )

    def _holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether its assumption is met, and what of it is not."""
        if beyond := rule_excludes(case, "Krum"):
            return False, beyond
        honest = np.ones(case.network.n, dtype=bool)
        honest[case.targets] = False
        worst = int(threatened_in(case.network, case.targets)[honest].max(initial=0))
        if worst > self.f:
            return False, f"a neighborhood holds {worst} liars, and f is {self.f}"
        small = int(np.count_nonzero(case.network.degrees[honest] + 1 < 2 * self.f + 3))
        if small:
            return False, f"{small:,} daemons have fewer than {2 * self.f + 3} values, and keep their own"
        return True, f"at most {worst} liars in a neighborhood, and f is {self.f}"

"""Krum: adopt the value in a neighborhood that is closest to most other values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import KrumRule, Rule
from swarmsec.errors import ParameterError
from swarmsec.teams import Ge, Help, RuleDefense, ThreatCase, Unit, honest_daemons, most_faulty_neighbors


@dataclass(kw_only=True)
class Krum(RuleDefense):
    """Every daemon adopts, of its neighbors' values and its own, the one closest to its n_i − f − 2 nearest others.

    Closest by the sum of squared distances over all components (Blanchard et al. 2017). Guarantee: with at most f
    faulty ones among n_i ≥ 2f + 3 values, the adopted value is within √κ honest deviations of the honest mean, κ =
    6(1 + f/(n_i − 2f)) (Allouah et al. 2023). It may be a faulty value that is close to the honest ones. A daemon with
    fewer values keeps its own. Values are adopted and not averaged, so the swarm may stay divided. It cannot detect
    false signals.
    """

    subject = "Krum"
    promise = "every honest daemon adopts a value within √κ honest deviations of its honest mean"
    source = (
        "Blanchard, El Mhamdi, Guerraoui, Stainer, NeurIPS 2017, proposition 1; κ = 6(1 + f/(n − 2f)): Allouah "
        "et al., AISTATS 2023, table 1"
    )

    f: Annotated[int, Ge(0), Unit("daemons"), Help("The number of liars tolerated in a neighborhood.")] = 1

    def check(self, n: int) -> None:
        """Check that there are 2f + 3 daemons or more."""
        if n > 1 and n < 2 * self.f + 3:
            raise ParameterError(
                f"{self.f} liars of {n} daemons are too many; Krum needs 2f + 3, so at most {max((n - 3) // 2, 0)}",
                where="f",
            )

    @property
    def rule(self) -> Rule:
        """The rule that daemons use."""
        return KrumRule(self.f)

    @property
    def threat(self) -> str:
        return f"at most {self.f} liars in every neighborhood of {2 * self.f + 2} or more"

    def holds(self, case: ThreatCase) -> tuple[bool, str]:
        """Whether every honest daemon has 2f + 3 values or more, of which at most f are faulty."""
        worst = most_faulty_neighbors(case)
        if worst > self.f:
            return False, f"a neighborhood has {worst} liars, and f is {self.f}"
        small = int(np.count_nonzero(case.network.degrees[honest_daemons(case)] + 1 < 2 * self.f + 3))
        if small:
            return False, f"{small:,} daemons have fewer than {2 * self.f + 3} values, and keep their own"
        return True, f"at most {worst} liars in a neighborhood, and f is {self.f}"

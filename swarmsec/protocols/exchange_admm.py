"""Clear a market by the alternating direction method of multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.arrays import Floats
from swarmsec.parameters import Gt, Help, Unit
from swarmsec.protocols._clearing import Clearing


@dataclass(kw_only=True)
class ExchangeAdmm(Clearing):
    """Exchange ADMM: each takes what it wants, held back by the market's excess x̄, and the price adds up the excess.

        x_i ← argmax U_i(x) − p x − ρ/2 (x − x_i + x̄)²,    p ← p + ρ x̄

    This is Boyd, Parikh, Chu, Peleato, Eckstein 2011, §7.3, x̄ being the mean of what is taken less the supply. On a
    complete network it converges to the optimum for every penalty ρ > 0 and concave utilities, fast where ρ is
    about a typical curvature. Elsewhere x̄ and p are averages between neighbors (see `Tracking`), and no theorem of the
    paper applies: on a well-connected one it still converges, on a ring it creeps without some `mixing`.

    A lie about y moves every price for as long as it lasts: one liar is enough. The rule of a defense averages both y
    and p.
    """

    penalty: Annotated[
        float, Gt(0), Unit("value per unit"), Help("ρ, what it costs to leave the market uncleared.")
    ] = 1.0

    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, who: slice) -> tuple[Floats, Floats]:
        excess = mean - self.supply
        price = p + self.penalty * excess
        wanted = (signals - price + self.penalty * (x - excess)) / (self._curvature[who] + self.penalty)
        return self._within(wanted), price

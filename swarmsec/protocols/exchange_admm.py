"""Clear a market by the alternating direction method of multipliers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.parameters import Gt, Help, Unit
from swarmsec.protocols._clearing import Clearing


@dataclass(kw_only=True)
class ExchangeAdmm(Clearing):
    """Exchange ADMM: a daemon maximizes its utility minus a penalty on the excess x̄; the price accumulates x̄.

        x_i ← argmax U_i(x) − p x − ρ/2 (x − x_i + x̄)²,    p ← p + ρ x̄

    This is Boyd, Parikh, Chu, Peleato, Eckstein 2011, §7.3, where x̄ is the mean amount taken minus the supply. On a
    complete network it converges to the optimum for every penalty ρ > 0 and concave utilities, fast where ρ is
    about a typical curvature. Elsewhere x̄ and p are averages between neighbors (see `Tracking`), and no theorem of the
    paper applies: on a well-connected network it still converges, on a ring it is very slow without `mixing`.

    A lie about y moves every price while it lasts; one liar is enough. The rule of a defense averages both y
    and p.
    """

    penalty: Annotated[float, Gt(0), Unit("value per unit"), Help("ρ, the penalty on an excess.")] = 1.0

    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, rows: slice) -> tuple[Floats, Floats]:
        # The part of a shortfall that would take the price below its floor is free disposal, and does not count.
        excess = np.maximum(mean - self._supply, (self._floor - p) / self.penalty)
        price = p + self.penalty * excess
        wanted = (signals - price + self.penalty * (x - excess)) / (self._curvature[rows] + self.penalty)
        return self._within(wanted), price

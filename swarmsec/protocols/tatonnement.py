"""Find the price that clears a market by raising it where more is wanted than there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.parameters import Gt, Help
from swarmsec.protocols._base import ProtocolView
from swarmsec.protocols._clearing import Clearing


@dataclass(kw_only=True)
class Tatonnement(Clearing):
    """Walras's groping: p ← p + g Z(p), Z being the excess demand per daemon, and everybody takes what it wants at p.

    A buyer wants x(p) = (v − p) / c, not under 0, so Z' = −mean(1/c) while all take some. `gain` is g·|Z'|: an exchange
    multiplies the error of the price by 1 − gain, so a complete network converges for gains under 2 and swings ever
    wider above. Elsewhere prices and excess are averaged between neighbors (see `Tracking`: x is the demand, y minus
    the supply the excess), and the gain must be smaller or `mixing` larger, by about the network's spectral gap.

    A lie about y, or a hijacked daemon that never lets go of its y, moves every price for as long as it lasts, since
    prices add up what they hear: one liar is enough. The rule of a defense averages both y and p.
    """

    gain: Annotated[
        float, Gt(0), Help("g · |Z'|, how far the price moves: 1 is all the way to the clearing price.")
    ] = 0.5

    def begin(self, view: ProtocolView) -> None:
        """The step that the gain comes to."""
        super().begin(view)
        self._step = self.gain / float(np.mean(1.0 / self._curvature))

    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, who: slice) -> tuple[Floats, Floats]:
        price = p + self._step * (mean - self.supply)
        return self._within((signals - price) / self._curvature[who]), price

"""Find a clearing price by raising it while demand exceeds supply."""

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
    """Walras's process: p ← p + g Z(p), where Z is the excess demand per daemon; all take their demand at p.

    A buyer demands x(p) = max((v − p) / c, 0), so Z' = −mean(1/c) while all take some. `gain` is g·|Z'|: an exchange
    multiplies the error of the price by 1 − gain, so it converges on a complete network for gains below 2, and
    diverges above. Elsewhere prices and excess are averaged between neighbors (see `Tracking`: x is the demand, y minus
    the supply the excess), and the gain must be smaller or `mixing` larger, by about the network's spectral gap.

    A lie about y, or a hijacked daemon with a constant y, moves every price while it lasts, since prices accumulate the
    excess; one liar is enough. The rule of a defense averages both y and p.
    """

    gain: Annotated[
        float, Gt(0), Help("g · |Z'|, the step of the price; with 1 it reaches the clearing price at once.")
    ] = 0.5

    def begin(self, view: ProtocolView) -> None:
        """Compute the step from the gain."""
        super().begin(view)
        self._step = self.gain / float(np.mean(1.0 / self._curvature))

    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, rows: slice) -> tuple[Floats, Floats]:
        price = np.maximum(p + self._step * (mean - self._supply), self._floor)
        return self._within((signals - price) / self._curvature[rows]), price

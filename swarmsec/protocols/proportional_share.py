"""Share a good in proportion to what everybody bids for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.parameters import Help, Interval
from swarmsec.protocols._clearing import Tracking

BID_MIN = 1e-12
"""Who wants nothing bids this, so that shares of the total are always defined."""


@dataclass(kw_only=True)
class ProportionalShare(Tracking):
    """Kelly's mechanism: who bids b_i gets d_i = C b_i / Σ b and pays b_i, C being the supply of all.

    A daemon values d at a d, its signal a taken as 0 where it is negative, and knows its weight in the market: it moves
    toward the best answer to what the others bid, b ← b + damping · (√(a C B₋ᵢ) − B₋ᵢ − b). At the Nash equilibrium the
    swarm keeps at least 3/4 of the best possible welfare (Johari & Tsitsiklis 2004); with a = (1, ½, …, ½) that is
    0.833333, 0.8, 0.763158 for 2, 3, 10 daemons.

    All answer at once, so damping must be about 1/n, and less where one values the good many times as much as the next.
    Above 4/(n + 1) the bids of equals swing together, and welfare falls far under 3/4. What others bid is learned from
    neighbors, as n times the mean that they track (see `Tracking`): shares add up to C at every step on a complete
    network, and elsewhere once bids have settled.

    A lie about the mean bid moves everybody's share and bids, and a hijacked daemon gets what it bids for. A rule of a
    defense averages the tracked means.
    """

    damping: Annotated[
        float | None, Interval(gt=0, le=1), Help("How far bids move to the best answer; 1/n unless given.")
    ] = None

    def _begin_with(self, signals: Floats) -> Floats:
        """What each would bid among its likes; before a round everybody has its part."""
        bids = np.maximum(signals * self.supply * (1.0 - 1.0 / self._n), BID_MIN)
        return np.stack([bids, np.full(signals.shape, self.supply)])

    def proposals(self, state: Floats) -> Floats:
        """D, what each gets for its bid."""
        return np.split(state, 3, axis=1)[2]

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The bid for which one would get that."""
        bids, mean, _ = np.split(state, 3, axis=1)
        bid = proposals * mean / self.supply
        return np.hstack([bid, mean + (bid - bids), proposals])

    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, who: slice) -> tuple[Floats, Floats]:
        """What the bids of this step bring, and the next ones; nobody believes that all bid less than itself."""
        total = np.maximum(self._n * mean, x)
        others = total - x
        answer = np.sqrt(np.maximum(signals, 0.0) * self._n * self.supply * others) - others
        damping = 1.0 / self._n if self.damping is None else self.damping
        return x + damping * (np.maximum(answer, BID_MIN) - x), self._n * self.supply * (x / total)

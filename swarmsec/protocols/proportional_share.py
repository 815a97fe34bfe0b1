"""Divide a good in proportion to the daemons' bids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.parameters import Help, Interval
from swarmsec.protocols._clearing import Tracking

BID_MIN = 1e-12
"""The smallest bid, so that shares of the total are always defined."""


@dataclass(kw_only=True)
class ProportionalShare(Tracking):
    """Kelly's mechanism: a bid b_i gets d_i = C b_i / Σ b and costs b_i, where C is the total supply.

    A daemon values d at a d, where a is its signal, at least 0, and accounts for its own effect on the price: it moves
    toward the best response to the other bids, b ← b + damping · (√(a C B₋ᵢ) − B₋ᵢ − b). At the Nash equilibrium the
    swarm keeps at least 3/4 of the best possible welfare (Johari & Tsitsiklis 2004); with a = (1, ½, …, ½) that is
    0.833333, 0.8, 0.763158 for 2, 3, 10 daemons.

    All respond at once, so damping must be about 1/n, and less if one daemon values the good many times more than the
    next. Above 4/(n + 1) the bids of equal daemons oscillate, and welfare falls far below 3/4. The total of bids is
    n times the tracked mean (see `Tracking`): shares add up to C at every step on a complete network, and elsewhere
    once bids have converged.

    A lie about the mean bid changes all shares and bids, and a hijacked daemon gets the share for its bid. The rule of
    a defense averages the tracked means.
    """

    damping: Annotated[
        float | None,
        Interval(gt=0, le=1),
        Help("The share of the way to the best response that a bid moves; 1/n by default."),
    ] = None

    def _begin_with(self, signals: Floats) -> Floats:
        """The equilibrium bid among equal daemons, and an equal share of the supply."""
        bids = np.maximum(signals * self._supply * (1.0 - 1.0 / self._n), BID_MIN)
        return np.stack([bids, np.full(signals.shape, self._supply)])

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The tracked mean bid for each good."""
        return ("bid",) * width

    def proposals(self, state: Floats) -> Floats:
        """The share d."""
        return np.split(state, 3, axis=1)[2]

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The bid changes by what it takes to change the share: a share is that of the bid before the last step."""
        bids, mean, share = np.split(state, 3, axis=1)
        change = (proposals - share) * mean / self._supply
        return np.hstack([bids + change, mean + change, proposals])

    def _act(self, x: Floats, mean: Floats, p: Floats, signals: Floats, rows: slice) -> tuple[Floats, Floats]:
        """The next bids and the shares of this step. The estimated total is at least the daemon's own bid."""
        total = np.maximum(self._n * mean, x)
        others = total - x
        answer = np.sqrt(np.maximum(signals, 0.0) * self._n * self._supply * others) - others
        damping = 1.0 / self._n if self.damping is None else self.damping
        return x + damping * (np.maximum(answer, BID_MIN) - x), self._n * self._supply * (x / total)

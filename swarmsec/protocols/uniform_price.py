"""A call market: all trades have one price, between the last bid and the last ask that trade."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.arrays import Floats
from swarmsec.parameters import Help, Interval
from swarmsec.protocols._auctioneer import Auction, MarketResult


@dataclass(kw_only=True)
class UniformPrice(Auction):
    """All k efficient trades are made, at one price p = θ · b_k + (1 − θ) · a_k (the k-double auction).

    b_k is the last bid and a_k the last ask that trade (Rustichini, Satterthwaite and Williams, Econometrica 1994,
    with their k for our θ). It is efficient, and its budget is balanced; but a bidder at the margin gains
    by an untruthful bid, and gains less the more bidders there are. See `Auction` for the exchange of bids.
    """

    theta: Annotated[float, Interval(ge=0, le=1), Help("Where the price is: 1 at the last bid, 0 at the last ask.")] = (
        0.5
    )

    def clear(self, bids: Floats, asks: Floats) -> MarketResult:
        """Trade all k efficient pairs at p."""
        pairs = min(len(bids), len(asks))
        k = int((bids[:pairs] >= asks[:pairs]).sum())
        if k == 0:
            return MarketResult(0, 0.0, 0.0)
        price = self.theta * float(bids[k - 1]) + (1.0 - self.theta) * float(asks[k - 1])
        return MarketResult(k, price, price)

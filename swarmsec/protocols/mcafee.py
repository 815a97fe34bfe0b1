"""McAfee's double auction: truthful bids are optimal, and the auctioneer has no deficit."""

from __future__ import annotations

from dataclasses import dataclass

from swarmsec.arrays import Floats
from swarmsec.protocols._auctioneer import Auction, MarketResult


@dataclass(kw_only=True)
class Mcafee(Auction):
    """A double auction that is truthful and never runs a deficit (McAfee, Journal of Economic Theory 1992).

    Let k be the number of efficient trades: bids b₁ ≥ b₂ ≥ …, asks a₁ ≤ a₂ ≤ …, and b_k ≥ a_k. If the price p =
    (b_{k+1} + a_{k+1}) / 2 exists and is between a_k and b_k, all k trade at p. Otherwise the k-th pair does not trade:
    the first k − 1 buyers pay b_k, the first k − 1 sellers get a_k, and the auctioneer keeps the difference.

    So at most the least valuable trade is lost: efficiency is at least 1 − 1/k. See `Auction` for the exchange of bids.
    """

    def clear(self, bids: Floats, asks: Floats) -> MarketResult:
        """Clear by McAfee's rule."""
        pairs = min(len(bids), len(asks))
        k = int((bids[:pairs] >= asks[:pairs]).sum())
        if k == 0:
            return MarketResult(0, 0.0, 0.0)
        if len(bids) > k and len(asks) > k:
            price = 0.5 * float(bids[k]) + 0.5 * float(asks[k])
            if asks[k - 1] <= price <= bids[k - 1]:
                return MarketResult(k, price, price)
        return MarketResult(k - 1, float(bids[k - 1]), float(asks[k - 1]))

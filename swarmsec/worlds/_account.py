"""An account of the trading world: holdings in a market of their own, and what trading them costs."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.worlds._market import Market
from swarmsec.worlds._portfolio import Judge, Portfolio


class Round(NamedTuple):
    """The state of the market in a round.

    Attributes:
        number: The round.
        fundamental: What a share is worth, USD.
        expected: The expected log return until the next round.
        volume: Shares that the rest of the market trades in the round.
        last: Whether the run ends with it.
    """

    number: int
    fundamental: float
    expected: float
    volume: float
    last: bool


class Account:
    """The holdings of k daemons, and their bills; or those of a desk, with k = 1.

    Attributes:
        portfolio: What they hold.
        market: The market that only they move.
        moved: (k,) shares bought in the last round, negative where sold.
        paid: The price of these, USD a share.
        halted: How many rounds ended in a halt.
        unwarranted_usd: What was sold and no news called for.
        missed_usd: What news called for and was not sold.
        shortfall_usd: What trades cost against the fundamental, with the spread.
        drift_usd: What was lost by holding through announced falls, and by not holding through the rises between.
        sold_usd: The revenue of all sales.
        bought_usd: The price of all purchases.
    """

    def __init__(self, shares: Floats, billed: Bools, portfolio: Portfolio, judge: Judge, market: Market) -> None:
        self.portfolio, self.market, self._judge = portfolio, market, judge
        self._shares = shares
        self._billed_shares = np.where(billed, shares, 0.0)
        self.moved: Floats = np.zeros(len(shares))
        self.paid = 0.0
        self.halted = 0
        self.unwarranted_usd = self.missed_usd = self.shortfall_usd = self.drift_usd = 0.0
        self.sold_usd = self.bought_usd = 0.0

    def trade(self, orders: Floats, now: Round, *, half_spread: float) -> None:
        """Fill orders, (k,) in books, up to the volume of the rest of the market, and add to the bills."""
        wanted = float(self._shares @ orders)
        if abs(wanted) > now.volume:
            self.halted += 1
            orders = orders * (now.volume / abs(wanted))
        before = self.portfolio.held
        after = before + orders
        self.portfolio.held = after
        self.moved = self._shares * orders
        self.paid = now.fundamental * math.exp(self.market.trade(float(self.moved.sum())))
        if orders.any():
            self._fill(orders, now, half_spread=half_spread)

        sales = self._judge.judge(now.number, before, after, last=now.last)
        self.unwarranted_usd += now.fundamental * float(self._billed_shares @ sales.unwarranted)
        self.missed_usd += now.fundamental * float(self._billed_shares @ sales.missing)
        missing = now.expected > 0.0  # In a rise what is not held is missed, in a fall what is held is lost.
        exposed = float(self._billed_shares @ (1.0 - after if missing else after))
        self.drift_usd += exposed * now.fundamental * abs(now.expected)

    def _fill(self, orders: Floats, now: Round, *, half_spread: float) -> None:
        """Add what the trades of a round cost."""
        self.sold_usd -= self.paid * float(self.moved[self.moved < 0.0].sum())
        self.bought_usd += self.paid * float(self.moved[self.moved > 0.0].sum())
        net, gross = float(self._billed_shares @ orders), float(self._billed_shares @ np.abs(orders))
        self.shortfall_usd += net * (self.paid - now.fundamental) + half_spread * gross * now.fundamental

    @property
    def bills(self) -> dict[str, float]:
        """The bills so far."""
        return {
            "misallocated_usd": self.unwarranted_usd + self.missed_usd,
            "cost_usd": self.shortfall_usd + self.drift_usd,
        }

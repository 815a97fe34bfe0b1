"""The market of the trading world: square-root price impact that decays; and the costs of a single desk.

Impact is the volume-recovery model of Alfonsi, Fruth and Schied (Quantitative Finance 10, 2010) with the square root
as its shape: the volume X taken out of the order book refills at a constant rate, and moves the log price by

    I(X) = coefficient · sgn(X) · volatility · √(|X| / volume).

An order worked over a fixed time therefore moves the price as the square root of its size; Sato and Kanazawa
(arXiv:2411.13965) measured an exponent of 0.489 ± 0.0015 over eight years of all liquid stocks in Tokyo. All of it is
transient: trades of a deceived swarm carry no information, and such trades leave no lasting impact (Gomes and
Waelbroeck, SSRN 2291720). No round trip profits from its own impact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from swarmsec.arrays import Floats


@dataclass(kw_only=True)
class Market:
    """One asset's order book.

    Attributes:
        volatility: Standard deviation of a day's log return.
        volume: Shares that the rest of the market trades in a day.
        half_life: Rounds until half of the volume taken out of the book is refilled.
        coefficient: Impact, in daily volatilities, of a whole day's volume.
        depth: Shares taken out of the book and not refilled; negative after sales.
    """

    volatility: float
    volume: float
    half_life: float
    coefficient: float = 0.5
    depth: float = 0.0

    def recover(self) -> None:
        """Let the book refill for one round."""
        self.depth *= 0.5 ** (1.0 / self.half_life)

    def impact(self) -> float:
        """The difference between the log price and the log fundamental."""
        scale = self.coefficient * self.volatility
        return math.copysign(scale * math.sqrt(abs(self.depth) / self.volume), self.depth)

    def trade(self, shares: float) -> float:
        """Buy `shares`, or sell them if negative.

        Returns:
            The average impact on the log price over these shares.
        """
        if shares == 0.0:
            return self.impact()
        paid_before = self._paid()
        self.depth += shares
        return (self._paid() - paid_before) / shares

    def _paid(self) -> float:
        """The integral of the impact from 0 to `depth`."""
        scale = self.coefficient * self.volatility / math.sqrt(self.volume)
        return scale * 2.0 / 3.0 * math.pow(abs(self.depth), 1.5)


def schedule(shares: float, rounds: int, *, urgency: float = 3.0) -> Floats:
    """The schedule of a risk-averse desk for an order: x(t) = shares · sinh(urgency · (1 − t)) / sinh(urgency).

    Args:
        shares: The order.
        rounds: The number of rounds, at least 1.
        urgency: Decay of the position over the whole order; 0 sells equal slices. 3 is the example of Almgren and
            Chriss (Journal of Risk 3, 2000): a rate of 0.6 a day over five days.

    Returns:
        (rounds,) shares traded in each round; they add up to `shares`.

    Examples:
        >>> schedule(12.0, 4, urgency=0.0).tolist()
        [3.0, 3.0, 3.0, 3.0]
    """
    left = 1.0 - np.arange(rounds + 1) / rounds
    held = np.sinh(urgency * left) / math.sinh(urgency) if urgency > 0.0 else left
    trades: Floats = -shares * np.diff(held)
    return trades


def desk_shortfall(trades: Floats, fundamental: Floats, market: Market) -> float:
    """The cost against the fundamental of a single desk that sells and buys the totals of `trades`.

    It knows both totals in advance, and trades each by `schedule`, in the rounds that contain the middle 98% of it.

    Args:
        trades: (2, rounds) shares sold and shares bought, both as positive numbers.
        fundamental: (rounds,) USD a share.
        market: The market before the first round.

    Returns:
        USD; positive is a cost.
    """
    orders = np.zeros(trades.shape[1])
    for sign, side in zip((-1.0, 1.0), trades, strict=True):
        total = float(side.sum())
        if total > 0.0:
            first, last = np.searchsorted(np.cumsum(side), [0.01 * total, 0.99 * total]).tolist()
            orders[first : last + 1] += schedule(sign * total, last - first + 1)
    cost = 0.0
    for shares, worth in zip(orders.tolist(), fundamental.tolist(), strict=True):
        market.recover()
        cost += shares * worth * math.expm1(market.trade(shares))
    return cost

"""The market of the trading world: square-root price impact that decays in minutes and in days.

The volume X that trades take out of an order book moves the log price by coefficient · σ · sgn(X) · √(|X| / V), with σ
the volatility and V the volume of a day (Sato and Kanazawa, arXiv:2411.13965, measured an exponent of 0.489 ± 0.0015
over eight years of all liquid stocks in Tokyo). Two books refill at their own rates (volume recovery as of Alfonsi,
Fruth and Schied, Quantitative Finance 10, 2010), one within minutes and one within days:

    I = coefficient · σ · Σ_k weight_k · sgn(X_k) · √(|X_k| / V).

The weights are such that an order worked quickly keeps half of its peak a day later, and the rest for days (Bucci et
al., arXiv:1811.05230; Maitrier et al., arXiv:2502.16246). An order's peak therefore depends little on the time over
which it is worked. Each part of the cost of trading is convex in its X_k, and refilling returns nothing to who traded,
so no round trip profits from its own impact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

DAYS_SLOW = 3.0
"""Half-life of the slow book, days."""

_SLOW = math.pow(0.5, 1.0 - 0.5 / DAYS_SLOW)  # So that weight · √(0.5^(1 / DAYS_SLOW)) = 0.5.
_WEIGHTS = (1.0 - _SLOW, _SLOW)


def _left_after_a_round(half_life: float) -> float:
    """The share of a volume that is not refilled yet; none if the half-life, in rounds, is too small for a number."""
    return math.pow(0.5, 1.0 / half_life) if half_life > 0.0 else 0.0


@dataclass(kw_only=True)
class Market:
    """One asset's order book.

    Attributes:
        volatility: Standard deviation of a day's log return.
        volume: Shares that the rest of the market trades in a day.
        half_life: Rounds until half of the volume taken out of the fast book is refilled.
        day: Rounds in a day.
        coefficient: Impact, in daily volatilities, of a whole day's volume.
        depths: Shares taken out of each book and not refilled; negative after sales.
    """

    volatility: float
    volume: float
    half_life: float
    day: float
    coefficient: float = 1.0
    depths: tuple[float, float] = field(default=(0.0, 0.0))

    def recover(self) -> None:
        """Let the books refill for one round."""
        fast, slow = self.depths
        self.depths = fast * _left_after_a_round(self.half_life), slow * _left_after_a_round(DAYS_SLOW * self.day)

    def impact(self) -> float:
        """The difference between the log price and the log fundamental."""
        fast, slow = self.depths
        signed = math.copysign(math.sqrt(abs(fast)), fast), math.copysign(math.sqrt(abs(slow)), slow)
        return self._scale * (_WEIGHTS[0] * signed[0] + _WEIGHTS[1] * signed[1])

    def trade(self, shares: float) -> float:
        """Buy `shares`, or sell them if negative.

        Returns:
            The average impact on the log price over these shares.
        """
        if shares == 0.0:
            return self.impact()
        paid_before = self._paid()
        self.depths = self.depths[0] + shares, self.depths[1] + shares
        return (self._paid() - paid_before) / shares

    @property
    def _scale(self) -> float:
        return self.coefficient * self.volatility / math.sqrt(self.volume)

    def _paid(self) -> float:
        """The integral of the impact over the shares traded."""
        fast, slow = self.depths
        moved = _WEIGHTS[0] * math.pow(abs(fast), 1.5) + _WEIGHTS[1] * math.pow(abs(slow), 1.5)
        return self._scale * (2.0 / 3.0) * moved

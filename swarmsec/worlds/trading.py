"""Portfolios of a trading swarm, which sells on false signals: BlackSwarm."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Gt, Help, Interval, Le, Unit
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._market import Market, desk_shortfall

_FIRST_PRICE_USD = 100.0
_RELEASE = 0.5  # A wary daemon relaxes at half of the threshold: without hysteresis it would switch too often.


@dataclass(kw_only=True)
class Trading(World):
    """Every daemon holds a leveraged book of one asset, and sells if the agreed belief z is low.

    A feed forecasts the asset. The fundamental is a random walk, so that an honest feed is pure noise:
    s = N(0, signal_noise²). A daemon wants to hold the share

        clip(1 + gain · z, 0, 1)    of its book,

    and trades toward it by at most `pace` per round. It becomes wary if z falls below −dead_band, and relaxes above
    half of that. A wary daemon only sells, so that it does not follow noise; a relaxed one buys its book back. Below
    the maintenance margin the broker sells `margin_sale` of the book per round, and does not lend for that part again.
    Price impact is that of `_market.py`. A round is ten seconds.

    Bills: `liquidated_usd` is the revenue of all sales, including those of hijacked daemons; purchases are not
    subtracted, and a share sold twice counts twice. `shortfall_usd` = Σ ΔX · (price paid − fundamental) over sales and
    purchases. Neither is a change in wealth, which mostly depends on the random walk.

    Calibrated: `gain`, to BlackSwarm's claim that a false signal of −0.3 for 60 rounds liquidates about $1.2M of the
    $3M that 1,200 daemons hold. The shortfall is not calibrated: it is about $2,700, with a price fall of 0.3%; the AP
    hoax tweet of 2013 moved the S&P 500 by 1% for some minutes. A margin call needs a fall of 4.8%, so none occurs.
    Half of an impact decays in ten minutes; real impacts take days, which would make buying back cheaper.

    Honest feeds contain no information, so a defense that blocks all feeds has no cost here.

    `feed: sp500` uses a window of 1999 to 2018, one trading day per round: real crashes, which cause margin calls
    without an attack.
    """

    unit: ClassVar[str] = "USD"
    bills: ClassVar[tuple[str, ...]] = ("liquidated_usd", "shortfall_usd")
    senses: ClassVar[str] = "forecast"
    decides: ClassVar[str] = "belief"

    book_usd: Annotated[float, Gt(0), Unit("USD"), Help("The initial book of every daemon.")] = 2_500.0
    leverage_max: Annotated[float, Ge(1), Help("Books are worth 1 to this many times a daemon's equity.")] = 3.5
    signal_noise: Annotated[float, Ge(0), Unit("signal"), Help("Standard deviation of an honest feed.")] = 0.15
    gain: Annotated[float, Gt(0), Unit("books per signal"), Help("Share of its book sold per unit of belief.")] = 1.2
    dead_band: Annotated[float, Ge(0), Unit("signal"), Help("The belief below which a daemon does not act.")] = 0.1
    pace: Annotated[float, Interval(gt=0, le=1), Unit("books per round"), Help("The largest trade.")] = 0.02
    feed: Annotated[Literal["random_walk", "sp500"], Help("The source of the fundamental.")] = "random_walk"
    rounds_per_day: Annotated[float, Gt(0), Unit("rounds"), Help("Length of a random walk's trading day.")] = 2_340.0
    volatility: Annotated[float, Gt(0), Unit("per day"), Help("Volatility of the walk, also used in price impact.")] = (
        0.02
    )
    volume_usd: Annotated[float, Gt(0), Unit("USD per day"), Help("The volume of the rest of the market.")] = (
        10_000_000.0
    )
    half_life: Annotated[float, Gt(0), Unit("rounds"), Help("Rounds until half of a price impact has decayed.")] = 60.0
    maintenance_margin: Annotated[
        float, Ge(0), Le(1), Help("The share of equity in a book below which the broker sells.")
    ] = 0.25
    margin_sale: Annotated[
        float, Interval(gt=0, le=1), Unit("books per round"), Help("The amount that a broker sells.")
    ] = 0.1

    def __post_init__(self) -> None:
        if self.leverage_max * self.maintenance_margin >= 1.0:
            highest = 1.0 / self.maintenance_margin
            raise ParameterError(
                f"{self.leverage_max:g} times leaves a daemon under the maintenance margin before the first round; "
                f"must be less than {highest:g}",
                where="leverage_max",
            )
        if self.feed == "sp500" and importlib.util.find_spec("arch") is None:
            raise ParameterError("sp500 needs the optional package arch: pip install 'swarmsec[sp500]'", where="feed")

    @property
    def signal_deviation(self) -> float:
        """The parameter `signal_noise`."""
        return self.signal_noise

    @property
    def acts_beyond(self) -> float:
        """The parameter `dead_band`."""
        return self.dead_band

    def begin(self, view: WorldView) -> None:
        self._rng = view.rng
        self._n = view.n
        self._round = 0
        self._book_shares = self.book_usd / _FIRST_PRICE_USD
        leverage = view.rng.uniform(1.0, self.leverage_max, view.n)
        self._cash_usd: Floats = self.book_usd * (1.0 / leverage - 1.0)
        self._fundamental = self._path(view.rounds)
        self._held: Floats = np.ones(view.n)  # (n,) share of the first book
        self._line: Floats = np.ones(view.n)  # (n,) share of it that the broker still lends for
        self._wary: Bools = np.zeros(view.n, dtype=np.bool_)
        self._market = self._fresh_market()
        self._trades: Floats = np.zeros((2, view.rounds))  # shares sold, shares bought
        self._liquidated_usd = 0.0
        self._shortfall_usd = 0.0
        self._bought_usd = 0.0
        self._margin_calls = 0

    def sense(self) -> Floats:
        return self.signal_noise * self._rng.standard_normal((self._n, 1))

    def decide(self, state: Floats) -> Floats:
        """The share of its book that each daemon wants to hold; 1 for NaN.

        Args:
            state: (n, 1) beliefs.

        Returns:
            (n, 1) shares, 0 to 1.
        """
        wanted: Floats = np.clip(1.0 + self.gain * state, 0.0, 1.0)
        return np.where(np.isnan(wanted), 1.0, wanted)

    def apply(self, decisions: Floats) -> Outcome:
        fundamental = float(self._fundamental[self._round])
        self._market.recover()
        called = self._called(fundamental * math.exp(self._market.impact()))
        moved = self._trade(decisions[:, 0], called)

        sold, bought = float(-moved[moved < 0.0].sum()), float(moved[moved > 0.0].sum())
        net = bought - sold
        price = fundamental * math.exp(self._market.trade(net))
        self._cash_usd -= price * moved
        self._trades[:, self._round] = sold, bought
        self._liquidated_usd += price * sold
        self._bought_usd += price * bought
        self._margin_calls += int(called.sum())
        self._shortfall_usd += net * (price - fundamental)
        self._round += 1
        return Outcome(
            bills={"liquidated_usd": self._liquidated_usd, "shortfall_usd": self._shortfall_usd},
            metrics={
                "price_usd": fundamental * math.exp(self._market.impact()),
                "fundamental_usd": fundamental,
                "holding_share": float(self._held.mean()),
                "wary_share": float(self._wary.mean()),
                "margin_calls": self._margin_calls,
                "bought_back_usd": self._bought_usd,
            },
        )

    def central(self) -> Mapping[str, float]:
        """The costs of one Almgren–Chriss desk that sells and buys the same totals in the same time.

        Returns:
            The shortfall; the liquidated amount is the same by construction.
        """
        rounds = slice(0, self._round)
        return {
            "shortfall_usd": desk_shortfall(self._trades[:, rounds], self._fundamental[rounds], self._fresh_market())
        }

    def _called(self, price: float) -> Bools:
        """(n,) whether the equity is below the maintenance margin."""
        worth = price * self._book_shares * self._held
        called: Bools = worth + self._cash_usd < self.maintenance_margin * worth
        return called

    def _trade(self, wanted: Floats, called: Bools) -> Floats:
        """Apply the trades of daemons and brokers; (n,) shares bought, negative where sold."""
        slack = self.gain * self.dead_band
        self._wary = wanted < 1.0 - np.where(self._wary, _RELEASE * slack, slack)
        target = np.minimum(np.where(self._wary, np.minimum(wanted, self._held), 1.0), self._line)
        held = np.clip(target, self._held - self.pace, self._held + self.pace)
        if called.any():
            held = np.where(called, np.minimum(held, np.maximum(self._held - self.margin_sale, 0.0)), held)
            self._line = np.where(called, held, self._line)
        moved: Floats = self._book_shares * (held - self._held)
        self._held = held
        return moved

    def _fresh_market(self) -> Market:
        volume = self.volume_usd / _FIRST_PRICE_USD
        return Market(volatility=self.volatility, volume=volume, half_life=self.half_life)

    def _path(self, rounds: int) -> Floats:
        """(rounds,) the fundamental, USD a share."""
        if self.feed == "sp500":
            returns = _sp500_log_returns()
            if rounds > returns.size:
                raise ParameterError(f"sp500 has only {returns.size:,} days, and a round is a day", where="feed")
            start = int(self._rng.integers(returns.size - rounds + 1))
            steps = returns[start : start + rounds]
        else:
            steps = self.volatility / math.sqrt(self.rounds_per_day) * self._rng.standard_normal(rounds)
        path: Floats = _FIRST_PRICE_USD * np.exp(np.cumsum(steps))
        return path


@lru_cache(maxsize=1)
def _sp500_log_returns() -> Floats:
    """(days,) daily log returns of the S&P 500 from 1999 to 2018, from the arch package."""
    from arch.data import sp500

    closes = sp500.load()["Adj Close"].to_numpy(dtype=np.float64)
    return read_only(np.diff(np.log(closes)))

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
from swarmsec.files import content_of
from swarmsec.parameters import Ge, Gt, Help, Interval, Le, MinLen, Unit
from swarmsec.teams.observed import Observed
from swarmsec.worlds._account import Account, Round
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric, PublishedClaim
from swarmsec.worlds._market import Market
from swarmsec.worlds._news import Episode, drawn_episodes
from swarmsec.worlds._portfolio import RELEASE, Judge, Portfolio
from swarmsec.worlds._prices import prices_of

_FIRST_PRICE_USD = 100.0
_VOLUME_NOISE = 0.3  # Standard deviation of the log volume of a round.


@dataclass(kw_only=True)
class Trading(World):
    """Every daemon holds a leveraged book of one asset, and sells if the agreed belief z is low.

    The fundamental F is a random walk that falls by `fall` in each of a few announced episodes, and m_t is the expected
    log return of a round: −fall / length within an episode, 0 outside. Every feed knows of it, with noise:

        s_i = claim · m_t / |m_t| + N(0, signal_noise²),    F_{t+1} = F_t · exp(m_t + σ ε_t).

    A daemon wants to hold the share clip(1 + gain · z, 0, 1) of its book, and trades toward it by at most `pace` per
    round. It becomes wary if z falls below −dead_band, and relaxes above half of that. A wary daemon only sells, so
    that it does not follow noise; a relaxed one buys its book back. Below the maintenance margin the broker sells
    `margin_sale` of the book per round, and never lends for that part again. Orders are filled up to the volume of the
    rest of the market; then trading halts for the round. Price impact is that of `_market.py`.

    Bills, over the billed daemons. `misallocated_usd`: what was sold and no true news called for, and what true news
    called for and was not sold. Outside of episodes every sale counts; an episode and the 40 rounds after it are
    compared as one, and within half of the dead band, as honest noise sells a little too much. `cost_usd`: the
    difference to the fundamental of all that was sold and bought, half the spread, and what holding through an
    announced fall costs (Perold, Journal of Portfolio Management 14, 1988):

        cost = Σ ΔX · (price paid − F) + half_spread · |ΔX| · F + Σ_t shares_t · F_t · (−m_t)⁺.

    `central` is one desk with all the money, and the median of the same feeds as its belief.

    Calibrated: `gain`, to BlackSwarm's claim that a false signal of −0.3 for 60 rounds liquidates about $1.2M of the
    $3M that 1,200 daemons hold. The cost is not calibrated: it is some thousand dollars, with a price fall of 0.2%; the
    AP hoax tweet of 2013 moved the S&P 500 by 1% for some minutes. A round is ten seconds.

    `feed: sp500` uses a window of 1999 to 2018, one trading day per round: real crashes, which cause margin calls
    without an attack. The announced falls come on top. `feed: file` uses a window of the prices of a CSV file, one row
    per round: the column `close` or `price`, or the last one.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="misallocated_usd", unit="USD", help="Sold without news, and not sold in news."),
        Bill(name="cost_usd", unit="USD", help="Impact, spread, and drift that was suffered or missed."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="liquidated_usd", unit="USD", help="Revenue of all sales; a share sold twice counts twice."),
        Metric(name="bought_back_usd", unit="USD", help="Price of all purchases."),
        Metric(name="unwarranted_usd", unit="USD", help="The part of the bill that was sold without news."),
        Metric(name="missed_usd", unit="USD", help="The part of the bill that was not sold in news."),
        Metric(name="shortfall_usd", unit="USD", help="The part of the cost that is impact and spread."),
        Metric(name="price_usd", unit="USD", axis="USD a share", help="The price of a share."),
        Metric(name="fundamental_usd", unit="USD", axis="USD a share", help="What a share is worth."),
        Metric(name="volume_usd", unit="USD", axis="USD a round", help="What was traded in the round by all."),
        Metric(name="holding_share", help="Mean share of the first books that is held."),
        Metric(name="wary_share", help="Share of daemons that only sell."),
        Metric(name="margin_calls", help="Sales by brokers so far."),
        Metric(name="halted_rounds", help="Rounds so far that ended in a halt."),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(title="Price and inventory", figures=("price_usd", "fundamental_usd", "holding_share", "wary_share")),
    )
    claims: ClassVar[tuple[PublishedClaim, ...]] = (
        PublishedClaim(
            name="liquidation",
            text="False optimization signals liquidate about $1.2M with no node compromised.",
            low=1_200_000.0,
            high=1_200_000.0,
            unit="USD",
            scenario="blackswarm",
            figure="misallocated_usd",
            arm="attacked",
            measure="difference",
            baseline="the same swarm without the attack",
            baseline_arm="clean",
            calibrated="gain",
            why="A fifth of the feeds persuades the swarm; the gain is set so that the amount is the published one.",
        ),
        PublishedClaim(
            name="no_node_compromised",
            text="The liquidation needs no compromised node.",
            low=0.0,
            high=0.0,
            unit="daemons",
            scenario="blackswarm",
            figure="compromised",
            arm="attacked",
            why="The attack changes feeds only, and the engine asserts that a signal attack hijacks nobody.",
        ),
    )
    senses: ClassVar[str] = "forecast"
    decides: ClassVar[str] = "belief"

    book_usd: Annotated[float, Gt(0), Unit("USD"), Help("The initial book of every daemon.")] = 2_500.0
    leverage_max: Annotated[float, Ge(1), Help("Books are worth 1 to this many times a daemon's equity.")] = 3.5
    signal_noise: Annotated[float, Ge(0), Unit("signal"), Help("Standard deviation of an honest feed.")] = 0.15
    claim: Annotated[float, Gt(0), Unit("signal"), Help("The mean of honest feeds in news of a rise.")] = 0.3
    news: Annotated[
        Annotated[int, Ge(0)] | list[Annotated[int, Ge(0)] | Annotated[list[Annotated[int, Ge(0)]], MinLen(2)]],
        Unit("episodes or rounds"),
        Help("How many episodes; or the first round of each, or the first and last round between which it is drawn."),
    ] = 3
    news_rounds: Annotated[int, Ge(1), Unit("rounds"), Help("Length of an episode.")] = 60
    fall: Annotated[float, Interval(ge=0, lt=1), Help("The share of its worth that the asset loses in one.")] = 0.005
    news_volume: Annotated[float, Ge(1), Help("How many times its usual volume the market trades in one.")] = 3.0
    gain: Annotated[float, Gt(0), Unit("books per signal"), Help("Share of its book sold per unit of belief.")] = 1.2
    dead_band: Annotated[float, Ge(0), Unit("signal"), Help("The belief below which a daemon does not act.")] = 0.1
    pace: Annotated[float, Interval(gt=0, le=1), Unit("books per round"), Help("The largest trade.")] = 0.02
    feed: Annotated[Literal["random_walk", "sp500", "file"], Help("The source of the fundamental.")] = "random_walk"
    path: Annotated[str | None, Help("With feed: file, a CSV of prices, relative to the scenario's file.")] = None
    digest: Annotated[str | None, Help("SHA-256 of the file, which must be the same; computed unless given.")] = None
    rounds_per_day: Annotated[float, Gt(0), Unit("rounds"), Help("Length of a random walk's trading day.")] = 2_340.0
    volatility: Annotated[float, Gt(0), Unit("per day"), Help("Volatility of the walk, also used in price impact.")] = (
        0.02
    )
    volume_usd: Annotated[float, Gt(0), Unit("USD per day"), Help("The volume of the rest of the market.")] = (
        100_000_000.0
    )
    half_life: Annotated[float, Gt(0), Unit("rounds"), Help("Rounds until the fast half of an impact is halved.")] = (
        60.0
    )
    half_spread: Annotated[float, Ge(0), Help("Half of the spread, as a share of the price.")] = 0.0001
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
        for number, one in enumerate(self.news if isinstance(self.news, list) else ()):
            if isinstance(one, list) and (len(one) != 2 or one[0] > one[1]):
                raise ParameterError(f"{one} given; must be the first and the last round", where=f"news[{number}]")
        if (self.feed == "file") is not (self.path is not None):
            raise ParameterError(
                "give `path` together with `feed: file`", where="path" if self.path is None else "feed"
            )
        if self.path is not None:
            prices_of(content_of(self.path, digest=self.digest))
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

    @property
    def seconds_per_round(self) -> float:
        """Of a trading day of six and a half hours."""
        return 23_400.0 / (self.rounds_per_day if self.feed == "random_walk" else 1.0)

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The forecast."""
        return (Column(name="forecast", unit="signal", help="Below 0 the asset is said to fall."),)

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The holding."""
        return (Column(name="holding", unit="books", low=0.0, high=1.0, help="The share of the first book to hold."),)

    def begin(self, view: WorldView) -> None:
        self._rng, self._n, self._round, self._rounds = view.rng, view.n, 0, view.rounds
        self._day = self.rounds_per_day if self.feed == "random_walk" else 1.0
        leverage = view.rng.uniform(1.0, self.leverage_max, view.n)
        self._cash_usd: Floats = self.book_usd * (1.0 / leverage - 1.0)
        episodes = drawn_episodes(self.news, length=self.news_rounds, rounds=view.rounds, rng=view.rng)
        self._expected: Floats = np.zeros(view.rounds)  # (rounds,) m
        for episode in episodes:
            self._expected[episode.start : episode.stop] = math.log1p(-self.fall) / self.news_rounds
        self._told: Floats = np.sign(self._expected)
        quiet = self._expected == 0.0
        if quiet.any():  # The asset earns back what it loses in news, or nobody would hold it.
            self._expected[quiet] = -self._expected.sum() / quiet.sum()
        self._fundamental = self._path(view.rounds)
        noise = np.exp(_VOLUME_NOISE * view.rng.standard_normal(view.rounds) - _VOLUME_NOISE**2 / 2)
        usual = self.volume_usd / _FIRST_PRICE_USD / self._day
        self._volume: Floats = usual * noise * np.where(self._told < 0.0, self.news_volume, 1.0)
        shares = self.book_usd / _FIRST_PRICE_USD
        self._swarm = self._account(np.full(view.n, shares), view.billed, episodes)
        self._desk = self._account(np.array([shares * view.n]), np.ones(1, dtype=np.bool_), episodes)
        self._desk_belief: Floats = np.zeros((1, 1))
        self._margin_calls = 0

    def sense(self) -> Floats:
        told = self.claim * float(self._told[self._round])
        return told + self.signal_noise * self._rng.standard_normal((self._n, 1))

    def decide(self, state: Floats) -> Floats:
        """The share of its book that each daemon wants to hold; 1 for NaN.

        Args:
            state: (n, 1) beliefs.

        Returns:
            (n, 1) shares, 0 to 1.
        """
        wanted: Floats = np.clip(1.0 + self.gain * state, 0.0, 1.0)
        return np.where(np.isnan(wanted), 1.0, wanted)

    def feasible(self, decisions: Floats) -> Floats:
        """Nobody holds less than nothing or more than its first book."""
        return np.clip(decisions, 0.0, 1.0)

    def neutral(self, decisions: Floats) -> Floats:
        """Hold what is held."""
        return self._swarm.portfolio.held[:, None].copy()

    def observed(self) -> Observed:
        """The price, the volume, and each daemon's own holding and trade."""
        return Observed(
            public={"price_usd": self._price_usd, "volume_usd": self._volume_usd},
            own={"holding": self._swarm.portfolio.held, "bought_shares": self._swarm.moved},
        )

    def apply(self, decisions: Floats) -> Outcome:
        t, swarm, desk = self._round, self._swarm, self._desk
        now = Round(
            t, float(self._fundamental[t]), float(self._expected[t]), float(self._volume[t]), t + 1 == self._rounds
        )
        for account in (swarm, desk):
            account.market.recover()
        called = self._called(now.fundamental * math.exp(swarm.market.impact()))
        orders = swarm.portfolio.orders(decisions[:, 0])
        swarm.trade(swarm.portfolio.call(called, orders, self.margin_sale), now, half_spread=self.half_spread)
        self._cash_usd -= swarm.paid * swarm.moved
        self._margin_calls += int(called.sum())
        desk.trade(desk.portfolio.orders(self.decide(self._desk_belief)[0]), now, half_spread=self.half_spread)
        self._price_usd = now.fundamental * math.exp(swarm.market.impact())
        self._volume_usd = now.fundamental * (now.volume + float(np.abs(swarm.moved).sum()))
        self._round += 1
        return Outcome(
            bills=swarm.bills,
            metrics={
                "liquidated_usd": swarm.sold_usd,
                "bought_back_usd": swarm.bought_usd,
                "unwarranted_usd": swarm.unwarranted_usd,
                "missed_usd": swarm.missed_usd,
                "shortfall_usd": swarm.shortfall_usd,
                "price_usd": self._price_usd,
                "fundamental_usd": now.fundamental,
                "volume_usd": self._volume_usd,
                "holding_share": float(swarm.portfolio.held.mean()),
                "wary_share": float(swarm.portfolio.wary.mean()),
                "margin_calls": self._margin_calls,
                "halted_rounds": swarm.halted,
            },
        )

    def hear(self, signals: Floats) -> None:
        """The desk believes the median of the feeds."""
        middle = (self._n - 1) // 2, self._n // 2
        self._desk_belief = np.partition(signals, middle, axis=0)[middle, :].mean(axis=0, keepdims=True)

    def central(self) -> Mapping[str, float]:
        """The bills of the desk, which holds all books, believes the median feed, and trades by the same rules."""
        return self._desk.bills

    def _called(self, price: float) -> Bools:
        """(n,) whether the equity is below the maintenance margin."""
        worth = price * self.book_usd / _FIRST_PRICE_USD * self._swarm.portfolio.held
        called: Bools = worth + self._cash_usd < self.maintenance_margin * worth
        return called

    def _account(self, shares: Floats, billed: Bools, episodes: tuple[Episode, ...]) -> Account:
        slack = self.gain * self.dead_band
        called_for = min(self.gain * self.claim, 1.0) if self.claim > self.dead_band else 0.0
        return Account(
            shares,
            billed,
            Portfolio(len(shares), pace=self.pace, slack=slack),
            Judge(len(shares), episodes, called_for=called_for, tolerance=RELEASE * slack),
            Market(
                volatility=self.volatility,
                volume=self.volume_usd / _FIRST_PRICE_USD,
                half_life=self.half_life * self._day / self.rounds_per_day,
                day=self._day,
            ),
        )

    def _path(self, rounds: int) -> Floats:
        """(rounds,) the fundamental, USD a share."""
        if self.feed != "random_walk":
            returns = _sp500_log_returns() if self.path is None else self._file_log_returns(self.path)
            if rounds > returns.size:
                name = "sp500" if self.path is None else self.path
                raise ParameterError(f"{name} has only {returns.size:,} returns, one for each round", where="feed")
            start = int(self._rng.integers(returns.size - rounds + 1))
            steps = returns[start : start + rounds]
        else:
            steps = self.volatility / math.sqrt(self.rounds_per_day) * self._rng.standard_normal(rounds)
        announced = np.concatenate([[0.0], self._expected[:-1]])  # What is announced in a round falls until the next.
        path: Floats = _FIRST_PRICE_USD * np.exp(np.cumsum(steps + announced))
        return path

    def _file_log_returns(self, path: str) -> Floats:
        return np.diff(np.log(np.array(prices_of(content_of(path, digest=self.digest)))))


@lru_cache(maxsize=1)
def _sp500_log_returns() -> Floats:
    """(days,) daily log returns of the S&P 500 from 1999 to 2018, from the arch package."""
    from arch.data import sp500

    closes = sp500.load()["Adj Close"].to_numpy(dtype=np.float64)
    return read_only(np.diff(np.log(closes)))

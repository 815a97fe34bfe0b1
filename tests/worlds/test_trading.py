"""The trading world: sales and margin calls, market impact, and random inputs."""

from __future__ import annotations

import importlib.util
import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec import Scenario, load_scenario, simulate
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.worlds._base import WorldView
from swarmsec.worlds._market import Market
from swarmsec.worlds._news import AFTERMATH, drawn_episodes
from swarmsec.worlds.trading import Trading

DAYS_VOLUME = 1_000_000.0  # Shares.
DAY = 2_340  # Rounds.


def market(half_life: float = 60.0) -> Market:
    return Market(volatility=0.02, volume=DAYS_VOLUME, half_life=half_life, day=DAY)


def begun(n: int = 1, rounds: int = 200, seed: int = 0, **parameters: Any) -> Trading:
    world = Trading(**parameters)
    view = WorldView(
        network=topology("edges", n=n, edges=[]),
        rounds=rounds,
        rng=stream(0, "test", seed, "world"),
        billed=np.ones(n, dtype=np.bool_),
    )
    world.begin(view)
    return world


def play(world: Trading, beliefs: list[float], n: int = 1) -> list[dict[str, float]]:
    """Bills and metrics of rounds in which all daemons have the same belief."""
    rows = []
    for belief in beliefs:
        world.sense()
        outcome = world.apply(world.decide(np.full((n, 1), belief)))
        rows.append({**outcome.bills, **outcome.metrics})
    return rows


def exponent(volumes: list[float], impacts: list[float]) -> float:
    return float(np.polyfit(np.log(volumes), np.log(np.abs(impacts)), 1)[0])


def peak_of(metaorder: float, rounds: int) -> float:
    book = market()
    for _ in range(rounds):
        book.recover()
        book.trade(metaorder / rounds)
    return book.impact()


# The market.


@pytest.mark.parametrize("rounds", [1, 10, 60, 390])
def test_the_impact_of_a_metaorder_grows_with_the_square_root_of_its_volume(rounds: int) -> None:
    """Sato & Kanazawa, arXiv:2411.13965: 0.489 ± 0.0015."""
    volumes = (DAYS_VOLUME * np.geomspace(1e-3, 0.3, 12)).tolist()
    assert exponent(volumes, [peak_of(volume, rounds) for volume in volumes]) == pytest.approx(0.5, abs=1e-9)


def test_the_exponent_is_one_half_if_larger_metaorders_take_longer() -> None:
    lengths = range(1, 61)
    impacts = [peak_of(20.0 * length, length) for length in lengths]
    assert exponent([20.0 * length for length in lengths], impacts) == pytest.approx(0.5, abs=0.05)


def test_a_days_volume_moves_the_price_by_a_days_volatility() -> None:
    assert peak_of(-DAYS_VOLUME, 1) == pytest.approx(-0.02)


def test_an_order_pays_two_thirds_of_its_final_impact() -> None:
    book = market()
    assert book.trade(500.0) == pytest.approx(2 / 3 * book.impact())


def test_the_peak_of_an_order_depends_little_on_how_long_it_is_worked() -> None:
    """With one book that refills in minutes, an order over a day left a tenth of the impact of one over 20 rounds."""
    order = 0.1 * DAYS_VOLUME
    at_once, hour, day = (peak_of(order, rounds) for rounds in (20, 360, DAY))
    assert hour > 0.75 * at_once
    assert day > 0.6 * at_once


def test_half_of_an_impact_is_left_a_day_later_and_none_in_the_end() -> None:
    book = market()
    book.trade(-0.1 * DAYS_VOLUME)
    peak = book.impact()
    for _ in range(DAY):
        book.recover()
    assert book.impact() == pytest.approx(0.5 * peak, rel=1e-3)
    for _ in range(100 * DAY):
        book.recover()
    assert book.impact() == pytest.approx(0.0, abs=1e-7)


def test_a_half_life_that_is_too_small_for_a_number_refills_at_once() -> None:
    book = market(half_life=0.0)
    book.trade(1_000.0)
    book.recover()
    assert book.depths[0] == 0.0


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30), st.floats(0.5, 1e4))
def test_no_round_trip_profits_from_its_own_impact(orders: list[float], half_life: float) -> None:
    book = market(half_life)
    cost = 0.0
    for shares in (*orders, -math.fsum(orders)):
        book.recover()
        cost += shares * book.trade(shares)
    assert cost >= -1e-9 * sum(map(abs, orders))


# The daemons.


def test_a_quiet_swarm_sells_nothing_whatever_its_fundamental_does() -> None:
    rows = play(begun(n=50, volatility=0.05, news=0), [0.0] * 200, n=50)
    assert rows[-1]["liquidated_usd"] == 0.0
    assert rows[-1]["cost_usd"] == 0.0
    assert {row["holding_share"] for row in rows} == {1.0}


def test_the_target_holding_falls_with_the_belief() -> None:
    wanted = begun().decide(np.array([[0.5], [0.0], [-0.25], [-1.0], [np.nan], [-np.inf]]))
    assert wanted.ravel().tolist() == pytest.approx([1.0, 1.0, 0.7, 0.0, 1.0, 0.0])


def test_decisions_of_many_daemons_equal_single_decisions() -> None:
    world = begun(n=40)
    state = np.random.default_rng(0).normal(0.0, 0.5, (40, 1))
    together = world.decide(state)
    assert together.tolist() == [world.decide(state[[i]])[0].tolist() for i in range(40)]


def test_a_daemon_sells_two_percent_per_round_down_to_its_target() -> None:
    rows = play(begun(), [-0.3] * 30)
    held = [max(1.0 - 0.02 * (i + 1), 1.0 - 1.2 * 0.3) for i in range(30)]
    assert [row["holding_share"] for row in rows] == pytest.approx(held)


def test_a_belief_inside_the_dead_band_causes_no_trade() -> None:
    assert play(begun(), [-0.099] * 20)[-1]["liquidated_usd"] == 0.0
    assert play(begun(), [-0.101] * 20)[-1]["liquidated_usd"] > 0.0


def test_a_daemon_buys_back_only_after_its_belief_has_half_recovered() -> None:
    world = begun()
    low = play(world, [-0.2] * 20)[-1]["holding_share"]
    assert play(world, [-0.06] * 20)[-1]["holding_share"] == low
    assert play(world, [-0.049] * 20)[-1]["holding_share"] == 1.0


def test_noise_around_a_false_belief_is_not_traded_twice() -> None:
    noisy = np.random.default_rng(0).normal(-0.3, 0.02, 60)
    rows = play(begun(), noisy.tolist())
    assert rows[-1]["holding_share"] >= 1.0 + 1.2 * noisy.min()
    assert rows[-1]["bought_back_usd"] == 0.0


def test_buying_back_does_not_reduce_the_liquidated_amount() -> None:
    rows = play(begun(), [-0.3] * 30 + [0.0] * 30)
    assert rows[-1]["holding_share"] == 1.0
    assert rows[-1]["liquidated_usd"] == rows[29]["liquidated_usd"]


def test_the_cost_of_trades_is_counted_against_the_fundamental_and_not_as_wealth() -> None:
    """A rising or a falling walk makes the same sales cheaper or dearer only in proportion to the price."""
    costs = [play(begun(n=100, seed=seed), [-0.3] * 60 + [0.0] * 60, n=100)[-1]["cost_usd"] for seed in range(4)]
    assert min(costs) > 0.0
    assert max(costs) / min(costs) < 1.05


def test_every_trade_pays_half_of_the_spread() -> None:
    plain, wide = (play(begun(half_spread=spread), [-0.3] * 30 + [0.0] * 30)[-1] for spread in (0.0, 0.001))
    traded = 2 * 0.36 * 2_500.0
    assert wide["cost_usd"] - plain["cost_usd"] == pytest.approx(0.001 * traded, rel=0.02)


def test_orders_beyond_the_markets_volume_halt_trading_for_the_round() -> None:
    world = begun(n=100, volume_usd=2_340_000.0, news=0)  # About $1,000 a round, and the swarm wants to sell $5,000.
    rows = play(world, [-0.9] * 20, n=100)
    assert rows[-1]["halted_rounds"] == 20
    sold = np.diff([row["liquidated_usd"] for row in rows])
    assert sold.max() < 4_000.0
    assert sold.mean() == pytest.approx(1_000.0, rel=0.2)


def test_a_margin_call_sells_a_tenth_a_round_and_is_not_bought_back() -> None:
    world = begun(n=200, volume_usd=5e6, volatility=2.0)  # The swarm's own sales call margins.
    rows = play(world, [-0.5] * 60 + [0.0] * 140, n=200)
    assert rows[-1]["margin_calls"] > 0
    assert rows[-1]["holding_share"] < 1.0
    deep = play(begun(n=200), [-0.5] * 60 + [0.0] * 140, n=200)
    assert deep[-1]["margin_calls"] == 0
    assert deep[-1]["holding_share"] == 1.0


def test_an_unlevered_daemon_has_no_margin_calls() -> None:
    rows = play(begun(n=50, leverage_max=1.0, volatility=0.5, rounds_per_day=10.0), [0.0] * 200, n=50)
    assert min(row["price_usd"] for row in rows) < 75.0 or max(row["price_usd"] for row in rows) > 125.0
    assert rows[-1]["liquidated_usd"] == 0.0


# What it bills.

NEWS = {"news": [50], "rounds": 200}


def test_a_swarm_that_follows_the_news_has_nothing_misallocated() -> None:
    rows = play(begun(**NEWS), [0.0] * 55 + [-0.3] * 60 + [0.0] * 85)
    assert rows[-1]["misallocated_usd"] == 0.0
    assert rows[-1]["liquidated_usd"] == pytest.approx(0.36 * 2_500.0, rel=0.1)


def test_sleeping_through_news_is_billed_as_much_as_selling_without_it() -> None:
    asleep = play(begun(**NEWS), [0.0] * 200)[-1]["misallocated_usd"]
    fooled = play(begun(**NEWS), [0.0] * 55 + [-0.3] * 60 + [0.0] * 35 + [-0.3] * 50)[-1]["misallocated_usd"]
    assert asleep == pytest.approx(0.36 * 2_500.0, rel=0.1)
    assert fooled == pytest.approx(asleep, rel=0.1)


def test_selling_everything_once_is_billed_and_pays_for_no_later_news() -> None:
    rows = play(begun(**NEWS), [-9.0] * 200)
    assert rows[-1]["misallocated_usd"] == pytest.approx(2_500.0, rel=0.1)
    calm = play(begun(**NEWS), [0.0] * 55 + [-0.3] * 60 + [0.0] * 85)
    assert rows[-1]["cost_usd"] > calm[-1]["cost_usd"]


def test_holding_through_an_announced_fall_costs_the_fall() -> None:
    rows = play(begun(**NEWS, fall=0.1, volatility=1e-6), [0.0] * 200)
    # In every round 1/60 of the log fall, of a book that is worth less and less; no holding, nothing missed between.
    assert rows[-1]["cost_usd"] == pytest.approx(0.1 * 2_500.0 * math.exp(0.0375), rel=0.02)
    assert rows[-1]["fundamental_usd"] == pytest.approx(100.0, rel=0.01)  # It is earned back between the news.


def test_feeds_announce_the_fall() -> None:
    world = begun(n=1_000, **NEWS)
    means = []
    for _ in range(200):
        means.append(float(world.sense().mean()))
        world.apply(np.ones((1_000, 1)))
    assert np.mean(means[50:110]) == pytest.approx(-0.3, abs=0.01)
    assert np.mean(means[:50] + means[110:]) == pytest.approx(0.0, abs=0.01)


def test_trades_of_daemons_that_are_not_billed_are_not_billed() -> None:
    world = Trading(news=[50])
    billed = np.array([True, False])
    network = topology("edges", n=2, edges=[])
    world.begin(WorldView(network=network, rounds=200, rng=stream(0, "test", 0, "world"), billed=billed))
    for _ in range(40):
        world.sense()
        outcome = world.apply(np.array([[1.0], [0.0]]))
    assert outcome.bills["misallocated_usd"] == 0.0
    assert outcome.metrics["liquidated_usd"] > 0.0


def test_a_desk_that_hears_the_median_of_the_feeds_stands_beside_the_swarm() -> None:
    world = begun(n=5, **NEWS)
    told = np.array([[-0.3], [-0.3], [-0.3], [9.0], [9.0]])
    for _ in range(40):
        world.sense()
        world.hear(told)
        world.apply(np.ones((5, 1)))
    assert world.central()["misallocated_usd"] == pytest.approx(5 * 0.36 * 2_500.0, rel=0.1)


@given(rounds=st.integers(1, 1_000), news=st.integers(0, 9), seed=st.integers(0, 99))
def test_episodes_are_drawn_apart_and_within_the_run(rounds: int, news: int, seed: int) -> None:
    found = drawn_episodes(news, length=60, rounds=rounds, rng=stream(0, "test", seed, "news"))
    assert len(found) == min(news, rounds // (60 + AFTERMATH))
    for one, next_one in itertools.pairwise(found):
        assert one.start < one.stop <= one.close <= next_one.start
    assert all(episode.close <= rounds for episode in found)


# Random inputs.


@pytest.mark.parametrize("feed", ["random_walk", "sp500"])
def test_signals_and_fundamental_do_not_depend_on_the_swarm(feed: str) -> None:
    if feed == "sp500":
        pytest.importorskip("arch")
    quiet, panicked = begun(n=5, feed=feed), begun(n=5, feed=feed)
    for _ in range(50):
        np.testing.assert_array_equal(quiet.sense(), panicked.sense())
        calm = quiet.apply(quiet.decide(np.zeros((5, 1))))
        panic = panicked.apply(panicked.decide(np.full((5, 1), -9.0)))
        assert calm.metrics["fundamental_usd"] == panic.metrics["fundamental_usd"]


def test_without_news_a_feed_has_only_noise_to_tell() -> None:
    world = begun(n=1_000, rounds=50, news=0)
    signals = np.array([world.sense() for _ in range(50)])
    assert signals.shape == (50, 1_000, 1)
    assert abs(signals.mean()) < 4 * 0.15 / math.sqrt(signals.size)
    assert signals.std() == pytest.approx(0.15, rel=0.02)


def test_the_walk_has_the_volatility_of_its_day() -> None:
    rows = play(begun(rounds=4_000, rounds_per_day=100.0, news=0), [0.0] * 4_000)
    steps = np.diff(np.log([row["fundamental_usd"] for row in rows]))
    assert steps.std() * math.sqrt(100.0) == pytest.approx(0.02, rel=0.05)


def test_sp500_is_a_window_of_the_real_index() -> None:
    pytest.importorskip("arch")
    from arch.data import sp500

    rows = play(begun(rounds=300, feed="sp500", news=0), [0.0] * 300)
    path = np.array([row["fundamental_usd"] for row in rows])
    closes = sp500.load()["Adj Close"].to_numpy()
    windows = np.lib.stride_tricks.sliding_window_view(closes, 300)
    assert np.isclose(windows / windows[:, :1], path / path[0], rtol=1e-9).all(axis=1).sum() == 1


# Refused parameters.


def test_the_error_of_sp500_without_arch_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"^feed: .*swarmsec\[sp500\]"):
        Trading(feed="sp500")


def test_more_rounds_than_days_of_sp500_are_refused() -> None:
    pytest.importorskip("arch")
    with pytest.raises(ParameterError, match="only 5,030 returns"):
        begun(rounds=6_000, feed="sp500")


def test_an_initial_leverage_under_the_margin_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"leverage_max: .* less than 4"):
        Trading(leverage_max=4.0)


@pytest.mark.parametrize("news", [[[5]], [[9, 5]], [[1, 2, 3]]])
def test_news_between_no_two_rounds_is_refused(news: list[list[int]]) -> None:
    with pytest.raises(ParameterError, match=r"^news\[0\]: .*the first and the last round"):
        Trading(news=news)


# What it was calibrated to, and what standing still costs.


STANDING_STILL = {
    "stands_still": "def govern(self, decisions, blue):\n        return np.ones_like(decisions)",
    "hears_no_feed": "def filter_signals(self, signals, blue):\n        return np.zeros_like(signals)",
    "sells_all": "def govern(self, decisions, blue):\n        return np.zeros_like(decisions)",
}
PLUGIN = '''from dataclasses import dataclass
import numpy as np
from swarmsec.teams import Defense, Surface, Vantage

@dataclass(kw_only=True)
class Plugin(Defense):
    """Defend nothing.

    On purpose."""
    vantage = Vantage.LOCAL
    sees = Surface.SIGNAL
    {hook}
'''
BILLS = ("misallocated_usd", "cost_usd")


def bills_of(scenario: Scenario, seed: int) -> dict[str, Floats]:
    """Arm → its bills in one seed."""
    traces = {arm: simulate(scenario, arm=arm, seed=seed) for arm in ("clean", "attacked", "defended", "guarded")}
    return {arm: np.array([trace.metrics[bill][-1] for bill in BILLS]) for arm, trace in traces.items()}


def limited(scenario: Scenario, seeds: int = 1) -> tuple[Floats, Floats]:
    """DL and the autoimmune cost, the latter as a share of the attack's damage, by both bills."""
    found = [bills_of(scenario, seed) for seed in range(seeds)]
    of = {arm: np.mean([one[arm] - one["clean"] for one in found], axis=0) for arm in found[0]}
    return 1.0 - of["defended"] / of["attacked"], of["guarded"] / of["attacked"]


@pytest.mark.slow
def test_blackswarm_sells_what_it_is_said_to_have_sold_and_the_gate_prevents_most_of_it() -> None:
    scenario = load_scenario("blackswarm")
    found = [bills_of(scenario, seed) for seed in range(2)]
    damage = np.mean([one["attacked"] - one["clean"] for one in found], axis=0)
    assert damage[0] == pytest.approx(1.2e6, rel=0.1)
    assert 1_000.0 < damage[1] < 10_000.0
    share, autoimmune = limited(scenario, 2)
    assert (share > 0.7).all()
    assert (np.abs(autoimmune) < 0.05).all()


def test_the_desk_is_deceived_by_half_of_the_feeds_and_not_by_a_fifth() -> None:
    fifth, all_of_them = (
        simulate(name, arm="attacked", seed=0).central for name in ("blackswarm", "blackswarm_subtle")
    )
    assert fifth["misallocated_usd"] == 0.0
    assert all_of_them["misallocated_usd"] == pytest.approx(1.1e6, rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("defense", [*STANDING_STILL, "signal_clip"])
@pytest.mark.parametrize(
    "name",
    [
        "blackswarm",
        "blackswarm_decoy",
        "blackswarm_majority",
        "blackswarm_middle",
        "blackswarm_patient",
        "blackswarm_quarantine",
        "blackswarm_sp500",
        "blackswarm_subtle",
    ],
)
def test_standing_still_costs_more_than_the_attack(name: str, defense: str, tmp_path: Path) -> None:
    if name == "blackswarm_sp500":
        pytest.importorskip("arch")
    for kind, hook in STANDING_STILL.items():
        (tmp_path / f"{kind}.py").write_text(PLUGIN.format(hook=hook))
    given = {"kind": defense, **({"threshold": 0.01} if defense == "signal_clip" else {})}
    share, _ = limited(load_scenario(name, defense=[given], plugins=[tmp_path]))
    assert (share < 0.0).all()

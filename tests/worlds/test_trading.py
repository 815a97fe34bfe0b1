"""The trading world: sales and margin calls, market impact, and random inputs."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.worlds._base import WorldView
from swarmsec.worlds._market import Market, desk_shortfall, schedule
from swarmsec.worlds.trading import Trading

DAYS_VOLUME = 100_000.0  # Shares.


def market(half_life: float = 60.0) -> Market:
    return Market(volatility=0.02, volume=DAYS_VOLUME, half_life=half_life)


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


def test_a_days_volume_moves_the_price_by_half_a_days_volatility() -> None:
    assert peak_of(-DAYS_VOLUME, 1) == pytest.approx(-0.5 * 0.02)


def test_an_order_pays_two_thirds_of_its_final_impact() -> None:
    book = market()
    assert book.trade(500.0) == pytest.approx(2 / 3 * book.impact())


def test_impact_decays_to_0() -> None:
    book = market(half_life=10.0)
    book.trade(-1_000.0)
    for _ in range(10):
        book.recover()
    assert book.depth == pytest.approx(-500.0)
    for _ in range(2_000):
        book.recover()
    assert book.impact() == pytest.approx(0.0, abs=1e-12)


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=30), st.floats(0.5, 1e4))
def test_no_round_trip_profits_from_its_own_impact(orders: list[float], half_life: float) -> None:
    book = market(half_life)
    cost = 0.0
    for shares in (*orders, -math.fsum(orders)):
        book.recover()
        cost += shares * book.trade(shares)
    assert cost >= -1e-9 * sum(map(abs, orders))


def test_a_schedule_sells_the_whole_order_and_earlier_with_urgency() -> None:
    """x(t) = X sinh(κ(T − t)) / sinh(κT), Almgren & Chriss 2000."""
    patient, urgent = schedule(-100.0, 5, urgency=0.0), schedule(-100.0, 5, urgency=3.0)
    assert patient.tolist() == pytest.approx([-20.0] * 5)
    assert urgent.sum() == pytest.approx(-100.0)
    assert urgent[0] == pytest.approx(-100.0 * (1 - math.sinh(2.4) / math.sinh(3.0)))
    assert (np.diff(urgent) > 0).all()


def test_a_desk_without_orders_pays_nothing() -> None:
    assert desk_shortfall(np.zeros((2, 5)), np.full(5, 100.0), market()) == 0.0


# The daemons.


def test_a_swarm_with_belief_0_sells_nothing() -> None:
    rows = play(begun(n=50, volatility=0.05), [0.0] * 200, n=50)
    assert rows[-1]["liquidated_usd"] == 0.0
    assert rows[-1]["shortfall_usd"] == 0.0
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


def test_the_shortfall_is_measured_against_the_fundamental_price() -> None:
    """A rising or falling price changes the cost of equal sales only in proportion to the price."""
    shortfalls = [
        play(begun(n=100, seed=seed), [-0.3] * 60 + [0.0] * 60, n=100)[-1]["shortfall_usd"] for seed in range(4)
    ]
    assert min(shortfalls) > 0.0
    assert max(shortfalls) / min(shortfalls) < 1.05


def test_shares_sold_by_margin_calls_are_not_bought_back() -> None:
    world = begun(n=200, volume_usd=500.0)  # A thin market, in which the sales of the swarm cause margin calls.
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


def test_one_desk_pays_about_as_much_for_the_same_trades() -> None:
    world = begun(n=1_200)
    rows = play(world, [-0.3] * 60 + [0.0] * 140, n=1_200)
    assert world.central()["shortfall_usd"] == pytest.approx(rows[-1]["shortfall_usd"], rel=0.1)


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


def test_a_feed_is_pure_noise() -> None:
    world = begun(n=1_000, rounds=50)
    signals = np.array([world.sense() for _ in range(50)])
    assert signals.shape == (50, 1_000, 1)
    assert abs(signals.mean()) < 4 * 0.15 / math.sqrt(signals.size)
    assert signals.std() == pytest.approx(0.15, rel=0.02)


def test_the_random_walk_has_the_given_daily_volatility() -> None:
    rows = play(begun(rounds=4_000, rounds_per_day=100.0), [0.0] * 4_000)
    steps = np.diff(np.log([row["fundamental_usd"] for row in rows]))
    assert steps.std() * math.sqrt(100.0) == pytest.approx(0.02, rel=0.05)


def test_sp500_is_a_window_of_the_real_index() -> None:
    pytest.importorskip("arch")
    from arch.data import sp500

    rows = play(begun(rounds=300, feed="sp500"), [0.0] * 300)
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
    with pytest.raises(ParameterError, match="only 5,030 days"):
        begun(rounds=6_000, feed="sp500")


def test_an_initial_leverage_under_the_margin_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"leverage_max: .* less than 4"):
        Trading(leverage_max=4.0)


# Calibration.


def believed(world: Trading, n: int, rounds: int, bias: float, seed: int) -> list[dict[str, float]]:
    """Friedkin–Johnsen with eight random neighbors, and every feed shifted by `bias` from round 400 to 460."""
    neighbors = np.array([np.random.default_rng([seed, k]).permutation(n) for k in range(8)])
    belief = np.zeros((n, 1))
    rows = []
    for round in range(rounds):
        signals = world.sense() + (bias if 400 <= round < 460 else 0.0)
        belief = 0.9 * (belief + belief[neighbors].sum(axis=0)) / 9 + 0.1 * signals
        outcome = world.apply(world.decide(belief))
        rows.append({**outcome.bills, **outcome.metrics})
    return rows


@pytest.mark.parametrize("seed", [0, 1])
def test_a_false_signal_liquidates_the_calibrated_amount(seed: int) -> None:
    clean = believed(begun(n=1_200, rounds=1_000, seed=seed), 1_200, 1_000, 0.0, seed)
    attacked = believed(begun(n=1_200, rounds=1_000, seed=seed), 1_200, 1_000, -0.3, seed)
    assert clean[-1]["liquidated_usd"] == 0.0
    assert attacked[-1]["liquidated_usd"] == pytest.approx(1.2e6, rel=0.1)
    assert 1_000.0 < attacked[-1]["shortfall_usd"] < 10_000.0
    assert attacked[-1]["holding_share"] == 1.0
    assert attacked[-1]["margin_calls"] == 0

"""The exchange world: the optimal allocation, the loss of others, and the cost of imbalance."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from swarmsec import simulate
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.testing import check_world
from swarmsec.worlds import WorldView
from swarmsec.worlds.exchange import Exchange


def begun(n: int, **parameters: Any) -> Exchange:
    world = Exchange(**parameters)
    world.check(n)
    network = topology("edges", n=n, edges=[])
    rng = stream(0, "test", 0, "world")
    world.begin(WorldView(network=network, rounds=10, rng=rng, billed=np.ones(n, dtype=np.bool_)))
    return world


def billed(world: Exchange, taken: list[float]) -> float:
    return world.apply(world.decide(np.array(taken)[:, None])).bills["loss_usd"]


def test_the_optimal_allocation_clears_the_market_at_one_price() -> None:
    # v − x = p for both: p = (4 + 2) / 2 − 1 = 2, so that x = (2, 0).
    world = begun(2, values=[4.0, 2.0])
    assert billed(world, [2.0, 0.0]) == pytest.approx(0.0, abs=1e-12)
    assert billed(begun(2, values=[4.0, 3.0]), [1.5, 0.5]) == pytest.approx(0.0, abs=1e-12)
    # Equal parts have the welfare 4 − ½ + 2 − ½ = 5, the optimum 8 − 2 = 6.
    assert billed(world, [1.0, 1.0]) == pytest.approx(1.0, abs=1e-12)


def test_without_curvature_the_daemon_with_the_highest_value_gets_everything() -> None:
    world = begun(3, values=[1.0, 2.0, 0.5], curvature=0)
    assert billed(world, [0.0, 3.0, 0.0]) == 0.0
    assert billed(begun(3, values=[1.0, 2.0, 0.5], curvature=0), [1.0, 1.0, 1.0]) == 6.0 - 3.5


def test_units_over_or_under_the_supply_are_billed() -> None:
    assert billed(begun(2, values=[3.0, 3.0]), [1.0, 0.5]) == pytest.approx(5.0 - (2.5 + 1.375))
    # Three units are asked for and there are two, so each gets two thirds of what it asked for.
    rationed = 3.0 * 2.0 - 0.5 * ((2 / 3) ** 2 + (4 / 3) ** 2)
    assert billed(begun(2, values=[3.0, 3.0]), [1.0, 2.0]) == pytest.approx(5.0 - rationed)


def test_units_that_a_daemon_cannot_use_are_wasted() -> None:
    assert billed(begun(4, values=[1.0, 1.0, 1.0, 1.0]), [4.0, 0.0, 0.0, 0.0]) == pytest.approx(4 * 0.5 - 0.5)


def test_only_billed_daemons_count() -> None:
    world = Exchange(values=[3.0, 3.0])
    network = topology("edges", n=2, edges=[])
    rng = stream(0, "test", 0, "world")
    world.begin(WorldView(network=network, rounds=10, rng=rng, billed=np.array([True, False])))
    assert billed(world, [1.0, 0.0]) == 0.0
    assert world.apply(np.array([[0.0], [1.0]])).bills["loss_usd"] == pytest.approx(2.5)


def test_a_center_that_hears_a_lie_loses_by_it() -> None:
    world = begun(2, values=[4.0, 2.0])
    world.hear(np.array([[4.0], [8.0]]))  # By these values daemon 1 gets both units.
    world.apply(np.array([[2.0], [0.0]]))
    assert world.central()["loss_usd"] == pytest.approx(6.0 - 2.0)


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0.1, 3), st.floats(-2, 20)), min_size=2, max_size=6))
def test_a_round_costs_between_nothing_and_the_best_welfare(market) -> None:
    values, curvature, taken = map(list, zip(*market, strict=True))
    n = len(values)
    world = begun(n, values=values, curvature=curvature)
    best = world.apply(np.ones((n, 1))).metrics["best_welfare_usd"]
    assert -1e-9 <= billed(begun(n, values=values, curvature=curvature), taken) <= best + 1e-9


@given(st.lists(st.tuples(st.floats(0, 9), st.floats(0.5, 3)), min_size=2, max_size=5))
def test_the_best_welfare_equals_that_of_a_solver(market) -> None:
    values, curvature = (np.array(part) for part in zip(*market, strict=True))
    n = len(values)
    found = minimize(
        lambda x: float((0.5 * curvature * x * x - values * x).sum()),
        np.ones(n),
        jac=lambda x: curvature * x - values,
        bounds=[(0, n)] * n,
        constraints={"type": "ineq", "fun": lambda x: n - x.sum(), "jac": lambda x: -np.ones(n)},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    world = begun(n, values=values.tolist(), curvature=curvature.tolist())
    assert world.apply(np.ones((n, 1))).metrics["best_welfare_usd"] == pytest.approx(-found.fun, abs=1e-5)


def test_a_bill_adds_up_over_rounds_and_the_central_bill_is_0() -> None:
    world = begun(4, goods=2)
    assert world.sense().shape == (4, 2)
    first = world.apply(np.ones((4, 2))).bills["loss_usd"]
    assert first > 0
    assert world.apply(np.ones((4, 2))).bills["loss_usd"] == pytest.approx(2 * first)
    assert world.central() == {"loss_usd": 0.0}


def test_shares_are_clipped_to_0_and_the_supply() -> None:
    world = begun(3)
    assert world.decide(np.array([[-5.0], [1e100], [np.nan]])).tolist() == [[0.0], [3.0], [1.0]]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"values": [1.0, 2.0]}, "values: 2 values for 3 daemons"),
        ({"curvature": [1.0]}, "curvature: 1 values for 3 daemons"),
        ({"low": 7.0}, "low: 7 is above high, 6"),
        ({"values": [1.0, 2.0, 3.0], "goods": 2}, "values: values are given for one good"),
    ],
)
def test_inconsistent_parameters_are_refused(parameters, message) -> None:
    with pytest.raises(ParameterError, match=message):
        begun(3, **parameters)


@pytest.mark.parametrize(
    ("protocol", "curvature"),
    [
        ({"kind": "tatonnement", "gain": 0.7}, 1.0),
        ({"kind": "exchange_admm"}, 1.0),
        (
            {"kind": "exchange_admm"},
            [0.5 + 0.1 * i for i in range(12)],
        ),
    ],
)
@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_negotiating_swarms_clear_the_market(protocol, curvature, engine) -> None:
    scenario = {
        "world": {"kind": "exchange", "curvature": curvature},
        "network": {"kind": "complete", "n": 12},
        "protocol": protocol,
        "rounds": 100,
        "engine": engine,
        "seeds": 1,
    }
    trace = simulate(scenario, arm="clean")
    assert trace.metrics["efficiency"][-1] == pytest.approx(1.0, abs=1e-9)
    assert trace.metrics["imbalance_units"][-1] == pytest.approx(0.0, abs=1e-6)


def test_a_bidding_swarm_reaches_the_efficiency_of_the_nash_equilibrium() -> None:
    scenario = {
        "world": {"kind": "exchange", "curvature": 0, "values": [1.0] + [0.5] * 9},
        "network": {"kind": "complete", "n": 10},
        "protocol": {"kind": "proportional_share"},
        "rounds": 500,
        "seeds": 1,
    }
    assert simulate(scenario, arm="clean").metrics["efficiency"][-1] == pytest.approx(0.763158, abs=1e-6)


@pytest.mark.parametrize("parameters", [{"curvature": 0}, {"goods": 3, "noise": 0.2}])
def test_other_parameters_pass_the_conformance_check(parameters) -> None:
    check_world(Exchange, **parameters)


def test_values_drift_in_every_round_and_stay_above_zero() -> None:
    world = begun(200, low=0.0, high=1.0, drift=0.5)
    sensed = []
    for _ in range(9):
        sensed.append(world.sense())
        outcome = world.apply(world.decide(world._best(sensed[-1])))
    assert outcome.bills["loss_usd"] == pytest.approx(0.0, abs=1e-9)  # The best by the values of now costs nothing.
    steps = np.concatenate([after - before for before, after in pairwise(sensed)])
    free = steps[np.concatenate(sensed[1:]) > 0.0]
    assert np.stack(sensed).min() >= 0.0
    assert np.median(np.abs(free)) == pytest.approx(0.6745 * 0.5, rel=0.15)


def test_values_without_drift_are_constant() -> None:
    world = begun(3)
    first = world.sense()
    world.apply(world.decide(first))
    np.testing.assert_array_equal(world.sense(), first)

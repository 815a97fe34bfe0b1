"""Items with different values for different daemons: the welfare of an allocation and its gap to the optimum."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import run
from swarmsec.arrays import Floats
from swarmsec.errors import SwarmsecError
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.worlds import WorldView
from swarmsec.worlds.allocation import Allocation, best_allocation

LOUD = {"kind": "stubborn", "daemons": [0], "start": 30, "value": 100.0}


def world(worths: list[list[float]], *, unbilled: list[int] | None = None, **more: int) -> Allocation:
    allocation = Allocation(worths=worths, **more)
    allocation.check(len(worths))
    billed = ~np.isin(np.arange(len(worths)), unbilled or [])
    network = topology("complete", n=len(worths))
    allocation.begin(WorldView(network=network, rounds=1, rng=stream(0, "test", 0, "world"), billed=billed))
    return allocation


def lost(allocation: Allocation, shares: list[list[float]]) -> float:
    return allocation.apply(allocation.decide(np.array(shares))).bills["welfare_lost_usd"]


def best_by_enumeration(worth: Floats, supply: int, capacity: int) -> float:
    """The optimum by enumeration of all allocations of whole units."""
    rows = [np.array(row) for row in itertools.product((0, 1), repeat=worth.shape[1]) if sum(row) <= capacity]
    choices = (np.stack(rows_of_all) for rows_of_all in itertools.product(rows, repeat=len(worth)))
    return max(float((worth * taken).sum()) for taken in choices if (taken.sum(axis=0) <= supply).all())


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 4),
    d=st.integers(1, 3),
    supply=st.integers(1, 3),
    capacity=st.integers(1, 4),
)
def test_the_optimum_equals_that_of_enumeration(seed: int, n: int, d: int, supply: int, capacity: int) -> None:
    worth = stream(0, "allocation", seed, "worths").random((n, d))
    found = (worth * best_allocation(worth, supply=supply, capacity=capacity)).sum()
    assert found == pytest.approx(best_by_enumeration(worth, supply, capacity), abs=1e-9)


def test_the_bill_is_the_gap_to_the_optimum_summed_over_rounds() -> None:
    market = world([[3.0, 1.0], [2.0, 2.0]])
    assert lost(market, [[1, 0], [0, 1]]) == 0.0
    assert lost(market, [[0, 1], [1, 0]]) == 2.0
    assert lost(market, [[0, 0], [0, 0]]) == 7.0


def test_an_item_taken_too_often_is_split() -> None:
    assert lost(world([[3.0], [1.0]]), [[1], [1]]) == pytest.approx(3.0 - (3.0 + 1.0) / 2)


def test_what_a_hijacked_daemon_takes_is_lost() -> None:
    assert lost(world([[3.0], [1.0]], unbilled=[0]), [[1], [0]]) == 3.0


def test_shares_are_scaled_to_the_capacity_and_invalid_ones_are_0() -> None:
    market = world([[1.0, 1.0, 1.0]] * 2, capacity=2)
    shares = np.array([[1.0, 1e300, np.inf], [np.nan, -1.0, 0.5]])
    np.testing.assert_allclose(market.decide(shares), [[2 / 3, 2 / 3, 2 / 3], [0.0, 0.0, 0.5]])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"worths": [[1.0], [1.0, 2.0]]}, "a worth for each item"),
        ({"worths": [[1.0], [-1.0]]}, "not less"),
        ({"low": 2.0}, "2 is above high, 1"),
    ],
)
def test_invalid_worths_are_refused(parameters: dict[str, object], message: str) -> None:
    with pytest.raises(SwarmsecError, match=message):
        Allocation(**parameters)


def test_no_defense_gives_a_daemon_more_than_its_capacity() -> None:
    market = world([[3.0, 2.0], [1.0, 1.0]])
    granted = market.feasible(np.array([[1.0, 1.0], [0.0, 7.0]]))
    np.testing.assert_allclose(granted, [[0.5, 0.5], [0.0, 1.0]])


def test_a_center_that_hears_a_lie_loses_by_it() -> None:
    market = world([[3.0], [1.0]])
    market.hear(np.array([[3.0], [9.0]]))
    lost(market, [[1], [0]])
    assert market.central() == {"welfare_lost_usd": 2.0}


def test_a_renewed_item_has_new_values_and_the_others_keep_theirs() -> None:
    market = Allocation(items=3, renewal=2)
    network = topology("complete", n=4)
    market.begin(WorldView(network=network, rounds=9, rng=stream(0, "test", 0, "world"), billed=np.ones(4, np.bool_)))
    sensed = []
    for _ in range(8):
        sensed.append(market.sense())
        best = best_allocation(sensed[-1], supply=1, capacity=1)
        before = market.apply(best).bills["welfare_lost_usd"]
    assert before == pytest.approx(0.0, abs=1e-12)  # The best allocation of the values of now is the best.
    changed = [np.flatnonzero((one != other).any(axis=0)).tolist() for one, other in itertools.pairwise(sensed)]
    assert changed == [[], [0], [], [1], [], [2], []]


@pytest.mark.slow
def test_a_swarm_that_stops_after_it_agreed_loses_when_items_are_renewed() -> None:
    scenario = {"network": {"kind": "complete", "n": 8}, "protocol": {"kind": "cbba"}, "rounds": 60, "seeds": 8}
    stopped = {"kind": "frozen", "at": 10}
    for renewal, costs in ((None, False), (5, True)):
        world = {"kind": "allocation", "items": 8, "renewal": renewal}
        result = run({**scenario, "name": "renewal", "world": world, "defenses": [stopped], "attacks": [LOUD]})
        assert (result.autoimmune_cost.low > 0.0) == costs


def test_given_values_cannot_be_renewed() -> None:
    with pytest.raises(SwarmsecError, match="only drawn ones are renewed"):
        Allocation(worths=[[1.0]], renewal=3)


def test_the_best_allocation_of_huge_values_is_that_of_the_same_values_in_another_unit() -> None:
    worth = np.random.default_rng(0).uniform(size=(6, 10))
    usual = best_allocation(worth, supply=1, capacity=3)
    assert best_allocation(1e150 * worth, supply=1, capacity=3).tolist() == usual.tolist()

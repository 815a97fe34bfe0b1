"""The world of beliefs: the bill of every round, over the billed daemons only."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.arrays import Floats
from swarmsec.network import topology
from swarmsec.rng import stream
from swarmsec.worlds import WorldView
from swarmsec.worlds.beliefs import Beliefs


def begun(initial: list[Any], *, rounds: int = 1, unbilled: tuple[int, ...] = ()) -> Beliefs:
    n = len(initial)
    world = Beliefs(initial=initial)
    billed = ~np.isin(np.arange(n), unbilled)
    network = topology("edges", n=n, edges=[])
    world.begin(WorldView(network=network, rounds=rounds, rng=stream(0, "test", 0, "world"), billed=billed))
    return world


def billed(world: Beliefs, *decisions: list[Any]) -> float:
    return [world.apply(np.array(row, dtype=np.float64).reshape(len(row), -1)) for row in decisions][-1].bills[
        "deviation"
    ]


def test_the_bill_is_the_root_mean_square_distance_from_the_initial_mean() -> None:
    assert billed(begun([0.0, 2.0]), [1.0, 1.0]) == 0.0
    assert billed(begun([0.0, 2.0]), [0.0, 2.0]) == 1.0
    assert billed(begun([0.0, 2.0]), [1.0, 4.0]) == pytest.approx(3.0 / math.sqrt(2.0))
    assert billed(begun([[0.0, 0.0], [2.0, 2.0]]), [[1.0, 1.0], [4.0, 5.0]]) == pytest.approx(5.0 / math.sqrt(2.0))


def test_every_round_counts_alike_and_the_last_one_is_the_mean() -> None:
    assert billed(begun([0.0, 2.0], rounds=4), [9.0, 9.0], [1.0, 1.0], [1.0, 1.0], [1.0, 1.0]) == 2.0
    assert billed(begun([0.0, 2.0], rounds=4), [1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [9.0, 9.0]) == 2.0


def test_daemons_that_are_not_billed_count_neither_at_the_start_nor_later() -> None:
    assert billed(begun([0.0, 2.0, 99.0], unbilled=(2,)), [1.0, 1.0, -7.0]) == 0.0


def test_huge_values_give_a_finite_bill() -> None:
    assert billed(begun([0.0, 0.0]), [1e300, -1e300]) == pytest.approx(1e300)


def test_the_center_decides_on_the_mean_of_what_it_heard() -> None:
    world = begun([0.0, 2.0, 4.0], rounds=2)
    heard: Floats = world.sense() + np.array([[3.0], [0.0], [0.0]])
    for _ in range(2):
        world.hear(heard)
        world.apply(np.full((3, 1), 2.0))
    assert world.central() == {"deviation": pytest.approx(1.0)}


def test_a_center_is_told_the_signals_that_the_attack_left() -> None:
    scenario = {
        "world": {"kind": "beliefs", "initial": [0.0, 1.0, 2.0, 3.0]},
        "network": {"kind": "complete", "n": 4},
        "protocol": {"kind": "average_consensus"},
        "rounds": 10,
        "attacks": [{"kind": "false_signal", "daemons": [0], "start": 0, "bias": 4.0}],
        "defenses": [{"kind": "signal_clip", "warm_up": 1}],
        "seeds": 1,
    }
    assert simulate(scenario, arm="clean").central["deviation"] == pytest.approx(0.0, abs=1e-12)
    assert simulate(scenario, arm="attacked").central["deviation"] == pytest.approx(1.0)
    assert simulate(scenario, arm="defended").central["deviation"] == pytest.approx(1.0)


def test_a_defense_that_acts_in_the_last_round_alone_gets_almost_nothing() -> None:
    scenario = {
        "world": {"kind": "beliefs", "initial": [0, 0, 1, 2, 3, 4, 5]},
        "network": {"kind": "circulant", "n": 7, "offsets": [1, 2]},
        "protocol": {"kind": "average_consensus", "weights": "uniform"},
        "rounds": 300,
        "attacks": [{"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 0}],
        "defenses": [{"kind": "wmsr", "f": 1}],
        "seeds": 1,
    }
    clean, attacked = (simulate(scenario, arm=arm).bill for arm in ("clean", "attacked"))
    most = attacked - clean
    assert (most[-1] - most[-2]) / most[-1] <= 0.04
    result = run({**scenario, "seeds": 2}).to_dict()
    assert result["damage_limited"]["mean"] > 0.99

"""Hijacked daemons copy an honest one, whose view then counts several times."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.attacks.swarms import FJ, spread_swarm
from tests.strategies import beliefs

CROSS = [[0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, -1.0], [5.0, 0.0], [-5.0, 0.0]]


def cross(seed: int, **mimic) -> np.ndarray:
    attack = {"kind": "mimic", "daemons": [0, 1], **mimic}
    swarm = beliefs(CROSS, {"kind": "complete", "n": 6}, attacks=[attack], protocol=FJ, rounds=6)
    return simulate(swarm, arm="attacked", seed=seed, record_states=True).states


def test_the_victim_is_an_end_of_the_direction_of_largest_variance() -> None:
    victims = set()
    for seed in range(6):
        states = cross(seed)
        # A hijacked daemon holds what its victim held when it sent its message.
        matches = [j for j in range(2, 6) if np.array_equal(states[1:, 0], states[:-1, j])]
        assert np.array_equal(states[1:, 0], states[1:, 1])
        victims.update(matches)
    assert victims <= {4, 5}
    assert victims


def test_the_mean_leans_to_the_view_of_the_victim() -> None:
    for seed in range(3):
        states = cross(seed, warm_up=1)
        # Two more copies of ±5 among six values, and 0.8 of the mean.
        assert abs(states[1, 2, 0]) == pytest.approx(0.8 * 2 * 5 / 6)


def test_zero_strength_does_no_damage() -> None:
    assert run(spread_swarm("mimic", strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_it_bites_and_w_msr_does_not_limit_it() -> None:
    defended = run(spread_swarm("mimic", [{"kind": "wmsr", "f": 10}]))
    assert defended.bites
    assert defended.verdict == "not_limited"


def test_a_median_limits_it_in_part() -> None:
    assert run(spread_swarm("mimic", [{"kind": "median"}])).verdict == "partly"

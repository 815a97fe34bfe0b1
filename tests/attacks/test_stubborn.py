"""A stubborn daemon holds one value, sends it to all neighbors, and moves plain averaging to any value."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import K3, beliefs

PATH = {"kind": "path", "n": 3}
CIRCULANT = {"kind": "circulant", "n": 7, "offsets": [1, 2]}


def states(**stubborn):
    rounds = stubborn.pop("rounds", 3)
    attack = {"kind": "stubborn", "daemons": [0], **stubborn}
    trace = simulate(beliefs([0, 4, 8], PATH, attacks=[attack], rounds=rounds), arm="attacked", record_states=True)
    return trace.states[:, :, 0]


def test_it_holds_its_value_and_its_neighbors_include_it_in_their_average() -> None:
    one = (4 + 100 + 8) / 3
    expected = [[0, 4, 8], [100, one, 6], [100, (one + 100 + 6) / 3, (6 + one) / 2]]
    assert states(value=100.0)[:3] == pytest.approx(np.array(expected), rel=1e-15)


def test_it_is_honest_before_the_start_and_after_the_stop() -> None:
    expected = [
        [0, 4, 8],
        [2, 4, 6],  # honest
        [100, (4 + 100 + 6) / 3, 5],  # attacked
        [(100 + 110 / 3) / 2, (110 / 3 + 100 + 5) / 3, (5 + 110 / 3) / 2],  # honest again, from its current value
    ]
    assert states(value=100.0, start=1, stop=2) == pytest.approx(np.array(expected), rel=1e-15)


def test_half_the_strength_holds_halfway_from_what_an_honest_daemon_would_hold_to_the_value() -> None:
    first = (4 + 50 + 8) / 3
    honest = [2, (2 + first) / 2]  # It listens on, and the neighbor has heard the lie.
    held = [(value + 100) / 2 for value in honest]
    assert states(value=100.0, strength=0.5, rounds=2)[1:, 0] == pytest.approx(np.array(held), rel=1e-15)


def test_a_ramp_of_three_rounds_reaches_the_value_in_the_fourth() -> None:
    held = states(value=100.0, ramp=3, rounds=5)[1:, 0]
    assert held[0] == pytest.approx(0.75 * 2 + 0.25 * 100)
    assert 50.0 < held[1] < held[2] < 100.0
    assert held[3:].tolist() == [100.0, 100.0]


def test_drift_and_swing_count_from_the_start() -> None:
    held = states(value=1.0, drift=0.5, swing=2.0, start=1, rounds=4)[2:, 0]
    assert held.tolist() == [1.0, 1.5 + 2 * np.sin(1), 2.0 + 2 * np.sin(2)]


def test_frequency_and_angle_shape_the_oscillation_of_saldana_2016() -> None:
    held = states(value=45.0, swing=55.0, frequency=0.031, angle=np.pi / 2, rounds=50)[1:, 0]
    assert held == pytest.approx(45 + 55 * np.cos(0.031 * np.arange(50)), abs=1e-12)


def test_a_list_of_values_is_dealt_to_the_hijacked_daemons_in_turn() -> None:
    held = states(daemons="all", values=[7.0, -7.0], drift=0.5, rounds=2)
    assert held[1:].tolist() == [[7.0, -7.0, 7.0], [7.5, -6.5, 7.5]]


def test_noise_is_drawn_for_each_daemon_and_round() -> None:
    attack = {"kind": "stubborn", "daemons": list(range(100)), "value": 3.0, "noise": 2.0}
    swarm = beliefs([0.0] * 101, {"kind": "ring", "n": 101}, attacks=[attack], rounds=40)
    held = simulate(swarm, arm="attacked", record_states=True).states[1:, :100, 0]
    assert held.mean() == pytest.approx(3.0, abs=4 * 2.0 / np.sqrt(4000))
    assert held.std() == pytest.approx(2.0, rel=4 / np.sqrt(2 * 4000))
    assert np.abs(np.corrcoef(held)[0, 1:]).max() < 0.5


def test_without_noise_a_list_of_one_value_is_the_value() -> None:
    assert np.array_equal(states(values=[100.0], drift=0.3, swing=2.0), states(value=100.0, drift=0.3, swing=2.0))


def test_it_sends_every_neighbor_the_same_value() -> None:
    trace = simulate(
        beliefs([0, 3, 3], K3, attacks=[{"kind": "stubborn", "daemons": [0], "value": 9.0}], rounds=1),
        arm="attacked",
        record_states=True,
    )
    assert trace.final[1:, 0].tolist() == [5.0, 5.0]


def test_one_stubborn_daemon_moves_plain_averaging_to_any_value() -> None:
    swarm = beliefs([0, 0, 1, 2, 3, 4, 5], CIRCULANT, attacks=[{"kind": "stubborn", "daemons": [0]}], rounds=300)
    assert simulate(swarm, arm="attacked").final[:, 0] == pytest.approx(np.full(7, 100.0), abs=1e-6)


@pytest.mark.parametrize(
    ("held", "agreed"),
    [
        ({"value": 100.0}, 3.015625),
        ({"value": -5.0}, 1.984375),
        ({"value": 0.0, "drift": 0.1}, 1.947304),
        ({"value": 0.0, "swing": 50.0}, 2.489466),
    ],
)
def test_wmsr_limits_it_on_a_2_2_robust_network(held, agreed) -> None:
    swarm = beliefs(
        [0, 0, 1, 2, 3, 4, 5],
        CIRCULANT,
        attacks=[{"kind": "stubborn", "daemons": [0], **held}],
        defenses=[{"kind": "wmsr", "f": 1}],
        rounds=300,
    )
    trace = simulate(swarm, record_states=True)
    honest = trace.states[:, 1:, 0]
    assert honest.min() >= 0.0
    assert honest.max() <= 5.0
    assert honest[-1] == pytest.approx(np.full(6, agreed), abs=5e-7)


def test_it_compromises_its_targets_and_no_other_daemon() -> None:
    trace = simulate(beliefs([0, 3, 3], K3, attacks=[{"kind": "stubborn", "daemons": [0]}]), arm="attacked")
    assert trace.compromised.tolist() == [True, False, False]

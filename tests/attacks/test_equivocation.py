"""An equivocating daemon sends each neighbor another value: the Byzantine daemon of LeBlanc et al. 2013."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import K3, beliefs

WMSR = [{"kind": "wmsr", "f": 1}]


def states(network=K3, initial=(0, 1, 0.5), defenses=(), rounds=2, **equivocation):
    attack = {"kind": "equivocation", "daemons": [2], **equivocation}
    swarm = beliefs(initial, network, attacks=[attack], defenses=list(defenses), rounds=rounds)
    return simulate(swarm, arm="defended" if defenses else "attacked", record_states=True).states[:, :, 0]


def test_an_echo_sends_each_neighbor_its_own_value() -> None:
    third, ninth = 1 / 3, 1 / 9
    expected = [[0, 1, 0.5], [third, 2 * third, 0.5], [4 * ninth, 5 * ninth, 0.5]]
    assert states() == pytest.approx(np.array(expected), rel=1e-15)


def test_half_the_strength_is_halfway_from_the_honest_value_to_the_echo() -> None:
    assert states(strength=0.5)[1] == pytest.approx(np.array([1.25 / 3, 1.75 / 3, 0.5]), rel=1e-15)


def test_an_echo_freezes_wmsr_on_k3() -> None:
    trajectory = states(defenses=WMSR, rounds=100)
    assert np.array_equal(trajectory[:, :2], np.tile([0.0, 1.0], (101, 1)))


def test_a_malicious_constant_does_not_freeze_wmsr_on_k3() -> None:
    attack = {"kind": "stubborn", "daemons": [2], "value": 100.0}
    trace = simulate(beliefs([0, 1, 0.5], K3, attacks=[attack], defenses=WMSR, rounds=60))
    assert trace.final[:2, 0] == pytest.approx(np.array([1.0, 1.0]), abs=1e-12)


def test_split_raises_even_receivers_and_lowers_odd_ones() -> None:
    assert states(mode="split", amplitude=3.0)[1] == pytest.approx(np.array([(0 + 1 + 3) / 3, (1 + 0 - 2) / 3, 0.5]))


def test_strength_moves_a_split_from_the_honest_message_to_the_lie() -> None:
    per_edge = [0.5 * 0.5 + 0.5 * (0 + 3), 0.5 * 0.5 + 0.5 * (1 - 3)]
    expected = [(0 + 1 + per_edge[0]) / 3, (1 + 0 + per_edge[1]) / 3, 0.5]
    assert states(mode="split", amplitude=3.0, strength=0.5)[1] == pytest.approx(np.array(expected))


@pytest.mark.parametrize(("mode", "sent"), [("echo", 0.5), ("split", 2.5)])
def test_a_receiver_without_a_reverse_edge_gets_the_honest_value(mode, sent) -> None:
    one_way = {"kind": "edges", "n": 3, "edges": [[2, 0]], "directed": True}
    assert states(network=one_way, mode=mode, amplitude=2.0)[1].tolist() == [sent / 2, 1.0, 0.5]


def test_it_still_listens_and_is_honest_before_the_start_and_after_the_stop() -> None:
    trajectory = states(initial=(0, 1, 2), start=1, stop=2, rounds=3)
    assert trajectory[1] == pytest.approx(np.array([1.0, 1.0, 1.0]))
    moved = states(initial=(0, 1, 2), stop=1, rounds=2)
    assert moved[1] == pytest.approx(np.array([1 / 3, 2 / 3, 1.0]), rel=1e-15)
    assert moved[2] == pytest.approx(np.full(3, 2 / 3), rel=1e-15)


def test_its_daemons_are_compromised() -> None:
    swarm = beliefs([0, 1, 2], K3, attacks=[{"kind": "equivocation", "daemons": [2]}])
    assert simulate(swarm, arm="attacked").compromised.tolist() == [False, False, True]


def test_split_moves_the_two_neighbors_on_a_ring_apart() -> None:
    attack = {"kind": "equivocation", "daemons": [2], "mode": "split", "amplitude": 3.0}
    swarm = beliefs([0.0] * 6, {"kind": "ring", "n": 6}, attacks=[attack], rounds=1)
    assert sorted(simulate(swarm, arm="attacked").final[[1, 3], 0].tolist()) == [-1.0, 1.0]

"""A flood of contradicting messages outvotes rules that count messages, and displaces honest ones in full inboxes."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import K3, UNIFORM, beliefs

METROPOLIS = {"kind": "average_consensus", "weights": "metropolis"}


def states(rounds=2, defenses=(), protocol=UNIFORM, initial=(3, 6, 0), network=K3, **flood):
    attack = {"kind": "conflicting_flood", "daemons": [2], **flood}
    swarm = beliefs(initial, network, attacks=[attack], defenses=list(defenses), rounds=rounds, protocol=protocol)
    return simulate(swarm, arm="defended" if defenses else "attacked", record_states=True).states[:, :, 0]


def test_half_of_the_channels_carry_each_value_and_the_halves_swap_every_exchange() -> None:
    first = [(3 + 6 + 10) / 12, (6 + 3 - 10) / 12, (0 + 3 + 6) / 3]
    second = [(sum(first[:2]) - 10) / 12, (sum(first[:2]) + 10) / 12, sum(first) / 3]
    assert states(copies=10) == pytest.approx(np.array([[3, 6, 0], first, second]), rel=1e-14)


def test_the_values_lie_around_the_center() -> None:
    assert states(copies=10, amplitude=2.0, center=5.0)[1, :2] == pytest.approx(
        np.array([(9 + 10 * 7) / 12, (9 + 10 * 3) / 12])
    )


def test_half_the_strength_halves_the_amplitude_and_the_extra_copies() -> None:
    assert states(copies=11, strength=0.5)[1, :2] == pytest.approx(np.array([(9 + 6 * 0.5) / 8, (9 - 6 * 0.5) / 8]))


def test_it_outvotes_honest_messages_in_a_plain_uniform_mean() -> None:
    assert states(copies=1_000_000, rounds=1)[1, :2] == pytest.approx(np.array([1.0, -1.0]), abs=1e-4)


@pytest.mark.parametrize("listening", [{"defenses": [{"kind": "wmsr", "f": 1}]}, {"protocol": METROPOLIS}])
def test_a_rule_with_one_vote_per_sender_uses_one_false_value(listening) -> None:
    assert np.array_equal(states(copies=1, **listening), states(copies=1_000, **listening))


def test_wmsr_drops_the_false_value() -> None:
    assert states(amplitude=100.0, defenses=[{"kind": "wmsr", "f": 1}])[1, :2].tolist() == [4.5, 4.5]


def test_it_displaces_honest_messages_in_a_limited_inbox() -> None:
    def moved_by_the_flood_alone(copies: int) -> int:
        initial = [float(2**i) for i in range(20)]
        one = states(
            rounds=1,
            initial=initial,
            network={"kind": "complete", "n": 20},
            protocol={**METROPOLIS, "inbox": 19},
            copies=copies,
            daemons=[19],
        )[1, :19]
        own = np.array(initial[:19])
        side = np.where(np.arange(19) % 2 == 0, 1.0, -1.0)
        return int(np.isclose(one, own + (side - own) / 20).sum())

    # 19 of 1,018 messages are read, 0.34 of them honest: exp(−0.34), or 71%, of the daemons receive the flood only.
    assert moved_by_the_flood_alone(1) == 0
    assert moved_by_the_flood_alone(1_000) >= 10


def test_every_copy_is_sent_and_counted() -> None:
    attack = {"kind": "conflicting_flood", "daemons": [2], "copies": 10, "start": 1, "stop": 2}
    trace = simulate(beliefs([3, 6, 0], K3, attacks=[attack], rounds=3), arm="attacked")
    assert trace.metrics["messages"].tolist() == [6, 6 + 24, 6 + 24 + 6]
    assert trace.metrics["bytes"].tolist() == [48, 240, 288]


def test_a_ramp_increases_copies_and_amplitude() -> None:
    attack = {"kind": "conflicting_flood", "daemons": [2], "copies": 11, "ramp": 1}
    trace = simulate(beliefs([3, 6, 0], K3, attacks=[attack], rounds=2), arm="attacked")
    assert np.diff(trace.metrics["messages"], prepend=0).tolist() == [4 + 2 * 6, 4 + 2 * 11]


def test_half_of_the_channels_contradict_the_other_half_on_a_ring() -> None:
    attack = {"kind": "conflicting_flood", "daemons": [2], "copies": 1, "amplitude": 3.0}
    swarm = beliefs([0.0] * 6, {"kind": "ring", "n": 6}, attacks=[attack], rounds=1)
    assert sorted(simulate(swarm, arm="attacked").final[[1, 3], 0].tolist()) == [-1.0, 1.0]

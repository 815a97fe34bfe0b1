"""A replay shows some daemons the past."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.strategies import READS

PATH = {"kind": "path", "n": 4}


def readings(arm="attacked", **replay) -> np.ndarray:
    attack = {"kind": "replay", "daemons": [1, 3], **replay}
    world = {"kind": "beliefs", "initial": [0, 1, 2, 3], "noise": 0.5}
    swarm = {"world": world, "network": PATH, "attacks": [attack], "protocol": READS, "rounds": 12}
    trace = simulate(swarm, arm=arm, record_states=True)
    assert not trace.compromised.any()
    return trace.states[1:, :, 0]


def renewed_tasks(defenses=(), **replay):
    return {
        "world": {"kind": "allocation", "items": 4, "renewal": 5},
        "network": {"kind": "complete", "n": 8},
        "protocol": {"kind": "cbba"},
        "rounds": 30,
        "seeds": 5,
        "attacks": [{"kind": "replay", "daemons": 4, "start": 10, **replay}],
        "defenses": list(defenses),
    }


def test_the_last_readings_before_the_start_are_repeated_in_their_order() -> None:
    clean, found = readings("clean"), readings(start=5, window=3)
    assert np.array_equal(found[:5], clean[:5])
    assert np.array_equal(found[5:, [1, 3]], clean[[2, 3, 4, 2, 3, 4, 2]][:, [1, 3]])
    assert np.array_equal(found[:, [0, 2]], clean[:, [0, 2]])


def test_a_short_past_is_repeated_whole() -> None:
    clean, found = readings("clean"), readings(start=2, window=9)
    assert np.array_equal(found[2:, 1], clean[[0, 1] * 5, 1])


def test_from_round_0_on_the_first_reading_is_frozen() -> None:
    assert readings(window=4)[:, 1].tolist() == [1.0] * 12


def test_true_readings_return_after_the_stop() -> None:
    clean, found = readings("clean"), readings(start=5, stop=8)
    assert np.array_equal(found[8:], clean[8:])


def test_zero_strength_does_no_damage() -> None:
    assert run(renewed_tasks(strength=0.0), seeds=1).damage["attacked"].mean == 0.0


@pytest.mark.parametrize("gate", ["median_gate", "signal_clip"])
def test_it_hides_new_tasks_and_no_gate_on_readings_limits_it(gate) -> None:
    replayed = run(renewed_tasks([{"kind": gate, "warm_up": 10}]))
    assert replayed.bites
    assert replayed.damage_limited.high < 0.5

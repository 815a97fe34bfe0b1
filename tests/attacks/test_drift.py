"""A ramp on signals grows below the threshold of a gate."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.strategies import READS, beliefs

FJ = {"kind": "friedkin_johnsen", "anchor": 0.2, "weights": "uniform"}
PATH = {"kind": "path", "n": 4}


def reading(**drift) -> np.ndarray:
    attack = {"kind": "drift", "daemons": [1, 3], "slope": 0.5, **drift}
    swarm = beliefs([0, 1, 2, 3], PATH, attacks=[attack], protocol=READS, rounds=5)
    trace = simulate(swarm, arm="attacked", record_states=True)
    assert not trace.compromised.any()
    return trace.states[1:, :, 0]


def noisy_swarm(defenses=(), **drift):
    world = {"kind": "beliefs", "initial": "normal", "center": 1.0, "noise": 0.2}
    attack = {"kind": "drift", "daemons": 4, "start": 40, **drift}
    more = {"network": {"kind": "complete", "n": 20}, "protocol": FJ, "rounds": 80, "seeds": 6}
    return {"world": world, "attacks": [attack], "defenses": list(defenses), **more}


def test_the_shift_of_the_targets_grows_by_the_slope_in_every_round_from_the_start() -> None:
    found = reading(start=1)
    assert found[:, 1].tolist() == [1.0, 1.5, 2.0, 2.5, 3.0]
    assert found[:, 3].tolist() == [3.0, 3.5, 4.0, 4.5, 5.0]
    assert found[:, 0].tolist() == [0.0] * 5


def test_it_grows_for_the_given_rounds() -> None:
    assert reading(rounds=2)[:, 1].tolist() == [1.5, 2.0, 2.0, 2.0, 2.0]


@pytest.mark.parametrize("harmless", [{"strength": 0.0}, {"slope": 0.0}])
def test_zero_strength_and_zero_slope_do_no_damage(harmless) -> None:
    assert run(noisy_swarm(**harmless), seeds=1).damage["attacked"].mean == 0.0


def test_a_gate_at_the_median_of_the_neighbors_does_not_notice_a_slow_ramp() -> None:
    slow = run(noisy_swarm([{"kind": "median_gate", "warm_up": 30}], slope=-0.02))
    assert slow.bites
    assert slow.damage_limited.mean == 0.0


def test_a_band_around_each_daemons_own_past_limits_a_faster_one() -> None:
    fast = run(noisy_swarm([{"kind": "signal_clip", "warm_up": 30}], slope=-0.1))
    assert fast.verdict == "limited"

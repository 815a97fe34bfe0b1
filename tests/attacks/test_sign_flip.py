"""Mirrored signals: of the right size, and wrong."""

from __future__ import annotations

import numpy as np

from swarmsec import run, simulate
from tests.strategies import READS, beliefs

FJ = {"kind": "friedkin_johnsen", "anchor": 0.2, "weights": "uniform"}


def reading(**flip) -> list[float]:
    attack = {"kind": "sign_flip", "daemons": [1, 3], **flip}
    swarm = beliefs([0, 1, 2, 3], {"kind": "path", "n": 4}, attacks=[attack], protocol=READS, rounds=1)
    trace = simulate(swarm, arm="attacked")
    assert not trace.compromised.any()
    return trace.final[:, 0].tolist()


def noisy_swarm(defenses=(), initial="normal", **flip):
    world = {"kind": "beliefs", "initial": initial, "center": 1.0, "noise": 0.2}
    attack = {"kind": "sign_flip", "daemons": 4, "start": 40, **flip}
    more = {"network": {"kind": "complete", "n": 20}, "protocol": FJ, "rounds": 80, "seeds": 6}
    return {"world": world, "attacks": [attack], "defenses": list(defenses), **more}


def test_the_readings_of_the_targets_are_mirrored() -> None:
    assert reading() == [0.0, -1.0, 2.0, -3.0]
    assert reading(center=2.0) == [0.0, 3.0, 2.0, 1.0]
    assert reading(gain=0.5) == [0.0, -0.5, 2.0, -1.5]


def test_at_half_the_strength_only_the_center_is_left() -> None:
    assert reading(center=2.0, strength=0.5) == [0.0, 2.0, 2.0, 2.0]


def test_zero_strength_does_no_damage() -> None:
    assert run(noisy_swarm(strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_it_bites_and_a_gate_at_the_median_does_not_see_it_among_scattered_values() -> None:
    flipped = run(noisy_swarm([{"kind": "median_gate", "warm_up": 30}]))
    assert flipped.bites
    assert flipped.verdict == "not_limited"


def test_the_gate_limits_it_where_values_are_close() -> None:
    close = np.linspace(0.9, 1.1, 20).tolist()
    assert run(noisy_swarm([{"kind": "median_gate", "warm_up": 30}], initial=close)).verdict == "limited"


def test_a_band_around_each_daemons_own_past_limits_it() -> None:
    assert run(noisy_swarm([{"kind": "signal_clip", "warm_up": 30}])).verdict == "limited"

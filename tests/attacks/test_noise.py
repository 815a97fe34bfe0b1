"""Noise on signals, independent or common to all targets."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.strategies import READS, beliefs

FJ = {"kind": "friedkin_johnsen", "anchor": 0.2, "weights": "uniform"}


def errors(**noise) -> np.ndarray:
    """(rounds, targets) the noise on 200 of 300 daemons."""
    attack = {"kind": "noise", "daemons": list(range(200)), **noise}
    network = {"kind": "ring", "n": 300}
    swarm = beliefs([5.0] * 300, network, attacks=[attack], protocol=READS, rounds=40)
    trace = simulate(swarm, arm="attacked", record_states=True)
    assert not trace.compromised.any()
    assert np.array_equal(trace.states[:, 200:], np.full((41, 100, 1), 5.0))
    return trace.states[1:, :200, 0] - 5.0


def noisy_swarm(defenses=(), **noise):
    world = {"kind": "beliefs", "initial": "normal", "center": 1.0, "noise": 0.2}
    attack = {"kind": "noise", "daemons": 4, "start": 40, **noise}
    more = {"network": {"kind": "complete", "n": 20}, "protocol": FJ, "rounds": 80, "seeds": 6}
    return {"world": world, "attacks": [attack], "defenses": list(defenses), **more}


def test_it_has_the_deviation_and_no_bias() -> None:
    found = errors(deviation=3.0)
    assert found.mean() == pytest.approx(0.0, abs=4 * 3.0 / np.sqrt(8000))
    assert found.std() == pytest.approx(3.0, rel=4 / np.sqrt(2 * 8000))


def test_averaging_reduces_independent_noise_and_not_common_noise() -> None:
    alone, common = errors(), errors(common=True)
    assert alone.mean(axis=1).std() == pytest.approx(1 / np.sqrt(200), rel=0.5)
    assert np.ptp(common, axis=1).max() == 0.0
    assert common[:, 0].std() == pytest.approx(1.0, rel=0.5)


@pytest.mark.parametrize("harmless", [{"strength": 0.0}, {"deviation": 0.0}])
def test_zero_strength_and_zero_deviation_do_no_damage(harmless) -> None:
    assert run(noisy_swarm(**harmless), seeds=1).damage["attacked"].mean == 0.0


def test_a_band_around_each_daemons_own_past_limits_it() -> None:
    clipped = run(noisy_swarm([{"kind": "signal_clip", "warm_up": 30}], deviation=3.0))
    assert clipped.bites
    assert clipped.verdict == "limited"


def test_common_noise_is_not_limited_by_a_gate_at_the_median() -> None:
    common = run(noisy_swarm([{"kind": "median_gate", "warm_up": 30}], deviation=3.0, common=True))
    assert common.bites
    assert common.damage_limited.high < 0.5

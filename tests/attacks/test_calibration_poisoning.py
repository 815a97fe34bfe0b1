"""A baseline that was learned from poisoned readings."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import READS, beliefs

N, WARM_UP = 20, 40
RING = {"kind": "circulant", "n": N, "offsets": [1, 2, 3]}


def trace_of(arm="attacked", defenses=(), kind="calibration_poisoning", rounds=80, **attack):
    how = {"kind": kind, "daemons": [0, 10], "bias": -3.0, **attack}
    if kind == "calibration_poisoning":
        how = {"warm_up": WARM_UP, "swing": 4.0, **how}
    swarm = beliefs([0.0] * N, RING, noise=0.1, attacks=[how], defenses=list(defenses), rounds=rounds, protocol=READS)
    return simulate(swarm, arm=arm, record_states=True)


CLIP = {"kind": "signal_clip", "warm_up": WARM_UP, "threshold": 3.0}
GATE = {"kind": "median_gate", "warm_up": WARM_UP}


def lie(trace):
    """How far the targets' readings, as they are believed, are from 0 in the last rounds."""
    return -trace.states[-20:, [0, 10], 0].mean()


def test_the_noise_has_the_width_of_the_swing_and_the_mean_0_and_then_the_bias_comes() -> None:
    states = trace_of(rounds=1040, warm_up=1000).states[:, 0, 0]
    assert np.abs(states[:1001]).max() == pytest.approx(4.0, abs=0.4)
    assert states[:1001].mean() == pytest.approx(0.0, abs=4 * 4 / np.sqrt(3 * 1000))
    assert states[1001:].mean() == pytest.approx(-3.0, abs=0.1)


def test_zero_strength_does_no_damage() -> None:
    assert trace_of(strength=0.0).bill.tolist() == trace_of("clean").bill.tolist()
    assert not trace_of().compromised.any()


def test_a_band_that_was_learned_from_it_lets_the_bias_pass_and_an_honest_one_does_not() -> None:
    poisoned = trace_of("defended", [CLIP])
    honest = trace_of("defended", [CLIP], kind="false_signal", start=WARM_UP)
    assert lie(trace_of()) == pytest.approx(3.0, abs=0.1)
    assert lie(poisoned) == pytest.approx(3.0, abs=0.1)
    assert lie(honest) < 0.5
    # 3 deviations of 0.74 · 4.0 end at 8.9.
    assert 5.0 < lie(trace_of("defended", [CLIP], bias=-100.0)) < 12.0


def test_less_than_half_of_a_poisoned_warm_up_moves_a_robust_band_little() -> None:
    late = trace_of("defended", [CLIP], start=28, warm_up=WARM_UP - 28)
    assert lie(late) < 0.8


def test_a_gate_that_learns_too_is_widened_and_a_gate_that_learns_nothing_prevents_it() -> None:
    assert lie(trace_of("defended", [GATE])) == pytest.approx(3.0, abs=0.2)
    assert lie(trace_of("defended", [{"kind": "median_gate", "warm_up": 0}])) < 0.3

"""The largest lie that no defense reacts to."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, simulate
from tests.strategies import READS, beliefs

N, WARM_UP = 20, 40
TARGETS = [0, 10]


def trace_of(arm="defended", threshold=3.0, kind="evasion", defenses=None, **attack):
    how = {"kind": kind, "daemons": TARGETS, "start": WARM_UP, "bias": -3.0, **attack}
    clip = {"kind": "signal_clip", "warm_up": WARM_UP, "threshold": threshold}
    swarm = beliefs(
        [0.0] * N,
        {"kind": "circulant", "n": N, "offsets": [1, 2, 3]},
        noise=0.1,
        attacks=[how],
        defenses=[clip] if defenses is None else defenses,
        rounds=WARM_UP + 15,
        protocol=READS,
    )
    return simulate(swarm, arm=arm, record_states=True)


def lie(trace):
    return -trace.states[WARM_UP + 1 :, TARGETS, 0].mean()


@pytest.mark.parametrize("steps", [4, 8])
def test_the_lie_ends_at_the_edge_of_the_band_within_the_precision_of_the_bisection(steps) -> None:
    trace = trace_of(steps=steps)
    seen = trace.states[1 : WARM_UP + 1, TARGETS, 0]
    center = np.median(seen, axis=0)
    edge = center - 3.0 * 1.482602218505602 * np.median(np.abs(seen - center), axis=0)
    above = trace.states[WARM_UP + 1 :, TARGETS, 0] - edge
    assert above.min() >= 0.0
    assert 3.0 * 2.0**-steps < above.max() <= 3.0 * 2.0 ** (1 - steps)
    assert not trace.compromised.any()


def test_it_raises_no_alarm_and_the_same_bias_in_the_open_does() -> None:
    guarded = trace_of("guarded").metrics["alarms"]
    assert trace_of().metrics["alarms"].tolist() == guarded.tolist()
    assert trace_of(kind="false_signal").metrics["alarms"].sum() >= guarded.sum() + 2 * 14


def test_without_a_defense_it_is_the_whole_bias_and_at_zero_strength_nothing() -> None:
    attacked, clean = trace_of("attacked"), trace_of("clean")
    assert (attacked.states - clean.states)[WARM_UP + 1 :, TARGETS] == pytest.approx(np.full((15, 2, 1), -3.0))
    assert trace_of("attacked", strength=0.0).bill.tolist() == clean.bill.tolist()


def test_a_wide_band_is_beaten_and_a_narrow_one_or_a_gate_leaves_little() -> None:
    gate = {"kind": "median_gate", "warm_up": WARM_UP}
    assert lie(trace_of(threshold=40.0)) > 2.5
    assert lie(trace_of(threshold=3.0)) < 0.5
    assert lie(trace_of(defenses=[gate])) < 0.7


def test_rules_can_deny_the_knowledge_that_it_needs() -> None:
    swarm = beliefs([0.0] * 3, {"kind": "ring", "n": 3}, attacks=[{"kind": "evasion", "daemons": [0]}])
    with pytest.raises(Exception, match="knowledge"):
        load_scenario({**swarm, "rules": {"red": {"knowledge": ["signals"]}}})

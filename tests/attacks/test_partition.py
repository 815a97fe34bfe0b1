"""Two groups without a link between them for a time."""

from __future__ import annotations

import pytest

from swarmsec import simulate
from tests.strategies import UNIFORM, beliefs

K4 = {"kind": "complete", "n": 4}


def trace_of(arm="attacked", rounds=8, rules=None, defenses=(), network=K4, **partition):
    attack = {"kind": "partition", "daemons": [0, 1], "stop": 5, **partition}
    swarm = beliefs(
        [0.0, 2.0, 4.0, 10.0],
        network,
        attacks=[attack],
        defenses=list(defenses),
        rounds=rounds,
        rules=rules or {},
        protocol=UNIFORM,
    )
    return simulate(swarm, arm=arm, record_states=True)


def test_each_side_agrees_on_its_mean_and_after_the_cut_all_agree_on_the_mean_of_all() -> None:
    trace = trace_of()
    assert trace.states[1:6, :, 0].tolist() == [[1.0, 1.0, 7.0, 7.0]] * 5
    assert trace.states[6:, :, 0].tolist() == [[4.0] * 4] * 3
    assert trace.metrics["disagreement"].tolist() == [6.0] * 5 + [0.0] * 3
    assert not trace.compromised.any()


def test_links_to_a_third_group_stay() -> None:
    # Of the six directed links between 0 or 1 and 2, the four of these two pairs are cut.
    assert trace_of(others=[2]).spent["red"]["links"] == 4
    assert trace_of().spent["red"]["links"] == 8


def test_zero_strength_does_no_damage() -> None:
    assert trace_of(strength=0.0).bill.tolist() == trace_of("clean").bill.tolist()


def test_more_links_than_the_budget_cuts_prevent_it() -> None:
    cut, held = trace_of(stop=None, rounds=30), trace_of(stop=None, rounds=30, rules={"red": {"links": 6}})
    assert cut.metrics["disagreement"][-1] == 6.0
    assert held.metrics["disagreement"][-1] == pytest.approx(0.0, abs=0.01)


def test_wmsr_does_not_prevent_it() -> None:
    assert trace_of("defended", defenses=[{"kind": "wmsr", "f": 1}]).metrics["disagreement"][4] > 5.0

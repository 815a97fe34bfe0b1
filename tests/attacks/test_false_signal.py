"""A false signal shifts the readings of targeted daemons, and compromises none of them."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.errors import PluginError
from swarmsec.registry import Registry
from swarmsec.testing import check_attack
from tests.strategies import READS, beliefs

PAIR = {"kind": "path", "n": 2}
PATH = {"kind": "path", "n": 4}


def reading(rounds=4, **attack):
    attack = {"kind": "false_signal", "daemons": [1, 3], "bias": 10.0, **attack}
    swarm = beliefs([0, 1, 2, 3], PATH, attacks=[attack], protocol=READS, rounds=rounds)
    return simulate(swarm, arm="attacked", record_states=True)


def test_it_adds_the_bias_to_the_targets_readings_only() -> None:
    assert reading().states[1:, :, 0].tolist() == [[0, 11, 2, 13]] * 4


def test_it_is_active_from_start_until_stop() -> None:
    assert reading(start=1, stop=3).states[1:, 1, 0].tolist() == [1, 11, 11, 1]


def test_strength_scales_the_bias() -> None:
    assert reading(strength=0.25).states[1:, 1, 0].tolist() == [3.5] * 4


def test_a_ramp_increases_to_the_full_bias() -> None:
    assert reading(bias=6.0, ramp=2).states[1:, 1, 0] == pytest.approx(np.array([3, 5, 7, 7]))


def test_the_lie_spreads_through_the_negotiation_step_by_step() -> None:
    swarm = beliefs(
        [0, 0],
        PAIR,
        attacks=[{"kind": "false_signal", "daemons": [0], "bias": -1.5, "stop": 2}],
        protocol={"kind": "friedkin_johnsen", "anchor": 0.5, "weights": "uniform", "begins_at": "zero"},
        rounds=3,
    )
    expected = [
        [0, 0],
        [-0.75, 0],
        [0.5 * -0.375 - 0.75, -0.1875],
        [0.5 * (-0.9375 - 0.1875) / 2, 0.5 * (-0.9375 - 0.1875) / 2],
    ]
    assert simulate(swarm, arm="attacked", record_states=True).states[:, :, 0].tolist() == expected


def test_it_compromises_no_daemon() -> None:
    trace = reading(daemons="all", bias=1e6)
    assert not trace.compromised.any()
    assert trace.metrics["compromised"].tolist() == [0.0] * 4
    assert [event.kind for event in trace.events] == ["attack_on"]


def test_it_sends_no_additional_message() -> None:
    assert reading().metrics["messages"].tolist() == [6, 12, 18, 24]


def exchange(**attack):
    attack = {"kind": "false_signal", "daemons": [1], "bias": 10.0, **attack}
    return {
        "world": {"kind": "exchange", "goods": 2, "low": 0.0, "high": 0.0},
        "network": PAIR,
        "protocol": {"kind": "friedkin_johnsen", "anchor": 1.0},
        "rounds": 1,
        "attacks": [attack],
    }


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([], [10, 10]),
        (["worth_1"], [0, 10]),
        (["worth_0"], [10, 0]),
        (["worth_1", "worth_0"], [10, 10]),
    ],
)
def test_it_shifts_the_named_columns_of_the_signals_only(columns, expected) -> None:
    trace = simulate(exchange(columns=columns), arm="attacked", record_states=True)
    assert trace.states[1].tolist() == [[0, 0], expected]


def test_an_unknown_column_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PluginError, match=r"false_signal.begin.*no column 'worth_2' in these signals.*worth_"):
        simulate(exchange(columns=["worth_2"]), arm="attacked")


def test_a_named_column_keeps_the_contract_of_an_attack() -> None:
    check_attack(Registry().get("attacks", "false_signal"), columns=["belief_1"])

"""Messages that arrive together, late."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import UNIFORM, beliefs

PAIR = {"kind": "complete", "n": 2}


def trace_of(arm="attacked", initial=(0.0, 1.0), network=PAIR, rounds=12, protocol=UNIFORM, defenses=(), **withhold):
    attack = {"kind": "withhold", "daemons": [0], "period": 3, **withhold}
    swarm = beliefs(initial, network, attacks=[attack], defenses=list(defenses), rounds=rounds, protocol=protocol)
    return simulate(swarm, arm=arm, record_states=True)


def test_a_listener_hears_nothing_and_then_the_latest_message_of_the_period() -> None:
    states = trace_of(rounds=3).states[:, :, 0]
    assert states.tolist() == [[0.0, 1.0], [0.5, 1.0], [0.75, 1.0], [0.875, 0.875]]


def test_a_withheld_daemon_adapts_to_others_and_they_agree_away_from_the_average() -> None:
    trace = trace_of()
    assert trace.final[:, 0] == pytest.approx(np.array([0.875, 0.875]))
    assert trace.bill[-1] > trace_of("clean").bill[-1] + 0.2
    assert not trace.compromised.any()


def test_a_period_of_one_exchange_or_zero_strength_does_no_damage() -> None:
    clean = trace_of("clean").bill.tolist()
    assert trace_of(period=1).bill.tolist() == clean
    assert trace_of(strength=0.0, loss=1.0).bill.tolist() == clean


def test_push_sum_withstands_it_since_the_shares_arrive_in_the_end() -> None:
    trace = trace_of(
        initial=[1.0, 2.0, 3.0, 6.0], network={"kind": "complete", "n": 4}, protocol={"kind": "push_sum"}, rounds=90
    )
    assert trace.final[:, 0] == pytest.approx(np.full(4, 3.0), abs=1e-3)


def test_all_messages_of_the_targets_are_lost_with_a_loss_of_1() -> None:
    states = trace_of(loss=1.0).states[:, :, 0]
    assert states[:, 1].tolist() == [1.0] * 13
    assert states[-1, 0] > 0.99


def test_wmsr_does_not_prevent_it() -> None:
    network = {"kind": "complete", "n": 6}
    initial = [12.0, 0.0, 1.0, 2.0, 3.0, 4.0]
    how = {"initial": initial, "network": network, "loss": 1.0}
    attacked, defended = (trace_of(arm, defenses=[{"kind": "wmsr", "f": 1}], **how) for arm in ("attacked", "defended"))
    assert attacked.final.max() < 2.5
    assert defended.final.max() < 2.5

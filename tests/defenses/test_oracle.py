"""The oracle isolates exactly the attacked daemons, so no detector has a better detection."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.registry import Registry
from swarmsec.teams import Vantage
from tests.strategies import READS, beliefs

CIRCULANT = {"kind": "circulant", "n": 7, "offsets": [1, 2]}


def swarm(attack, **more):
    more = {"rounds": 6, "seeds": 3, "noise": 0.1, **more}
    return beliefs(range(7), CIRCULANT, attacks=[attack], defenses=[{"kind": "oracle"}], **more)


STUBBORN = {"kind": "stubborn", "daemons": [2, 5], "start": 1, "stop": 4}
FALSE = {"kind": "false_signal", "daemons": [2, 5], "bias": 50.0, "start": 1, "stop": 4}


@pytest.mark.parametrize("attack", [STUBBORN, FALSE])
def test_its_detection_is_perfect(attack) -> None:
    detection = run(swarm(attack)).detection
    assert detection.precision == detection.recall == (1.0, 1.0, 1.0)
    assert detection.delay_rounds == detection.false_quarantine_daemon_rounds == (0.0, 0.0, 0.0)


def test_it_isolates_during_the_attack_only() -> None:
    rows = simulate(swarm(STUBBORN)).quarantined
    assert rows[:, 2].tolist() == rows[:, 5].tolist() == [False, True, True, True, False, False]
    assert not rows[:, [0, 1, 3, 4, 6]].any()


def test_a_false_reading_becomes_the_median_of_honest_neighbors() -> None:
    trace = simulate(swarm({**FALSE, "daemons": [2, 4]}, protocol=READS, noise=0.0), record_states=True)
    # Daemon 2 listens to 0, 1, 3 and 4, of which 4 is under attack; daemon 4 to 2, 3, 5 and 6.
    assert trace.states[2, :, 0].tolist() == [0, 1, 1, 3, 5, 5, 6]


def test_a_reading_without_honest_neighbors_becomes_the_median_of_all_honest_readings() -> None:
    pair = {"kind": "edges", "n": 4, "edges": [[0, 1]]}
    attack = {"kind": "false_signal", "daemons": [0, 1], "bias": 50.0}
    case = beliefs([0, 1, 4, 8], pair, attacks=[attack], defenses=[{"kind": "oracle"}], protocol=READS, rounds=1)
    assert simulate(case, record_states=True).states[1, :, 0].tolist() == [6, 6, 4, 8]


def test_all_readings_become_0_if_no_daemon_is_honest() -> None:
    case = swarm({"kind": "false_signal", "daemons": "all", "bias": 50.0}, protocol=READS, rounds=1)
    assert not simulate(case, record_states=True).states[1].any()


def test_it_costs_nothing_without_an_attack() -> None:
    result = run(swarm(STUBBORN))
    assert result.autoimmune_cost == (0.0, 0.0, 0.0)


def test_only_the_oracle_has_the_ground_truth() -> None:
    registry = Registry()
    vantages = {kind: registry.get("defenses", kind).vantage for kind in registry.kinds("defenses")}
    assert [kind for kind, vantage in vantages.items() if vantage is Vantage.ORACLE] == ["oracle"]


def test_it_cannot_isolate_more_than_the_rules_allow() -> None:
    trace = simulate(swarm(STUBBORN, rules={"blue": {"quarantine": 1}}))
    assert trace.quarantined.sum(axis=1).tolist() == [0, 1, 1, 1, 0, 0]
    assert np.flatnonzero(trace.quarantined[1]).tolist() == [2]

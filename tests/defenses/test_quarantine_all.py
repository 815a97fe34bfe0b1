"""The isolation of all daemons stops every lie, and every honest message."""

from __future__ import annotations

import numpy as np

from swarmsec import simulate
from tests.strategies import K3, beliefs


def trace_of(**more):
    more = {"rounds": 3, **more}
    swarm = beliefs([0, 3, 6], K3, defenses=[{"kind": "quarantine_all"}], **more)
    return simulate(swarm, record_states=True, arm="defended")


def test_every_daemon_is_isolated_from_round_0_on() -> None:
    assert trace_of().quarantined.all()


def test_no_daemon_moves_afterwards() -> None:
    trace = trace_of()
    assert np.array_equal(trace.states[1], trace.states[-1])


def test_the_rules_limit_it_to_daemons_that_it_draws() -> None:
    isolated = []
    for seed in range(20):
        swarm = beliefs([0, 3, 6], K3, defenses=[{"kind": "quarantine_all"}], rules={"blue": {"quarantine": 1}})
        rows = simulate({**swarm, "rounds": 3}, seed=seed).quarantined
        assert rows.sum(axis=1).tolist() == [1, 1, 1]
        isolated.append(int(rows[0].argmax()))
    assert set(isolated) == {0, 1, 2}


def test_honest_daemons_count_as_falsely_isolated() -> None:
    attack = {"kind": "stubborn", "daemons": [0]}
    assert trace_of(attacks=[attack]).watch.false_quarantine == 2 * 3

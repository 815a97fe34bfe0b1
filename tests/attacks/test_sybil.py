"""Identities that join count as neighbors."""

from __future__ import annotations

import pytest

from swarmsec import simulate
from tests.strategies import UNIFORM, beliefs

INITIAL = [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
C7 = {"kind": "circulant", "n": 7, "offsets": [1, 2], "reserve": 3}


def trace_of(arm="attacked", initial=INITIAL, network=C7, rounds=100, rules=None, defenses=(), **sybil):
    attack = {"kind": "sybil", "daemons": [0], **sybil}
    swarm = beliefs(
        initial, network, attacks=[attack], defenses=list(defenses), rounds=rounds, rules=rules or {}, protocol=UNIFORM
    )
    return simulate(swarm, arm=arm, record_states=True)


def test_two_identities_beside_two_honest_neighbors_move_the_mean_by_two_fifths() -> None:
    trace = trace_of(
        initial=[0.0] * 3, network={"kind": "complete", "n": 3, "reserve": 2}, rounds=2, identities=2, value=10.0
    )
    assert trace.states[:, :, 0].tolist() == [[0, 0, 0], [0, 0, 0], [4, 0, 0]]
    assert not trace.compromised.any()
    assert trace.spent["red"]["identities"] == 2


def test_no_more_join_than_the_reserve_or_the_rules_allow() -> None:
    assert trace_of(identities=9).spent["red"]["identities"] == 3
    assert trace_of(identities=3, rules={"red": {"identities": 1}}).spent["red"]["identities"] == 1


def test_zero_strength_does_no_damage() -> None:
    assert trace_of(strength=0.0).bill.tolist() == trace_of("clean").bill.tolist()


@pytest.mark.parametrize(("identities", "holds"), [(1, True), (2, False)])
def test_wmsr_withstands_as_many_identities_as_its_f_and_no_more(identities, holds) -> None:
    defended = trace_of("defended", identities=identities, defenses=[{"kind": "wmsr", "f": 1}], rounds=300)
    assert trace_of(identities=identities, rounds=300).final.max() > 90.0
    assert (defended.final.max() <= 5.0) == holds
    assert (defended.final[0, 0] > 20.0) != holds

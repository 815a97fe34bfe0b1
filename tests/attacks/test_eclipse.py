"""A daemon that hears red alone."""

from __future__ import annotations

import pytest

from swarmsec import simulate
from tests.strategies import UNIFORM, beliefs


def trace_of(arm="attacked", rounds=20, reserve=2, more=(), defenses=(), **eclipse):
    swarm = beliefs(
        [0.0, 3.0, 6.0, 9.0],
        {"kind": "complete", "n": 4, "reserve": reserve},
        attacks=[*more, {"kind": "eclipse", "daemons": [0], "value": 8.0, **eclipse}],
        defenses=list(defenses),
        rounds=rounds,
        protocol=UNIFORM,
    )
    return simulate(swarm, arm=arm, record_states=True)


def test_a_target_goes_halfway_to_the_false_value_in_each_round_and_the_others_agree_without_it() -> None:
    states = trace_of(rounds=4).states[:, :, 0]
    assert states[:, 0].tolist() == [0.0, 0.0, 4.0, 6.0, 7.0]
    assert states[1:, 1:].tolist() == [[6.0] * 3] * 4
    assert not trace_of().compromised.any()


def test_a_target_still_hears_accomplices() -> None:
    liar = {"kind": "stubborn", "daemons": [3], "value": 100.0}
    states = trace_of(rounds=2, more=[liar], accomplices=[3], identities=0).states[:, 0, 0]
    assert states.tolist() == [0.0, 50.0, 75.0]


def test_a_target_without_a_peer_is_isolated() -> None:
    assert trace_of(reserve=0).states[:, 0, 0].tolist() == [0.0] * 21


def test_zero_strength_does_no_damage() -> None:
    assert trace_of(strength=0.0).bill.tolist() == trace_of("clean").bill.tolist()


@pytest.mark.parametrize(("identities", "end"), [(1, 0.0), (2, 8.0)])
def test_wmsr_freezes_a_target_that_hears_f_identities_and_loses_one_that_hears_more(identities, end) -> None:
    defended = trace_of("defended", identities=identities, rounds=60, defenses=[{"kind": "wmsr", "f": 1}])
    assert defended.final[0, 0] == pytest.approx(end)


def test_it_bites() -> None:
    assert trace_of(value=100.0).bill[-1] > trace_of("clean").bill[-1] + 30.0

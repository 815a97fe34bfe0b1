"""Agreement, validity and termination: when they hold, and where they are violated first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from swarmsec import simulate
from swarmsec.checkers import Hull, Violation, agreement, hull_of, termination, validity
from tests.strategies import K3, TWO_CLIQUE, beliefs

NAN, INF = float("nan"), float("inf")
ALL = np.ones(3, dtype=bool)
FIRST_TWO = np.array([True, True, False])


def path(*rounds):
    """(rounds, n, 1) states from lists of values."""
    return np.array(rounds, dtype=float)[:, :, None]


states = arrays(float, st.tuples(st.integers(1, 5), st.just(3), st.integers(1, 2)), elements=st.floats(-1e3, 1e3))
masks = arrays(bool, 3)


@pytest.mark.parametrize(
    ("rounds", "honest", "expected"),
    [
        ([[0, 4, 9], [2, 2, 2]], ALL, None),
        ([[0, 4, 9], [2, 2, 9]], FIRST_TWO, None),
        ([[0, 4, 9], [2, 2, 9]], ALL, Violation(1, 0, 7.0)),
        ([[0, 0, 0], [1, 2, 5]], ALL, Violation(1, 0, 4.0)),
        ([[0, 0, 0], [1, NAN, 5]], ALL, Violation(1, 1, INF)),
        ([[0, 0, 0], [1, 1 + 1e-7, 1]], ALL, None),
        ([[0, 1, 2]], np.array([True, False, False]), None),
    ],
)
def test_agreement_is_one_final_value(rounds, honest, expected):
    assert agreement(path(*rounds), honest) == expected


@pytest.mark.parametrize(
    ("rounds", "honest", "expected"),
    [
        ([[0, 4, 9], [0, 9, 5]], ALL, None),
        ([[0, 4, 9], [1, 5, 100]], FIRST_TWO, Violation(1, 1, 1.0)),
        ([[0, 4, 9], [0, 4, 12], [-5, 4, 9]], ALL, Violation(1, 2, 3.0)),
        ([[0, 4, 9], [-2, 4, 10]], ALL, Violation(1, 0, 2.0)),
        ([[0, 4, 9], [0, NAN, 9]], ALL, Violation(1, 1, INF)),
        ([[0, 4, 9], [INF, 0, 0]], np.zeros(3, dtype=bool), None),
    ],
)
def test_validity_keeps_every_honest_value_in_the_honest_hull_in_every_round(rounds, honest, expected):
    assert validity(path(*rounds), honest) == expected


def test_validity_is_checked_for_each_component():
    two = np.array([[[0.0, 0.0], [1.0, 5.0]], [[1.0, 1.0], [0.0, 5.5]]])
    assert validity(two, np.ones(2, dtype=bool)) == Violation(1, 1, 0.5)
    assert validity(two, np.ones(2, dtype=bool), tolerance=0.5) is None


@pytest.mark.parametrize(
    ("rounds", "last", "expected"),
    [
        ([[0, 4, 9], [2, 2, 2], [2, 2, 2]], 1, None),
        ([[0, 4, 9], [2, 2, 2], [2, 2, 2]], 2, Violation(1, 2, 7.0)),
        ([[0, 4, 9], [2, 2, 2], [2, 2, 2]], 9, Violation(1, 2, 7.0)),
        ([[NAN, 4, 9], [2, 4, 9]], 1, Violation(1, 0, INF)),
        ([[0, 4, 9], [0, NAN, 9]], 1, Violation(1, 1, INF)),
        ([[0, 4, 9]], 1, None),
        ([[0, NAN, 9]], 1, Violation(0, 1, INF)),
    ],
)
def test_termination_is_a_finite_value_for_every_daemon_that_stops_moving(rounds, last, expected):
    assert termination(path(*rounds), ALL, rounds=last) == expected


@given(states, masks)
def test_a_reported_violation_is_in_the_states(states, honest):
    broken = validity(states, honest)
    if broken is None:
        reached = [hull_of(values[honest]).beyond(hull_of(states[0, honest])) for values in states if honest.any()]
        assert not any(reached)
        return
    start = hull_of(states[0, honest])
    value = states[broken.round, broken.daemon]
    assert honest[broken.daemon]
    assert Hull(value, value).beyond(start) == broken.amount > 0
    assert validity(states[: broken.round], honest) is None


@given(states, masks)
def test_dishonest_daemons_are_ignored(states, honest):
    other = np.where(honest[:, None], states, NAN)
    for check in (agreement, validity, termination):
        assert check(other, honest) == check(states, honest)


@given(states, masks)
def test_a_swarm_that_agrees_from_the_start_and_stays_violates_nothing(states, honest):
    still = np.broadcast_to(states[:1, :1], states.shape)
    assert [check(still, honest) for check in (agreement, validity, termination)] == [None, None, None]


@pytest.mark.parametrize("arm", ["attacked", "defended"])
def test_the_bill_of_the_world_uses_the_same_definitions(arm):
    liar = {"kind": "stubborn", "daemons": [2], "value": 100.0}
    swarm = beliefs([0, 1, 0.5], K3, attacks=[liar], defenses=[{"kind": "wmsr", "f": 1}], rounds=40)
    trace = simulate(swarm, arm=arm, record_states=True)
    honest = ~trace.compromised
    broken = validity(trace.states, honest)
    assert (broken is None) == (trace.metrics["hull_violation"].max() == 0)
    if broken is not None:
        assert np.flatnonzero(trace.metrics["hull_violation"])[0] == broken.round - 1
        assert trace.metrics["hull_violation"][broken.round - 1] == broken.amount
    apart = agreement(trace.states, honest, tolerance=0)
    assert trace.metrics["disagreement"][-1] == (apart.amount if apart else 0)


def test_two_cliques_keep_validity_and_never_agree():
    swarm = beliefs([0] * 4 + [1] * 4, TWO_CLIQUE, defenses=[{"kind": "wmsr", "f": 1}], rounds=20)
    trace = simulate(swarm, arm="guarded", record_states=True)
    everyone = np.ones(8, dtype=bool)
    assert validity(trace.states, everyone) is None
    assert termination(trace.states, everyone, rounds=20) is None
    assert agreement(trace.states, everyone) == Violation(20, 0, 1.0)

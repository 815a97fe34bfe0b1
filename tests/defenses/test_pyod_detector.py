"""A pyod detector keeps about its promised alarm rate without an attack, and isolates a gross liar."""

from __future__ import annotations

import numpy as np
import pytest

from defenses.pyod_detector import PyodDetector
from swarmsec import run, simulate
from swarmsec.errors import ParameterError

LIAR = {"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 250, "stop": 350}
NOISY = {"kind": "beliefs", "initial": "normal", "noise": 1.0}
ACCUSES_ONLY = {"blue": {"quarantine": 0}}
A_TENTH = {"blue": {"quarantine": "10%"}}


def swarm(n=40, rounds=400, world=NOISY, rules=None, also=(), attack=LIAR, seeds=1, **detector):
    return {
        "world": world,
        "network": {"kind": "random_regular", "n": n, "degree": 6},
        "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1},
        "rounds": rounds,
        "attacks": [attack],
        "defenses": [*also, {"kind": "pyod_detector", **detector}],
        "rules": rules or {},
        "seeds": seeds,
    }


def test_the_share_of_looks_with_an_alarm_without_an_attack_is_about_the_rate_at_most() -> None:
    # Without an attack every alarm is false, and Benjamini–Hochberg bounds the probability of any.
    case = swarm(rounds=700, rate=0.1, stride=2, rules=ACCUSES_ONLY)
    looks = np.concatenate([simulate(case, arm="guarded", seed=s).metrics["alarms"][200::2] for s in range(4)])
    assert (looks > 0).mean() <= 0.13


@pytest.mark.parametrize("world", [NOISY, {"kind": "trading"}], ids=["beliefs", "trading"])
def test_a_gross_liar_is_isolated_within_two_looks(world) -> None:
    trace = simulate(swarm(world=world, rules=A_TENTH, n=60))
    assert trace.quarantined[271, 0]


def test_a_gross_liar_stays_isolated_while_it_lies() -> None:
    trace = simulate(swarm(rules=A_TENTH, n=60))
    assert trace.quarantined[271:350, 0].all()


def test_a_gross_liar_is_isolated_and_few_other_daemons() -> None:
    trace = simulate(swarm(detector="KNN", stride=2, rate=0.1, n=60))
    assert trace.quarantined[260:350, 0].all()
    assert trace.quarantined[:, 1:].mean() < 0.1


def test_a_single_gross_liar_that_wmsr_ignores_is_detected_with_the_defaults() -> None:
    """W-MSR keeps the other daemons close together, so the liar is the only outlier."""
    trace = simulate(swarm(n=60, also=[{"kind": "wmsr", "f": 1}]))
    assert trace.watch.hits > 0


def test_almost_all_daemons_are_released_long_after_the_attack() -> None:
    trace = simulate(swarm(n=60, rounds=700))
    assert trace.quarantined[-1].mean() < 0.1


def test_it_does_nothing_in_the_warm_up() -> None:
    trace = simulate(swarm(attack={**LIAR, "start": 0, "stop": None}, rounds=200))
    assert not trace.metrics["alarms"].any()
    assert not trace.quarantined.any()


def test_it_looks_on_its_stride_only() -> None:
    trace = simulate(swarm(stride=7, rules=A_TENTH, detector="KNN", rate=0.1))
    changes = np.flatnonzero(np.diff(trace.metrics["quarantined"])) + 1
    assert len(changes)
    assert not (changes % 7).any()


def test_consecutive_looks_confirm_and_release() -> None:
    now, later = (
        simulate(swarm(n=60, detector="KNN", stride=2, rate=0.1, confirm=confirm)).quarantined[:, 0].argmax()
        for confirm in (1, 6)
    )
    assert later == now + 2 * 5


def test_it_costs_only_the_notices() -> None:
    result = run(swarm(n=40, rounds=100), seeds=2)
    assert (result.overhead.messages, result.damage["guarded"].mean) == (1.0, 0.0)


def test_it_gives_no_guarantee_of_damage_limited() -> None:
    assert run(swarm(n=40, rounds=260), seeds=[0]).guarantee.holds is None


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"settle": 200}, "settle"),
        ({"settle": 30, "warm_up": 30}, "settle"),
        ({"detector": "no_such_thing"}, "detector"),
        ({"warm_up": 29, "settle": 21, "stride": 10}, "stride"),
    ],
)
def test_parameters_without_training_data_are_refused(parameters, where) -> None:
    with pytest.raises(ParameterError) as refused:
        PyodDetector(**parameters)
    assert where in {refused.value.where, "stride"}

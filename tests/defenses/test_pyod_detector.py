"""A pyod detector keeps about its promised alarm rate without an attack, and isolates a gross liar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from defenses.pyod_detector import PyodDetector
from swarmsec import load_scenario, run, simulate
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.teams import Attack, Surface
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

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


@pytest.mark.parametrize("rate", [pytest.param(0.1, marks=pytest.mark.slow), 0.01])
def test_the_share_of_checks_with_a_false_alarm_is_the_rate(rate) -> None:
    case = swarm(n=60, rounds=400, rate=rate, rules=ACCUSES_ONLY)
    alarms = [simulate(case, arm="guarded", seed=s).metrics["alarms"][200:].sum() for s in range(3)]
    assert np.mean(alarms) / (60 * 200 / 10) == pytest.approx(rate, rel=0.4)


@pytest.mark.parametrize("world", [NOISY, {"kind": "trading"}], ids=["beliefs", "trading"])
def test_a_gross_liar_is_isolated_within_two_looks(world) -> None:
    trace = simulate(swarm(world=world, rules=A_TENTH, n=60))
    assert trace.quarantined[271, 0]


def test_identities_that_have_not_joined_are_not_checked() -> None:
    attack = {"kind": "false_signal", "daemons": "10%", "start": 30, "bias": 2.0}
    defense = {"kind": "pyod_detector", "warm_up": 25, "settle": 5, "stride": 2, "rate": 0.2}
    trace = simulate(load_scenario("arena_beliefs", attack=attack, defense=defense))
    accused = np.concatenate([daemons for _, daemons in trace.alarms])
    assert len(accused) > 0
    assert accused.max() < 40


def test_a_gross_liar_stays_isolated_while_it_lies() -> None:
    trace = simulate(swarm(rules=A_TENTH, n=60))
    assert trace.quarantined[275:350, 0].all()


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


def test_every_daemon_is_checked_once_in_a_stride() -> None:
    attack = {"kind": "false_message", "daemons": "all", "bias": 1e6, "start": 210}
    alarms = simulate(swarm(stride=7, rules=ACCUSES_ONLY, attack=attack, rounds=230)).metrics["alarms"]
    assert not alarms[200:210].sum() > 2
    assert alarms[210:217].sum() <= 40


@pytest.mark.slow
def test_a_detection_does_not_depend_on_the_phase_of_the_stride() -> None:
    """The liars are found within a stride, whatever the round in which they begin."""
    delays = []
    for start in range(250, 256):
        attack = {"kind": "stubborn", "daemons": list(range(0, 60, 6)), "value": 100.0, "start": start}
        trace = simulate(swarm(n=60, rounds=280, rules=ACCUSES_ONLY, attack=attack, also=[{"kind": "wmsr", "f": 2}]))
        delays.append(np.flatnonzero(trace.metrics["alarms"][start:] >= 1)[0])
    assert max(delays) <= 3


@pytest.mark.slow
def test_a_start_one_round_later_moves_the_share_by_less_than_its_interval() -> None:
    attack = {"kind": "stubborn", "daemons": [5, 17], "value": 20.0}
    one, other = (
        run(swarm(n=60, rounds=400, rules=A_TENTH, seeds=5, attack={**attack, "start": start})).damage_limited
        for start in (300, 301)
    )
    assert one is not None
    assert other is not None
    assert abs(one.mean - other.mean) <= one.high - one.low


def test_consecutive_checks_confirm() -> None:
    now, later = (
        simulate(swarm(n=60, stride=2, confirm=confirm, also=[{"kind": "wmsr", "f": 1}])).quarantined[:, 0].argmax()
        for confirm in (1, 6)
    )
    assert later == now + 2 * 5


def test_non_finite_messages_are_a_finding_in_every_check() -> None:
    """Silence in the messages of hijacked daemons, which says nothing that a detector could score."""

    @dataclass(kw_only=True)
    class Silence(Attack):
        surface = Surface.MESSAGE

        def on_messages(self, messages, red):
            return messages.saying(np.nan)

    network = topology("circulant", n=40, offsets=[1, 2, 3])
    detector = PyodDetector(warm_up=40, settle=10, stride=4, confirm=1)
    attack = Silence(daemons=list(range(8)), start=60)
    world = Beliefs(initial="normal", noise=1.0)
    trace = play(
        swarm_of(network, world=world, protocol=FriedkinJohnsen(), attacks=[attack], defenses=[detector], rounds=70)
    )
    assert trace.quarantined[-1, :8].all()


@pytest.mark.parametrize("detector", ["MCD", "PCA", "KNN", "HBOS", "ECOD"])
def test_a_swarm_that_has_agreed_is_no_failure(detector) -> None:
    case = {
        **swarm(n=12, rounds=60, warm_up=40, settle=20, detector=detector),
        "world": {"kind": "beliefs", "initial": [1.0] * 12},
        "attacks": [{"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 45}],
        "protocol": {"kind": "average_consensus"},
    }
    trace = simulate({**case, "defenses": [{**case["defenses"][0], "stride": 2, "confirm": 1}]})
    assert trace.metrics["alarms"][:45].sum() == 0
    assert trace.quarantined[-1, 0]


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
    ],
)
def test_parameters_without_training_data_are_refused(parameters, where) -> None:
    with pytest.raises(ParameterError) as refused:
        PyodDetector(**parameters)
    assert refused.value.where == where


REST = {"kind": "beliefs", "initial": [0, 0, 1, 2, 3, 4, 5]}


@pytest.mark.slow
@pytest.mark.parametrize(
    "attack",
    [
        {"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 280},
        {"kind": "stubborn", "daemons": [0], "value": 1.0, "swing": 1e307, "start": 280},
        {"kind": "stubborn", "daemons": [0], "value": 1e300, "start": 0},
        {"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 30, "stop": 120},
        {"kind": "none"},
    ],
    ids=["late", "swing", "huge", "in the warm-up", "none"],
)
@pytest.mark.parametrize("detector", ["MCD", "PCA", "KNN", "ECOD"])
def test_a_swarm_at_rest_is_no_failure(detector, attack) -> None:
    """It has agreed before the warm-up ends, so that most of the features are constant."""
    case = {
        "world": REST,
        "network": {"kind": "circulant", "n": 7, "offsets": [1, 2]},
        "protocol": {"kind": "average_consensus", "weights": "uniform"},
        "rounds": 300,
        "attacks": [attack],
        "defenses": [{"kind": "pyod_detector", "detector": detector}],
        "rules": A_TENTH,
    }
    trace = simulate(case)
    assert all(np.isfinite(metric).all() for metric in trace.metrics.values())
    if attack.get("start") == 280:
        assert trace.metrics["alarms"][285:].any()


@pytest.mark.parametrize("detector", ["PCA", "MCD", "KNN"])
def test_a_detector_notices_a_gross_liar_among_equal_columns(detector) -> None:
    trace = simulate(swarm(detector=detector, rules=ACCUSES_ONLY, n=60, stride=2))
    assert trace.metrics["alarms"][250:350].sum() > 10 * trace.metrics["alarms"][200:250].sum()


@pytest.mark.parametrize("detector", ["COF", pytest.param("SOD", marks=pytest.mark.slow), "MAD", "CD", "_pyg_utils"])
def test_a_class_that_cannot_score_a_row_alone_is_refused_before_the_run(detector) -> None:
    with pytest.raises(ParameterError):
        PyodDetector(detector=detector)


def test_daemons_without_a_link_are_checked_if_none_has_one() -> None:
    alone = {"kind": "edges", "n": 6, "edges": []}
    trace = simulate({**swarm(n=6, rounds=60, warm_up=40, settle=5), "network": alone}, arm="guarded")
    assert np.isfinite(trace.bill).all()

"""Monitors that learn usual behavior isolate liars, and only those whose own features show it."""

from __future__ import annotations

import numpy as np
import pytest

from attacks.stubborn import Stubborn
from defenses.half_space_trees import HalfSpaceTreesMonitor
from defenses.mahalanobis import MahalanobisMonitor
from defenses.martingale import MartingaleMonitor
from swarmsec import load_scenario, run, simulate
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

MONITORS = {
    "mahalanobis": (MahalanobisMonitor, {"warm_up": 25}),
    "martingale": (MartingaleMonitor, {"warm_up": 25}),
    "half_space_trees": (HalfSpaceTreesMonitor, {"warm_up": 25, "stride": 2}),
}
LIE = "false_message:daemons=10%,start=30,bias=2"


def with_parameters(kind: str) -> dict:
    return {"kind": kind, **MONITORS[kind][1]}


@pytest.mark.parametrize("kind", MONITORS)
def test_it_limits_false_messages_and_costs_little(kind) -> None:
    found = run(load_scenario("arena_trading", attack=LIE, defense=with_parameters(kind)), seeds=3)
    assert found.verdict == "limited"
    assert found.damage_limited.low > 0.8
    assert found.autoimmune_share.high < 0.02


@pytest.mark.parametrize("kind", MONITORS)
def test_identities_that_have_not_joined_are_not_accused(kind) -> None:
    attack = "false_signal:daemons=10%,start=30,bias=2"
    trace = simulate(load_scenario("arena_beliefs", attack=attack, defense=with_parameters(kind)))
    assert all(daemons.max(initial=0) < 40 for _, daemons in trace.alarms)


@pytest.mark.parametrize("kind", MONITORS)
def test_it_does_not_detect_lies_that_it_learned_as_usual(kind) -> None:
    defense = {**with_parameters(kind), "warm_up": 10}
    found = run(load_scenario("hijacked_hubs", defense=defense), seeds=2)
    assert found.damage_limited.mean < 0.1


class WatchedView:
    """A view that notes alarms, and may deal the rows of features to other daemons, anew in every round."""

    def __init__(self, blue, *, shuffled: bool) -> None:
        self._blue, self._shuffled, self._rng = blue, shuffled, np.random.default_rng(0)
        self.alarmed: list[int] = []

    def __getattr__(self, name: str):
        return getattr(self._blue, name)

    @property
    def features(self):
        names, values, non_finite = self._blue.features
        order = self._rng.permutation(len(values)) if self._shuffled else np.arange(len(values))
        return type(self._blue.features)(names, values[order], non_finite[order])

    def alarm(self, daemons, scores=None) -> None:
        self.alarmed.extend(daemons)

    def isolate(self, daemons) -> None:
        """Nobody is isolated, so that only alarms count."""


def alarms(kind, attacks=(), *, shuffled: bool = False, rounds: int, **parameters) -> np.ndarray:
    """The daemons about which a monitor of 60 daemons raises alarms."""
    views: list[WatchedView] = []

    class Watched(kind):
        def begin(self, blue) -> None:
            views.append(WatchedView(blue, shuffled=shuffled))
            super().begin(blue)

        def respond(self, blue) -> None:
            super().respond(views[0])

    swarm = swarm_of(
        topology("random_regular", n=60, degree=6, seed=0),
        world=Beliefs(initial="normal", noise=1.0),
        protocol=FriedkinJohnsen(),
        attacks=list(attacks),
        defenses=[Watched(**parameters)],
        rounds=rounds,
    )
    play(swarm)
    return np.array(views[0].alarmed)


def test_features_shuffled_between_daemons_take_detection_to_chance() -> None:
    """A tenth of the daemons lie: this is the share of alarms about them that no knowledge gives."""
    for shuffled, least, most in ((False, 0.6, 1.0), (True, 0.05, 0.15)):
        liars = Stubborn(daemons=list(range(6)), value=3.0, start=60)
        found = alarms(MahalanobisMonitor, [liars], shuffled=shuffled, rounds=120, warm_up=60)
        assert len(found) > 100
        assert least <= (found < 6).mean() <= most


@pytest.mark.parametrize("odds", [1e2, 1e3])
def test_the_mean_time_to_a_false_alarm_of_a_daemon_is_at_least_the_odds(odds) -> None:
    """Without an attack, of daemons that read noise, after a long warm-up."""
    found = alarms(MartingaleMonitor, rounds=600, warm_up=300, odds=odds)
    assert 0 < len(found) <= 300 * 60 / odds


def test_the_first_rounds_must_leave_some_of_the_warm_up() -> None:
    for kind in (MahalanobisMonitor, HalfSpaceTreesMonitor):
        with pytest.raises(ParameterError, match="warm-up"):
            kind(settle=30, warm_up=30)


def test_half_space_trees_of_river_limit_the_same_lies() -> None:
    pytest.importorskip("river")
    defense = {**with_parameters("half_space_trees"), "package": "river"}
    assert run(load_scenario("arena_trading", attack=LIE, defense=defense), seeds=2).damage_limited.mean > 0.8


def test_half_space_trees_of_river_need_the_package(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ParameterError, match=r"swarmsec\[river\]"):
        HalfSpaceTreesMonitor(package="river")

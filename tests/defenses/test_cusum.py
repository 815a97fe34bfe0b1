"""A daemon ignores neighbors whose messages have shifted, also by less than a single message shows."""

from __future__ import annotations

import numpy as np
import pytest

from defenses.cusum import CusumByEdge
from swarmsec import load_scenario, run
from swarmsec.messages import Messages
from swarmsec.network import Network, topology
from tests.defenses.views import EdgeView

NETWORK = topology("random_regular", n=40, degree=8, seed=0)
KINDS = ["cusum", "ewma", "page_hinkley"]


def watched(test: str, *, shift: float = 0.0, rounds: int = 150, phi: float = 0.0, **parameters) -> tuple:
    """(rounds, m) the ignored edges after a warm-up of 50 rounds, with daemon 0 shifted after it; and the view."""
    defense, view = CusumByEdge(test=test, warm_up=50, **parameters), EdgeView(NETWORK)
    rng, x, ignored = np.random.default_rng(0), np.zeros((40, 1)), []
    defense.begin(view)
    for now in range(50 + rounds):
        x = phi * x + np.sqrt(1 - phi**2) * rng.normal(size=x.shape)
        sent = x.copy()
        sent[0] += shift * (now >= 50)
        view.show(Messages(NETWORK, sent))
        defense.respond(view)
        ignored.append(view.ignored.copy())
    return np.stack(ignored[50:]), view


@pytest.mark.parametrize("test", KINDS)
def test_listeners_ignore_a_shift_that_no_single_message_shows(test) -> None:
    ignored, _ = watched(test, shift=2.5)
    assert ignored[:, NETWORK.indices == 0].any(axis=0).mean() > 0.7
    assert ignored[:, NETWORK.indices != 0].any(axis=0).mean() < 0.05


@pytest.mark.parametrize("test", KINDS)
def test_few_edges_have_a_false_alarm_within_a_hundred_rounds(test) -> None:
    """The share stated is 2%; the messages of a neighborhood and their median are a little less than independent."""
    ignored, _ = watched(test, phi=0.5, rounds=100, rate=0.02)
    assert ignored.any(axis=0).mean() < 0.04


def test_a_neighbor_is_heeded_again_after_rounds_without_an_alarm() -> None:
    defense, view = CusumByEdge(warm_up=20, release_after=5), EdgeView(NETWORK)
    rng, states = np.random.default_rng(1), []
    defense.begin(view)
    for now in range(60):
        sent = rng.normal(size=(40, 1))
        sent[0] += 30.0 * (20 <= now < 40)
        view.show(Messages(NETWORK, sent))
        defense.respond(view)
        states.append(view.ignored[NETWORK.indices == 0].mean())
    assert states[22:40] == [1.0] * 18
    assert states[-1] == 0.0


def test_every_component_has_its_own_test() -> None:
    defense, view = CusumByEdge(warm_up=30), EdgeView(NETWORK)
    rng = np.random.default_rng(2)
    defense.begin(view)
    for now in range(50):
        sent = rng.normal(size=(40, 3)) * [1.0, 10.0, 100.0]
        sent[5] += np.array([8.0, 0.0, 0.0]) * (now >= 30)
        view.show(Messages(NETWORK, sent))
        defense.respond(view)
    assert (view.ignored == (NETWORK.indices == 5)).mean() > 0.99


def test_an_identity_that_joins_is_watched_from_then_on() -> None:
    before = topology("complete", n=6)
    edges = [(i, j) for i in range(7) for j in range(i)]
    after = Network.from_edges(7, edges)
    before = Network.from_edges(7, [edge for edge in edges if 6 not in edge])
    defense, view = CusumByEdge(warm_up=20), EdgeView(before)
    rng = np.random.default_rng(3)
    defense.begin(view)
    for now in range(60):
        if now == 30:
            view.network, view.ignored = after, np.zeros(after.m, dtype=bool)
        sent = rng.normal(size=(7, 1))
        sent[6] += 20.0
        view.show(Messages(view.network, sent))
        defense.respond(view)
    assert view.ignored_by(0) == [6]


@pytest.mark.slow
def test_it_limits_false_messages_and_a_drift() -> None:
    """A drift grows slowly: the sum finds it where the distance of single messages is found late."""
    for attack in ("false_message:daemons=10%,start=30,bias=2", "drift:daemons=10%,start=30"):
        found = run(load_scenario("arena_trading", attack=attack, defense="cusum:warm_up=25"))
        assert found.verdict == "limited"
        assert found.autoimmune_share.high < 0.01


def test_it_does_not_detect_a_lie_that_it_learned_as_usual() -> None:
    found = run(load_scenario("hijacked_hubs", defense="cusum:warm_up=10"), seeds=2)
    assert found.verdict == "not_limited"

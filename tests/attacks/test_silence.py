"""Silent daemons: the swarm loses their values, their links, and what the protocol expects of them."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.attacks.swarms import auction
from tests.strategies import K3, beliefs

PATH = {"kind": "path", "n": 9}


def path(**silence):
    attack = {"kind": "silence", "daemons": [4], **silence}
    return beliefs([float(i) for i in range(9)], PATH, attacks=[attack], rounds=40)


def test_a_silent_daemon_in_the_middle_of_a_path_divides_the_swarm() -> None:
    trace = simulate({**path(), "rounds": 300}, arm="attacked")
    # Each side agrees on its own average, by the weights of uniform averaging without the middle: 2, 3, 3, 2.
    left = (2 * 0 + 3 * 1 + 3 * 2 + 2 * 3) / 10
    assert trace.final[:4, 0] == pytest.approx(np.full(4, left), abs=1e-6)
    assert trace.final[5:, 0] == pytest.approx(np.full(4, 8 - left), abs=1e-6)


def test_the_silent_daemon_still_listens() -> None:
    trace = simulate({**path(), "rounds": 1}, arm="attacked")
    assert trace.final[4, 0] == 4.0
    swarm = beliefs([3, 6, 0], K3, attacks=[{"kind": "silence", "daemons": [0]}], rounds=1)
    assert simulate(swarm, arm="attacked").final[:, 0].tolist() == [3.0, 3.0, 3.0]


def test_nothing_is_sent() -> None:
    attack = {"kind": "silence", "daemons": [2], "start": 1}
    trace = simulate(beliefs([3, 6, 0], K3, attacks=[attack], rounds=3), arm="attacked")
    assert trace.metrics["messages"].tolist() == [6, 10, 14]


def test_messages_are_withheld_with_the_given_probability() -> None:
    star = {"kind": "star", "n": 1001}
    attack = {"kind": "silence", "daemons": [0], "probability": 0.3}
    trace = simulate(beliefs([0.0] * 1001, star, attacks=[attack], rounds=1), arm="attacked")
    assert 2000 - trace.metrics["messages"][0] == pytest.approx(300, abs=4 * np.sqrt(1000 * 0.3 * 0.7))


@pytest.mark.parametrize("harmless", [{"strength": 0.0}, {"probability": 0.0}])
def test_zero_strength_and_zero_probability_do_no_damage(harmless) -> None:
    assert run(path(**harmless)).damage["attacked"].mean == 0.0


def test_a_silent_auctioneer_stops_the_auction_and_no_rule_helps() -> None:
    attacked = run(auction("silence", "uniform_price", [{"kind": "wmsr", "f": 1}]))
    assert attacked.bites
    assert attacked.damage_limited.high < 0.5


@pytest.mark.parametrize("rule", ["wmsr", "trimmed_mean"])
def test_a_rule_with_an_f_counts_a_silent_daemon_as_one_of_the_f(rule) -> None:
    attack = {"kind": "silence", "daemons": [0]}
    swarm = beliefs([0.5, 0, 1], K3, attacks=[attack], defenses=[{"kind": rule, "f": 1}], rounds=60)
    assert simulate(swarm).final[1:, 0] == pytest.approx(np.array([0.5, 0.5]))


def test_on_a_complete_network_averaging_hardly_misses_a_few_silent_daemons() -> None:
    world = {"kind": "beliefs", "initial": "normal"}
    swarm = {"world": world, "network": {"kind": "complete", "n": 20}, "rounds": 20, "seeds": 5}
    assert not run({**swarm, "attacks": [{"kind": "silence", "daemons": 4}]}).bites

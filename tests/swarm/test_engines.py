"""The two engines agree: arrays for all daemons at once, and daemons that Mesa steps one by one."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest

from swarmsec import build, simulate
from swarmsec.errors import ParameterError
from swarmsec.network import topology
from swarmsec.registry import Registry
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.model import DAEMONS_AT_ONCE_MAX
from swarmsec.teams import Attack, Channels, RedView, Surface
from tests.strategies import K3, AnyLiar, beliefs, play, swarm_of

REGISTRY = Registry()
DEFENSES = ("none", "wmsr")
SAMPLED = 16
GNP = {"kind": "erdos_renyi", "n": 14, "p": 0.35}


def case(protocol, attack, defenses=(), world="beliefs", engine="arrays"):
    worlds = {
        "beliefs": {"kind": "beliefs", "initial": "normal", "noise": 0.3},
        "trading": {"kind": "trading"},
    }
    return {
        "world": worlds[world],
        "network": GNP,
        "protocol": {"kind": protocol, "exchanges": 2},
        "rounds": 12,
        "engine": engine,
        "attacks": [{"kind": attack, "daemons": [0, 5], "start": 2}],
        "defenses": list(defenses),
        "seeds": 1,
    }


def assert_equal_traces(one, other) -> None:
    assert np.array_equal(one.states, other.states, equal_nan=True)
    assert np.array_equal(one.decisions, other.decisions)
    assert list(one.metrics) == list(other.metrics)
    for name in one.metrics:
        assert np.array_equal(one.metrics[name], other.metrics[name]), name
    assert one.events == other.events
    assert one.watch == other.watch


def combinations() -> list[tuple[str, str, str]]:
    """Every protocol and every attack with each defense at least once, and a sample of the other combinations."""
    protocols, attacks = sorted(REGISTRY.kinds("protocols")), sorted(REGISTRY.kinds("attacks"))
    length = max(len(protocols), len(attacks))
    chosen = [
        (protocols[row % len(protocols)], attacks[(row + shift) % len(attacks)], defense)
        for shift, defense in enumerate(DEFENSES)
        for row in range(length)
    ]
    others = sorted(set(itertools.product(protocols, attacks, DEFENSES)) - set(chosen))
    return chosen + Random(0).sample(others, min(SAMPLED, len(others)))


@pytest.mark.parametrize(("protocol", "attack", "defense"), combinations())
def test_engines_agree_to_the_bit(protocol, attack, defense) -> None:
    arrays, agents = (
        simulate(case(protocol, attack, [{"kind": defense}], engine=engine), record_states=True)
        for engine in ("arrays", "agents")
    )
    assert_equal_traces(arrays, agents)


def test_the_combinations_pair_every_protocol_and_every_attack_with_each_defense() -> None:
    chosen = combinations()
    assert len(chosen) == len(set(chosen))
    for family, column in (("protocols", 0), ("attacks", 1)):
        paired = {(one[column], one[2]) for one in chosen}
        assert paired >= set(itertools.product(REGISTRY.kinds(family), DEFENSES))


@pytest.mark.parametrize("weights", ["uniform", "metropolis"])
@pytest.mark.parametrize("protocol", ["average_consensus", "friedkin_johnsen"])
def test_engines_agree_on_a_flood_in_a_limited_inbox_with_a_gate_and_a_quarantine(protocol, weights) -> None:
    def trace(engine):
        mapping = case(
            protocol,
            "conflicting_flood",
            [{"kind": "median_gate", "warm_up": 3}, {"kind": "random_quarantine", "stride": 3}],
            "trading",
            engine,
        )
        mapping["protocol"] |= {"inbox": 3, "weights": weights}
        return simulate(mapping, record_states=True)

    assert_equal_traces(trace("arrays"), trace("agents"))


def test_engines_agree_on_messages_that_are_not_finite() -> None:
    attack = AnyLiar(daemons=[1], values=(float("nan"), float("inf"), -float("inf"), 1e308))
    arrays, agents = (
        play(swarm_of(topology("ring", n=6), attacks=[attack], arm="attacked", engine=engine, rounds=6))
        for engine in ("arrays", "agents")
    )
    assert_equal_traces(arrays, agents)


class Skeptic(Daemon):
    """Ignores all messages."""

    def listen(self, heard, own, signal):
        return own


class Shouter(Daemon):
    """Sends twice its value."""

    def speak(self, own, signal):
        return 2 * own


def test_a_subclass_can_override_listen() -> None:
    model = build(beliefs([0, 3, 6], K3, engine="agents"), arm="clean", daemon_class=Skeptic)
    play(model)
    assert model.state[:, 0].tolist() == [0, 3, 6]


def test_a_subclass_can_override_speak() -> None:
    model = build(beliefs([0, 3, 6], K3, engine="agents", rounds=1), arm="clean", daemon_class=Shouter)
    play(model)
    assert model.state[:, 0].tolist() == [(0 + 6 + 12) / 3, (0 + 3 + 12) / 3, (0 + 6 + 6) / 3]


def test_the_agents_engine_refuses_more_daemons_than_are_created_at_once() -> None:
    with pytest.raises(ParameterError, match="`arrays`") as refused:
        swarm_of(topology("ring", n=DAEMONS_AT_ONCE_MAX + 1), engine="agents")
    assert refused.value.where == "engine"


@dataclass(kw_only=True)
class Echo(Attack):
    """Returns the messages unchanged."""

    surface = Surface.MESSAGE

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        return messages


def test_an_attack_that_changes_no_message_leaves_a_broadcast() -> None:
    """No (m, d) array is made while each sender sends one value."""
    model = swarm_of(topology("ring", n=5), attacks=[Echo(daemons=[0])], arm="attacked")
    sent = []
    model.add_traffic = lambda messages: sent.append(messages)
    model.step()
    assert sent[0].per_edge is None
    assert sent[0].copies is None

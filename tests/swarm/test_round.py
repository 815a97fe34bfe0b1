"""The round: the order of its steps, and the messages that it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from attacks.conflicting_flood import ConflictingFlood
from attacks.false_signal import FalseSignal
from attacks.stubborn import Stubborn
from defenses.median_gate import MedianGate
from swarmsec.aggregation import MeanRule
from swarmsec.network import Delivery, topology
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.teams import Attack, BlueView, Defense, Surface, Vantage
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

K3 = topology("complete", n=3)
LOG: list[str] = []


def recording(base: type[Any], *hooks: str, **members: Any) -> Any:
    """A plug-in that logs its hooks and calls those of its base class."""

    def recorded(hook: str) -> Any:
        def call(self: Any, *arguments: Any, **named: Any) -> Any:
            LOG.append(hook)
            return getattr(base, hook)(self, *arguments, **named)

        return call

    return dataclass(kw_only=True)(
        type(base.__name__, (base,), {**{hook: recorded(hook) for hook in hooks}, **members})
    )


def test_hooks_are_called_in_the_order_of_the_round() -> None:
    LOG.clear()
    every = Surface.SIGNAL | Surface.DAEMON | Surface.MESSAGE | Surface.NETWORK | Surface.TIMING
    world = recording(Beliefs, "sense", "decide", "apply")(initial=[0.0, 1.0, 2.0])
    protocol = recording(AverageConsensus, "initial_state", "speak", "listen")(exchanges=2)
    attack = recording(Attack, "on_signals", "on_daemons", "on_messages", "on_network", surface=every)(daemons=[0])
    defense = recording(Defense, "filter_signals", "weigh", "govern", "respond", sees=every)()
    play(swarm_of(K3, world=world, protocol=protocol, attacks=[attack], defenses=[defense], rounds=2))
    exchange = ["on_daemons", "speak", "on_messages", "on_network", "weigh", "listen"]
    negotiation = [*exchange, *exchange, "decide", "govern", "apply", "respond"]
    feeds = ["sense", "on_signals", "filter_signals"]
    assert [*feeds, "initial_state", *negotiation, *feeds, *negotiation] == LOG


def test_attacks_are_called_in_the_order_of_the_scenario() -> None:
    @dataclass(kw_only=True)
    class Plus(Attack):
        surface = Surface.SIGNAL

        def on_signals(self, signals, red):
            return np.where(np.isnan(signals), signals, signals + 1)

    @dataclass(kw_only=True)
    class Times(Attack):
        surface = Surface.SIGNAL

        def on_signals(self, signals, red):
            return signals * 10

    def first(*attacks):
        world = Beliefs(initial=[1.0, 1.0, 1.0])
        return play(swarm_of(K3, world=world, attacks=attacks, arm="attacked")).states[0, 0, 0]

    assert first(Plus(daemons=[0]), Times(daemons=[0])) == 20.0
    assert first(Times(daemons=[0]), Plus(daemons=[0])) == 11.0


@pytest.mark.parametrize(("components", "exchanges"), [(1, 1), (1, 3), (2, 1)])
def test_every_edge_has_one_message_per_exchange_of_eight_bytes_per_component(components, exchanges) -> None:
    world = Beliefs(initial=[[float(i)] * components for i in range(3)])
    trace = play(swarm_of(K3, world=world, protocol=AverageConsensus(exchanges=exchanges), arm="clean"))
    assert trace.metrics["messages"].tolist() == [6 * exchanges * (t + 1) for t in range(3)]
    assert trace.metrics["bytes"].tolist() == [48 * components * exchanges * (t + 1) for t in range(3)]


def test_all_copies_of_a_flood_are_counted() -> None:
    trace = play(swarm_of(K3, attacks=[ConflictingFlood(daemons=[0], copies=5)], arm="attacked", rounds=1))
    assert trace.metrics["messages"].tolist() == [4 + 2 * 5]


def test_a_query_to_all_neighbors_is_one_message_per_edge() -> None:
    world = Beliefs(initial=[[float(i), 0.0] for i in range(3)])
    clean, guarded = (
        play(swarm_of(K3, world=world, defenses=[MedianGate()], arm=arm)).metrics for arm in ("clean", "guarded")
    )
    assert (guarded["messages"] - clean["messages"]).tolist() == [6, 12, 18]
    assert (guarded["bytes"] - clean["bytes"]).tolist() == [96, 192, 288]


@dataclass(kw_only=True)
class Isolates(Defense):
    """Isolates `who` in round 0 and releases them in the round `release`."""

    vantage = Vantage.MONITOR
    sees = Surface.MESSAGE

    who: tuple[int, ...] = (2,)
    release: int = 99

    def respond(self, blue: BlueView) -> None:
        if blue.round == 0:
            self.granted = blue.isolate(np.array(self.who)).tolist()
        if blue.round == self.release:
            blue.release(np.array(self.who))


def test_an_isolated_daemon_receives_messages_but_its_own_are_dropped() -> None:
    world = Beliefs(initial=[0.0, 3.0, 9.0])
    protocol = AverageConsensus(weights="uniform")
    trace = play(swarm_of(K3, world=world, protocol=protocol, defenses=[Isolates()], rounds=2))
    assert trace.states[1, :, 0].tolist() == [4.0, 4.0, 4.0]
    start = swarm_of(K3, world=world, protocol=protocol, defenses=[Isolates(release=1)], rounds=3)
    start.step()
    start.state = np.array([[0.0], [3.0], [9.0]])
    start.step()
    assert start.state[:, 0].tolist() == [1.5, 1.5, 4.0]
    start.state = np.array([[0.0], [3.0], [9.0]])
    start.step()
    assert start.state[:, 0].tolist() == [4.0, 4.0, 4.0]


def test_an_isolated_daemon_still_acts_on_the_world() -> None:
    world = Beliefs(initial=[0.0, 3.0, 9.0])
    trace = play(swarm_of(K3, world=world, attacks=[Stubborn(daemons=[2], value=50.0)], defenses=[Isolates()]))
    assert trace.decisions[:, 2, 0].tolist() == [50.0] * 3


def test_an_isolated_daemon_is_excluded_from_neighborhood_queries() -> None:
    """Otherwise the reading of an isolated daemon would still influence a gate."""
    network, world = topology("complete", n=4), Beliefs(initial=[0.0, 1.0, 2.0, 9.0])
    seen: list[Any] = []

    @dataclass(kw_only=True)
    class Asks(Defense):
        sees = Surface.SIGNAL

        def filter_signals(self, signals, blue):
            seen.append(blue.neighborhoods.median_and_mad(signals).median[:, 0].tolist())
            return signals

    play(swarm_of(network, world=world, defenses=[Isolates(who=(3,)), Asks()], rounds=2))
    assert seen == [[2.0, 2.0, 1.0, 1.0], [1.5, 1.0, 0.5, 1.0]]


def test_a_change_of_the_quarantine_costs_one_message_per_listener() -> None:
    one_way = topology("edges", n=3, edges=[[2, 0], [2, 1], [0, 1]], directed=True)
    trace = play(swarm_of(one_way, defenses=[Isolates(release=1)], rounds=3))
    assert trace.metrics["messages"].tolist() == [3 + 2, 6 + 4, 9 + 4]


def test_isolate_returns_the_newly_isolated_daemons() -> None:
    first, second = Isolates(who=(2, 0)), Isolates(who=(0, 1))
    trace = play(swarm_of(K3, defenses=[first, second], rounds=1))
    assert (first.granted, second.granted) == ([2, 0], [1])
    assert [(event.team, event.kind, event.daemons) for event in trace.events] == [
        ("blue", "isolated", (2, 0)),
        ("blue", "isolated", (1,)),
    ]


def test_weights_of_several_defenses_are_multiplied() -> None:
    @dataclass(kw_only=True)
    class Half(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return np.full(messages.network.m, 0.5)

        @property
        def rule(self):
            return MeanRule() if self.brings else None

        brings: bool = False

    world = Beliefs(initial=[0.0, 4.0])
    trace = play(
        swarm_of(topology("path", n=2), world=world, defenses=[Half(brings=True), Half()], arm="guarded", rounds=1)
    )
    assert trace.final[:, 0] == pytest.approx(np.array([1.0 / 1.25, 4.0 / 1.25]))


@dataclass(kw_only=True)
class Reads(Defense):
    """Drops half of every message and notes what `blue.inbox` shows in `respond`."""

    vantage = Vantage.MONITOR
    sees = Surface.MESSAGE

    def begin(self, blue: BlueView) -> None:
        self.inboxes: list[Any] = []

    def weigh(self, messages: Any, blue: BlueView) -> Any:
        return np.full(messages.network.m, 0.5)

    def respond(self, blue: BlueView) -> None:
        self.inboxes.append(blue.inbox)


@pytest.mark.parametrize("delivery", [Delivery(), Delivery(delay_min=2, delay_max=2), Delivery(loss=0.5)])
def test_the_inbox_shows_messages_as_they_were_sent(delivery) -> None:
    """Links, inbox limits and weights of defenses do not change `blue.inbox`; only attacks do."""
    network = replace(K3, delivery=delivery)
    reads, flood = Reads(), ConflictingFlood(daemons=[0], copies=5, amplitude=0.0, center=7.0)
    protocol = AverageConsensus(inbox=1)
    trace = play(swarm_of(network, protocol=protocol, attacks=[flood], defenses=[reads], rounds=2))
    for inbox, state in zip(reads.inboxes, trace.states[:-1], strict=True):
        assert inbox.weights is None
        assert inbox.copies[inbox.senders == 0].tolist() == [5, 5]
        assert inbox.payload[inbox.senders == 0].tolist() == [[7.0], [7.0]]
        honest = inbox.senders != 0
        assert np.array_equal(inbox.payload[honest], state[inbox.senders[honest]])


@pytest.mark.parametrize(
    ("attack", "false_quarantine"),
    [(Stubborn(daemons=[2], stop=1), 0), (FalseSignal(daemons=[2], stop=1), 2), (Stubborn(daemons=[1], stop=1), 3)],
    ids=["once hijacked", "signal attacked before", "another daemon hijacked"],
)
def test_the_quarantine_of_a_formerly_hijacked_daemon_is_not_false(attack, false_quarantine) -> None:
    """Daemon 2 is isolated in rounds 0 to 2, and attacked in round 0 at most."""
    trace = play(swarm_of(K3, attacks=[attack], defenses=[Isolates()], rounds=3))
    assert trace.quarantined[:, 2].all()
    assert trace.watch.false_quarantine == false_quarantine

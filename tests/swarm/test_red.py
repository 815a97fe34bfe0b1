"""Red's side: terms that hold, lies that the engine blends, a truthful hijack that costs nothing, and budgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from attacks.conflicting_flood import ConflictingFlood
from attacks.delay import Delay
from attacks.equivocation import Equivocation
from attacks.false_message import FalseMessage
from attacks.false_signal import FalseSignal
from attacks.hijack import Hijack
from attacks.stubborn import Stubborn
from swarmsec.errors import NotVisibleError, PluginError
from swarmsec.network import topology
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.trace import Trace
from swarmsec.teams import (
    Attack,
    BlueView,
    Channels,
    Defense,
    Floats,
    Knowledge,
    RedRules,
    RedView,
    Rules,
    Surface,
)
from tests.strategies import play, swarm_of

RING = topology("circulant", n=8, offsets=[1, 2])
PATH = topology("path", n=5)
EVERYTHING = Knowledge.SIGNALS | Knowledge.TOPOLOGY | Knowledge.DEFENSE


def attack(
    surface: Surface, knowledge: Knowledge = Knowledge.NONE, spreads: bool = False, **hooks: Any
) -> type[Attack]:
    members = {"surface": surface, "knowledge": knowledge, "spreads": spreads, **hooks}
    return dataclass(kw_only=True)(type("Made", (Attack,), members))


def attacked(*attacks: Attack, rounds: int = 6, network: Any = RING, **more: Any) -> Trace:
    return play(swarm_of(network, attacks=attacks, arm=more.pop("arm", "attacked"), rounds=rounds, **more))


def rounds_of(model: SwarmModel) -> list[list[int]]:
    """The daemons that were really changed, round by round."""
    found = []
    while model.running:
        model.step()
        found.append(np.flatnonzero(model.red.changed).tolist())
    return found


# Terms


def test_a_class_that_overrides_intensity_is_refused() -> None:
    with pytest.raises(TypeError, match="overrides `intensity`"):
        attack(Surface.SIGNAL, intensity=lambda self, round: 40.0)


@pytest.mark.parametrize(
    "change", [{"strength": 40.0}, {"stop": None}, {"start": 0}, {"ramp": 0}, {"surface": Surface.DAEMON}]
)
def test_what_a_plugin_does_with_its_own_schedule_and_traits_changes_nothing(change) -> None:
    def begin(self: Any, red: RedView) -> None:
        for name, value in change.items():
            setattr(self, name, value)

    given = {"daemons": [2], "start": 1, "stop": 4, "ramp": 2}
    shift = lambda self, readings, red: readings + 1.0  # noqa: E731
    protocol = FriedkinJohnsen(anchor=0.5)
    tricks = attack(Surface.SIGNAL, begin=begin, on_signals=shift)(**given)
    plain = attack(Surface.SIGNAL, on_signals=shift)(**given)
    one, other = attacked(tricks, protocol=protocol), attacked(plain, protocol=protocol)
    assert np.array_equal(one.states, other.states)
    assert not one.compromised.any()


def test_knowledge_cannot_be_raised_in_a_run() -> None:
    def begin(self: Any, red: RedView) -> None:
        type(self).knowledge = EVERYTHING

    def on_round(self: Any, red: RedView) -> None:
        red.signals  # noqa: B018

    with pytest.raises(NotVisibleError, match=r"Knowledge\.SIGNALS"):
        attacked(attack(Surface.SIGNAL, begin=begin, on_round=on_round)(daemons=[0]))


# Blending

TRUTHFUL: dict[str, Attack] = {
    "signals": attack(Surface.SIGNAL, on_signals=lambda self, readings, red: readings)(daemons=[0, 3]),
    "daemons": attack(Surface.DAEMON, on_daemons=lambda self, state, red: state)(daemons=[0, 3]),
    "messages": attack(Surface.MESSAGE, on_messages=lambda self, channels, red: channels)(daemons=[0, 3]),
    "decisions": attack(Surface.DAEMON, on_decisions=lambda self, decisions, red: decisions)(daemons=[0, 3]),
    "network": attack(Surface.NETWORK, on_network=lambda self, links, red: links)(daemons=[0, 3]),
}


@pytest.mark.parametrize("how", TRUTHFUL)
@pytest.mark.parametrize("exchanges", [1, 3])
@pytest.mark.parametrize("start", [0, 2])
def test_a_truthful_hijack_changes_nothing_to_the_bit(how, exchanges, start) -> None:
    honest = TRUTHFUL[how]
    honest.start = start
    protocol = AverageConsensus(exchanges=exchanges)
    model = swarm_of(RING, attacks=[honest], protocol=protocol, arm="attacked", rounds=6)
    changed = rounds_of(model)
    clean = play(swarm_of(RING, protocol=protocol, arm="clean", rounds=6))
    assert changed == [[]] * 6
    assert np.array_equal(model.trace().states, clean.states)
    assert np.array_equal(model.trace().decisions, clean.decisions)


SHIPPED: dict[str, Callable[[float], Attack]] = {
    "conflicting_flood": lambda s: ConflictingFlood(daemons=[0], copies=50, strength=s),
    "delay": lambda s: Delay(daemons=[0], exchanges=3, strength=s),
    "equivocation": lambda s: Equivocation(daemons=[0], mode="split", strength=s),
    "false_message": lambda s: FalseMessage(daemons=[0], scale=3.0, two_faced=True, strength=s),
    "false_signal": lambda s: FalseSignal(daemons=[0], strength=s),
    "hijack": lambda s: Hijack(daemons=[0], dwell=1, spread=0.5, strength=s),
    "stubborn": lambda s: Stubborn(daemons=[0], strength=s),
    "cut": lambda s: attack(Surface.NETWORK, on_network=lambda self, links, red: links.cutting(links.up))(
        daemons=[0], strength=s
    ),
    "act": lambda s: attack(Surface.DAEMON, on_decisions=lambda self, decisions, red: decisions * 0 + 50.0)(
        daemons=[0], strength=s
    ),
    "silence": lambda s: attack(Surface.DAEMON, on_daemons=lambda self, state, red: state * np.nan)(
        daemons=[0], strength=s
    ),
}


@pytest.mark.parametrize("kind", SHIPPED)
def test_strength_1e_9_does_a_millionth_of_what_strength_1_does_at_most(kind) -> None:
    """For what daemons decide, over all rounds, in the two protocols that mix values."""
    for protocol in (AverageConsensus(weights="uniform"), FriedkinJohnsen(anchor=0.3)):
        clean, faint, full = (
            attacked(SHIPPED[kind](strength), protocol=protocol, rounds=8).decisions for strength in (0.0, 1e-9, 1.0)
        )
        damage = np.abs(full - clean).sum()
        assert damage > 0
        assert np.abs(faint - clean).sum() <= 1e-6 * damage


def test_the_engine_moves_a_reading_to_the_lie_by_the_strength() -> None:
    lie = attack(Surface.SIGNAL, on_signals=lambda self, readings, red: np.full_like(readings, 9.0))
    for strength, expected in ((0.25, 0.75 * 2 + 0.25 * 9), (1.0, 9.0), (2.0, -1 * 2 + 2 * 9)):
        trace = attacked(lie(daemons=[2], strength=strength), protocol=FriedkinJohnsen(anchor=1.0))
        assert trace.states[0, 2, 0] == pytest.approx(expected)


def test_half_of_a_cut_cuts_about_half_of_the_links_and_the_same_ones_all_the_time() -> None:
    network = topology("complete", n=40)
    cut = attack(Surface.NETWORK, on_network=lambda self, links, red: links.cutting(links.up))
    model = swarm_of(network, attacks=[cut(daemons="all", strength=0.5)], arm="attacked", rounds=5)
    while model.running:
        model.step()
    assert 0.45 < model.red.spent["links"] / network.m < 0.55


def test_a_hijacked_daemon_gets_what_it_would_hold_if_it_were_honest() -> None:
    shown: list[float] = []

    def on_daemons(self: Any, state: Floats, red: RedView) -> Floats:
        shown.append(float(state[0, 0]))
        return np.full_like(state, 100.0)

    far = topology("edges", n=3, edges=[[1, 0], [2, 1]], directed=True)
    clean = play(swarm_of(far, arm="clean", rounds=4))
    trace = attacked(attack(Surface.DAEMON, on_daemons=on_daemons)(daemons=[0]), network=far, rounds=4)
    assert shown == clean.states[:4, 0, 0].tolist()  # Nobody listens to daemon 0, so the lie has no way back.
    assert trace.states[1:, 0, 0].tolist() == [100.0] * 4


# Hooks and views


def test_listening_is_called_in_every_round_and_is_no_attack() -> None:
    heard: list[tuple[int, float, list[float]]] = []

    def on_round(self: Any, red: RedView) -> None:
        heard.append((red.round, red.strength, red.readings[:, 0].tolist()))

    listens = attack(Surface.SIGNAL, on_round=on_round, on_signals=lambda self, readings, red: readings)
    model = swarm_of(PATH, attacks=[listens(daemons=[1, 3], start=1, stop=2)], arm="attacked", rounds=3)
    assert rounds_of(model) == [[], [], []]
    assert heard == [(0, 0.0, [1.0, 3.0]), (1, 1.0, [1.0, 3.0]), (2, 0.0, [1.0, 3.0])]


def test_an_attack_of_strength_0_does_not_even_listen() -> None:
    def on_round(self: Any, red: RedView) -> None:
        raise AssertionError

    attacked(attack(Surface.SIGNAL, on_round=on_round)(daemons=[0], strength=0.0))


def test_changed_are_the_daemons_that_were_really_changed() -> None:
    odd_rounds = lambda self, readings, red: readings + (red.round % 2)  # noqa: E731
    model = swarm_of(PATH, attacks=[attack(Surface.SIGNAL, on_signals=odd_rounds)(daemons=[1, 2])], arm="attacked")
    assert rounds_of(model) == [[], [1, 2], []]

    def louder(self: Any, channels: Channels, red: RedView) -> Channels:
        return channels.saying(np.where(channels.sender[:, None] == 3, 7.0, channels.payload))

    model = swarm_of(PATH, attacks=[attack(Surface.MESSAGE, on_messages=louder)(daemons=[1, 3])], arm="attacked")
    assert rounds_of(model) == [[3], [3], [3]]
    cut = lambda self, links, red: links.cutting(links.receiver == 1)  # noqa: E731
    model = swarm_of(PATH, attacks=[attack(Surface.NETWORK, on_network=cut)(daemons=[0, 4])], arm="attacked")
    assert rounds_of(model) == [[0], [0], [0]]


def test_an_attack_without_a_surface_puts_no_daemon_under_attack() -> None:
    listens = attack(Surface.NONE, Knowledge.SIGNALS, on_round=lambda self, red: red.state)
    assert not attacked(listens(daemons=[1, 2])).attacked.any()
    assert attacked(attack(Surface.SIGNAL)(daemons=[1, 2])).attacked.sum() == 2


def test_a_hijacked_daemon_acts_as_red_decides() -> None:
    def on_decisions(self: Any, decisions: Floats, red: RedView) -> Floats:
        assert decisions.shape == (2, 1)
        return np.array([[70.0], [np.nan]])

    trace = attacked(attack(Surface.DAEMON, on_decisions=on_decisions)(daemons=[1, 3]), network=PATH, rounds=2)
    clean = play(swarm_of(PATH, arm="clean", rounds=2))
    assert np.array_equal(trace.states, clean.states)
    assert trace.decisions[:, 1, 0].tolist() == [70.0, 70.0]
    assert np.array_equal(np.delete(trace.decisions, 1, axis=1), np.delete(clean.decisions, 1, axis=1))


def test_attacks_share_a_board_for_a_run() -> None:
    seen: list[Any] = []

    def writes(self: Any, red: RedView) -> None:
        red.board["round"] = red.round

    def reads(self: Any, red: RedView) -> None:
        seen.append(red.board.get("round"))

    first, second = (
        attack(Surface.SIGNAL, on_round=writes)(daemons=[0]),
        attack(Surface.SIGNAL, on_round=reads)(daemons=[1]),
    )
    for _ in range(2):
        attacked(second, first, rounds=3)
    assert seen == [None, 0, 1, None, 0, 1]


def test_a_note_is_an_event() -> None:
    def on_round(self: Any, red: RedView) -> None:
        red.note("heard", red.round + 0.5)
        red.note("mood", "calm")
        red.note("odd", np.inf)

    trace = attacked(attack(Surface.SIGNAL, on_round=on_round)(daemons=[0], start=1), rounds=1)
    notes = [event.to_dict() for event in trace.events]
    assert [note["note"] for note in notes] == [["heard", 0.5], ["mood", "calm"], ["odd", "inf"]]
    assert notes[0] == {
        "round": 0,
        "team": "red",
        "kind": "note",
        "plugin": "Made",
        "daemons": [],
        "count": 0,
        "note": ["heard", 0.5],
    }


@dataclass(kw_only=True)
class Gate(Defense):
    """Asks neighbors in every round, counts the rounds, and clips from the fourth on; it draws, too."""

    sees = Surface.SIGNAL

    def begin(self, blue: BlueView) -> None:
        self._calls = 0

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        blue.neighborhoods.median_and_mad(signals)
        self._calls += 1
        return np.minimum(signals, 10.0 + blue.rng.random()) if self._calls > 3 else signals


def test_a_rehearsal_tells_what_the_defenses_would_do_and_changes_nothing() -> None:
    found: list[list[int]] = []

    def on_round(self: Any, red: RedView) -> None:
        lies = red.signals
        lies[2] = 1e6
        found.append(np.flatnonzero(red.rehearse(lies)).tolist())
        found.append(np.flatnonzero(red.rehearse(red.signals)).tolist())

    curious = attack(Surface.SIGNAL, EVERYTHING, on_round=on_round)(daemons=[2])
    protocol = FriedkinJohnsen(anchor=0.5)
    trace = attacked(curious, defenses=[Gate()], arm="defended", protocol=protocol)
    guarded = play(swarm_of(RING, defenses=[Gate()], arm="guarded", protocol=protocol, rounds=6))
    assert found[0] == []
    assert found[-2] == [2]
    assert found[-1] == []
    assert np.array_equal(trace.states, guarded.states)
    for name in ("messages", "bytes", "alarms"):
        assert np.array_equal(trace.metrics[name], guarded.metrics[name])


@pytest.mark.parametrize("lacks", [Knowledge.SIGNALS, Knowledge.TOPOLOGY, Knowledge.DEFENSE])
def test_a_rehearsal_needs_all_knowledge(lacks) -> None:
    def on_round(self: Any, red: RedView) -> None:
        red.rehearse(np.zeros((8, 1)))

    with pytest.raises(NotVisibleError, match=f"rehearse.*{lacks.name}"):
        attacked(attack(Surface.SIGNAL, EVERYTHING & ~lacks, on_round=on_round)(daemons=[0]))


def test_a_rehearsal_within_a_rehearsal_is_refused() -> None:
    def on_claims(self: Any, claims: Any, red: RedView) -> Any:
        red.rehearse(red.signals)
        return claims

    forger = attack(Surface.MESSAGE, EVERYTHING, on_claims=on_claims)(daemons=[2])
    with pytest.raises(PluginError, match="asks within a rehearsal"):
        attacked(forger, defenses=[Gate()], arm="defended", protocol=FriedkinJohnsen(anchor=0.5))


def test_the_reach_is_all_that_credentials_open_one_after_the_other() -> None:
    reaches: list[int] = []

    def on_round(self: Any, red: RedView) -> None:
        reaches.append(red.reach)

    one_way = topology("edges", n=5, edges=[[0, 1], [1, 2], [3, 0]], directed=True)
    attacked(attack(Surface.DAEMON, on_round=on_round)(daemons=[0]), network=one_way, rounds=1)
    assert reaches == [3]


def test_before_holds_the_own_rows_of_message_attacks_as_well() -> None:
    seen: list[Any] = []

    def on_messages(self: Any, channels: Channels, red: RedView) -> Channels:
        seen.append(red.before.tolist())
        return channels

    attacked(attack(Surface.MESSAGE, on_messages=on_messages)(daemons=[1, 3]), network=PATH, rounds=2)
    assert seen == [[[1.0], [3.0]]] * 2


# Credentials


def hijacking(daemons: Any, spreads: bool = True, on_round: int = 1) -> Attack:
    def takes(self: Any, red: RedView) -> None:
        if red.round == on_round:
            red.hijack(daemons)

    return attack(Surface.DAEMON, spreads=spreads, on_round=takes)(daemons=[0])


def test_only_listeners_of_hijacked_daemons_can_be_hijacked() -> None:
    with pytest.raises(PluginError, match="holds no credential for daemon 4"):
        attacked(hijacking([1, 4]), network=PATH)
    assert attacked(hijacking([1]), network=PATH).compromised.tolist() == [True, True, False, False, False]


def test_only_an_attack_that_spreads_can_hijack_more() -> None:
    with pytest.raises(PluginError, match="`spreads` is false"):
        attacked(hijacking([1], spreads=False), network=PATH)
    assert attacked(hijacking([0], spreads=False), network=PATH).compromised.sum() == 1


def taking_over(surface: Surface = Surface.DAEMON, daemons: Any = None, **when: int) -> Attack:
    """Takes what the team holds, or `daemons`, from its second round on, and has all its daemons hold 9."""

    def takes(self: Any, red: RedView) -> None:
        if red.strength > 0 and red.round > self.start:
            red.hijack(red.held if daemons is None else daemons)

    def lies(self: Any, state: Floats, red: RedView) -> Floats:
        return np.full_like(state, 9.0)

    return attack(surface, on_round=takes, on_daemons=lies)(daemons=[0], **when)


@pytest.mark.parametrize("first_stops", [None, 2])
def test_an_attack_takes_over_what_another_attack_of_the_team_has_hijacked(first_stops) -> None:
    rules = Rules(red=RedRules(daemons=3))
    first = Stubborn(daemons=[0, 3, 4], value=5.0, stop=first_stops)
    trace = attacked(first, taking_over(start=1), network=PATH, rounds=3, rules=rules)
    assert trace.compromised.tolist() == [True, False, False, True, True]
    assert trace.states[1:, [0, 3, 4], 0].tolist() == [[5, 5, 5], [9, 5, 5], [9, 9, 9]]
    assert trace.spent["red"]["daemons"] == 3
    assert [event.count for event in trace.events if event.kind == "hijacked"] == [3]


def test_of_two_attacks_on_a_daemon_the_last_one_writes_last() -> None:
    trace = attacked(taking_over(), Stubborn(daemons=[0, 3], value=5.0), network=PATH, rounds=2)
    assert trace.states[-1, [0, 3], 0].tolist() == [5.0, 5.0]


def test_only_what_the_team_holds_can_be_taken_over() -> None:
    with pytest.raises(PluginError, match="holds no credential for daemon 2"):
        attacked(Stubborn(daemons=[3]), taking_over(daemons=[2, 3]), network=PATH)
    with pytest.raises(PluginError, match="compromises no daemon"):
        attacked(
            Stubborn(daemons=[3]),
            attack(Surface.SIGNAL, on_round=lambda self, red: red.hijack(red.held))(daemons=[0]),
            network=PATH,
        )


def test_a_released_daemon_is_honest_until_it_is_hijacked_again_and_counts_once() -> None:
    def on_round(self: Any, red: RedView) -> None:
        if red.round == 1:
            red.release([1])
        if red.round == 3:
            assert red.hijack([1]).tolist() == [1]
        shown.append((red.hijacked.tolist(), red.held.tolist()))

    shown: list[Any] = []
    lies = lambda self, state, red: np.full_like(state, 9.0)  # noqa: E731
    holds = attack(Surface.DAEMON, spreads=True, on_round=on_round, on_daemons=lies)(daemons=[0, 1])
    model = swarm_of(PATH, attacks=[holds], arm="attacked", rounds=4, rules=Rules(red=RedRules(daemons=2)))
    assert rounds_of(model) == [[0, 1], [0], [0], [0, 1]]
    assert shown == [([0, 1], [0, 1]), ([0], [0]), ([0], [0]), ([0, 1], [0, 1])]
    trace = model.trace()
    assert trace.states[1:, 1, 0].tolist() == [
        9.0,
        pytest.approx((9 + 9 + trace.states[1, 2, 0]) / 3),
        *[pytest.approx((9 + trace.states[2, 1, 0] + trace.states[2, 2, 0]) / 3), 9.0],
    ]
    assert trace.metrics["compromised"].tolist() == [2] * 4
    assert [(event.round, event.kind, event.daemons) for event in trace.events[1:]] == [
        (0, "hijacked", (0, 1)),
        (1, "released", (1,)),
    ]


def test_only_the_own_hijack_of_a_daemon_can_be_released() -> None:
    def releases(self: Any, red: RedView) -> None:
        if red.round == 0:
            red.release([3])

    with pytest.raises(PluginError, match=r"red\.release: has not hijacked daemon 3"):
        attacked(Stubborn(daemons=[3]), attack(Surface.DAEMON, on_round=releases)(daemons=[0]), network=PATH)
    shared = attacked(Stubborn(daemons=[3], value=5.0), attack(Surface.DAEMON, on_round=releases)(daemons=[3]))
    assert shared.states[1, 3, 0] == 5.0


# Budgets


def spent(*attacks: Attack, network: Any = PATH, rounds: int = 4, **rules: Any) -> tuple[dict[str, float], Trace]:
    model = swarm_of(network, attacks=attacks, arm="attacked", rounds=rounds, rules=Rules(red=RedRules(**rules)))
    while model.running:
        model.step()
    return {name: count for name, count in model.red.spent.items() if count}, model.trace()


def test_links_beyond_the_budget_are_not_cut_or_delayed() -> None:
    cut = attack(Surface.NETWORK, on_network=lambda self, links, red: links.cutting(links.up))(daemons="all")
    counted, trace = spent(cut, links=0)
    assert counted == {"denied_links": 4 * 8}
    assert np.array_equal(trace.states, play(swarm_of(PATH, arm="clean", rounds=4)).states)
    assert spent(cut, links=3)[0] == {"links": 3, "denied_links": 4 * 5}
    assert spent(cut, links="50%")[0] == {"links": 4, "denied_links": 4 * 4}
    late = attack(Surface.TIMING, on_network=lambda self, links, red: links.delaying(2))(daemons="all")
    assert spent(late, links=3)[0] == {"links": 3, "denied_links": 4 * 5}
    assert spent(cut)[0] == {"links": 8}


def test_false_messages_beyond_the_budget_are_told_as_they_are() -> None:
    lie = attack(Surface.MESSAGE, on_messages=lambda self, channels, red: channels.saying(9.0))(daemons=[1])
    counted, trace = spent(lie, messages=3)
    assert counted == {"daemons": 1, "messages": 3, "denied_messages": 2 * 4 - 3}
    first = spent(lie)[1]
    assert np.array_equal(trace.states[:2], first.states[:2])
    assert not np.array_equal(trace.states[2], first.states[2])


def test_copies_beyond_the_budget_are_not_sent() -> None:
    flood = attack(Surface.MESSAGE, on_messages=lambda self, channels, red: channels.flooding(10))(daemons=[1])
    counted, trace = spent(flood, copies=20)
    assert counted == {"daemons": 1, "copies": 20, "denied_copies": 4 * 18 - 20}
    assert trace.metrics["messages"].tolist() == [8 + 18, 16 + 20, 24 + 20, 32 + 20]


def test_hijacks_beyond_the_budget_are_denied_and_counted() -> None:
    counted, _ = spent(hijacking([1]), daemons=1)
    assert counted == {"daemons": 1, "denied_daemons": 1}


def test_spent_feeds_are_those_that_were_changed() -> None:
    shift = attack(Surface.SIGNAL, on_signals=lambda self, readings, red: readings + np.array([[0.0], [1.0]]))
    assert spent(shift(daemons=[1, 3]))[0] == {"feeds": 1}


def test_on_a_directed_network_red_hears_only_receivers_that_the_hijacked_daemon_listens_to() -> None:
    network = topology("k_in_random", n=12, k=4, seed=3)
    edges = set(zip(network.indices.tolist(), network.receivers.tolist(), strict=True))
    heard: dict[tuple[int, int], float] = {}

    def listen(self: Attack, channels: Channels, red: RedView) -> Channels:
        ends = zip(channels.sender.tolist(), channels.receiver.tolist(), strict=True)
        heard.update(zip(ends, channels.heard[:, 0].tolist(), strict=True))
        return channels

    trace = attacked(attack(Surface.MESSAGE, on_messages=listen)(daemons=[1, 5, 7]), network=network, rounds=1)
    assert trace.states is not None
    assert set(heard) == {(sender, receiver) for sender, receiver in edges if sender in {1, 5, 7}}
    listened = [(sender, receiver) for sender, receiver in heard if (receiver, sender) in edges]
    assert 0 < len(listened) < len(heard), "the network has both kinds of channels"
    assert [heard[ends] for ends in listened] == [trace.states[0, receiver, 0] for _, receiver in listened]
    assert all(np.isnan(heard[ends]) for ends in heard if ends not in listened)


def test_messages_have_the_columns_that_the_protocol_names() -> None:
    channels = Channels(
        sender=np.array([0, 0], dtype=np.int32),
        receiver=np.array([1, 2], dtype=np.int32),
        payload=np.arange(6.0).reshape(2, 3),
        heard=np.zeros((2, 3)),
        copies=np.ones(2, dtype=np.int32),
        columns=("bid", "bid", "time"),
    )
    assert channels["bid"].tolist() == [[0, 1], [3, 4]]
    assert channels.saying(time=9.0).payload.tolist() == [[0, 1, 9], [3, 4, 9]]
    assert channels.saying(bid=[5.0, 6.0]).payload.tolist() == [[5, 5, 2], [6, 6, 5]]
    assert channels.payload.tolist() == [[0, 1, 2], [3, 4, 5]]
    with pytest.raises(Exception, match=r"no column 'bids'.*bid"):
        channels["bids"]

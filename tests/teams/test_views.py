"""Red and blue see what their knowledge and vantage show, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from attacks.equivocation import Equivocation
from attacks.stubborn import Stubborn
from defenses.wmsr import WMSR
from swarmsec.errors import NotVisibleError, PluginError
from swarmsec.immunity import FEATURES, MESSAGE_FEATURES
from swarmsec.network import topology
from swarmsec.teams import Attack, BlueView, Channels, Defense, Floats, Knowledge, RedView, Surface, Vantage
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

PATH = topology("path", n=4)
EVERYTHING = Knowledge.SIGNALS | Knowledge.TOPOLOGY | Knowledge.DEFENSE


@dataclass(kw_only=True)
class Spy(Attack):
    """Writes down what it is shown."""

    surface = Surface.SIGNAL | Surface.DAEMON | Surface.MESSAGE
    looks_at: ClassVar[Any] = staticmethod(lambda red: None)

    def begin(self, red: RedView) -> None:
        self.seen: dict[str, list[Any]] = {"signals": [], "state": [], "channels": [], "looked": []}

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        self.seen["signals"].append(readings.copy())
        self.seen["looked"].append(self.looks_at(red))
        return readings

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        self.seen["state"].append(state.copy())
        return state

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        self.seen["channels"].append(channels)
        return channels


def spying(knows: Knowledge = Knowledge.NONE, look=lambda red: None, surface: Surface = Spy.surface, **more):
    members = {"knowledge": knows, "looks_at": staticmethod(look), "surface": surface}
    cls = dataclass(kw_only=True)(type("Spy", (Spy,), members))
    spy = cls(daemons=[1])
    trace = play(swarm_of(PATH, attacks=[spy], arm=more.pop("arm", "attacked"), rounds=2, **more))
    return spy.seen, trace


def test_a_hook_gets_the_rows_of_its_own_daemons_only() -> None:
    for knows in (Knowledge.NONE, Knowledge.SIGNALS):
        seen, _ = spying(knows)
        assert seen["signals"][0].tolist() == seen["state"][0].tolist() == [[1.0]]


def test_an_attack_that_knows_the_signals_sees_every_row() -> None:
    seen, _ = spying(Knowledge.SIGNALS, lambda red: (red.signals[:, 0].tolist(), red.state[:, 0].tolist()))
    assert seen["looked"][0] == ([0, 1, 2, 3], [0, 1, 2, 3])


def test_an_attack_that_returns_its_arguments_changes_nothing() -> None:
    _, spied = spying()
    alone = play(swarm_of(PATH, arm="clean", rounds=2))
    assert np.array_equal(spied.states, alone.states)


def spoil(array: Any) -> None:
    """Write into an array and into every array that it is a view of."""
    while isinstance(array, np.ndarray):
        with suppress(ValueError):  # A frozen copy refuses, which is as good.
            array.flags.writeable = True
            array[...] = -1
        array = array.base


@pytest.mark.parametrize(
    "look",
    [
        lambda red: spoil(red.signals),
        lambda red: spoil(red.state),
        lambda red: spoil(red.readings),
        lambda red: spoil(red.before),
        lambda red: spoil(red.targets),
        lambda red: spoil(red.hijacked),
        lambda red: spoil(red.own),
        lambda red: spoil(red.named("daemons")),
        lambda red: (spoil(red.network.indices), spoil(red.network.indptr)),
        lambda red: [defense["limits"].clear() for defense in red.defenses],
    ],
)
def test_writing_into_what_is_shown_changes_nothing(look) -> None:
    @dataclass(kw_only=True)
    class Listed(Defense):
        limits: list[float]

        def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
            return np.minimum(signals, self.limits[0])

    guarded = play(swarm_of(PATH, defenses=[Listed(limits=[2.0])], arm="guarded", rounds=2))
    _, spied = spying(EVERYTHING, look, defenses=[Listed(limits=[2.0])], arm="defended")
    assert np.array_equal(spied.states, guarded.states)


def test_writing_into_the_channels_changes_nothing() -> None:
    class Writes(Spy):
        def on_messages(self, channels: Channels, red: RedView) -> Channels:
            given = Channels(**{name: getattr(channels, name).copy() for name in FIELDS}, columns=channels.columns)
            for name in FIELDS:
                spoil(getattr(channels, name))
            return given

    spied = play(swarm_of(PATH, attacks=[Writes(daemons=[1])], arm="attacked", rounds=2))
    assert np.array_equal(spied.states, play(swarm_of(PATH, arm="clean", rounds=2)).states)


FIELDS = ("sender", "receiver", "payload", "heard", "copies")


def test_channels_are_those_that_the_hijacked_speak_on_and_what_they_hear_there() -> None:
    seen, _ = spying()
    channels = seen["channels"][0]
    assert list(zip(channels.sender.tolist(), channels.receiver.tolist(), strict=True)) == [(1, 0), (1, 2)]
    assert channels.payload.tolist() == [[1], [1]]
    assert channels.heard.tolist() == [[0], [2]]


@pytest.mark.parametrize(
    ("what", "needed"),
    [
        ("network", Knowledge.TOPOLOGY),
        ("signals", Knowledge.SIGNALS),
        ("state", Knowledge.SIGNALS),
        ("defenses", Knowledge.DEFENSE),
    ],
)
def test_what_an_attack_does_not_know_is_not_visible(what, needed) -> None:
    with pytest.raises(NotVisibleError, match=f"red.{what}.*Knowledge.{needed.name}"):
        spying(EVERYTHING & ~needed, lambda red: getattr(red, what))
    spying(needed, lambda red: getattr(red, what))


def test_an_attack_that_knows_the_defense_sees_kinds_and_parameters_in_the_defended_arm_only() -> None:
    seen, _ = spying(Knowledge.DEFENSE, lambda red: red.defenses, defenses=[WMSR(f=1)], arm="defended")
    assert seen["looked"][0] == ({"kind": "WMSR", "f": 1},)
    seen, _ = spying(Knowledge.DEFENSE, lambda red: red.defenses, defenses=[WMSR(f=1)])
    assert seen["looked"][0] == ()


def test_only_the_listeners_of_hijacked_daemons_are_known() -> None:
    seen, _ = spying(look=lambda red: red.trusted_by(red.hijacked).tolist())
    assert seen["looked"][0] == [0, 2]
    with pytest.raises(NotVisibleError, match="daemon 3 is not hijacked"):
        spying(look=lambda red: red.trusted_by(np.array([3])))


def test_no_view_of_red_has_the_truth() -> None:
    seen, _ = spying(EVERYTHING, lambda red: [name for name in dir(red) if not name.startswith("_")])
    public = {
        "before",
        "board",
        "named",
        "note",
        "own",
        "reach",
        "start",
        "stop",
        "readings",
        "rehearse",
        "release",
        "rounds",
        "defenses",
        "hijack",
        "held",
        "hijacked",
        "identities",
        "honest",
        "n",
        "network",
        "rng",
        "round",
        "signals",
        "state",
        "strength",
    }
    assert set(seen["looked"][0]) == public | {"targets", "trusted_by"}


def test_a_signal_attack_cannot_hijack() -> None:
    cls = dataclass(kw_only=True)(
        type(
            "Thief",
            (Spy,),
            {"surface": Surface.SIGNAL, "looks_at": staticmethod(lambda red: red.hijack(np.array([2])))},
        )
    )
    with pytest.raises(PluginError, match="compromises no daemon"):
        play(swarm_of(PATH, attacks=[cls(daemons=[1])], arm="attacked"))


@dataclass(kw_only=True)
class Watcher(Defense):
    """Looks at one thing."""

    sees = Surface.MESSAGE
    looks_at: ClassVar[Any] = staticmethod(lambda blue: None)
    early: ClassVar[bool] = False

    def begin(self, blue: BlueView) -> None:
        self.seen: list[Any] = []
        if self.early:
            self.seen.append(self.looks_at(blue))

    def respond(self, blue: BlueView) -> None:
        self.seen.append(self.looks_at(blue))


def watching(vantage: Vantage, look, *, early: bool = False, attacks=(), network=PATH, **more) -> list[Any]:
    members = {"vantage": vantage, "looks_at": staticmethod(look), "early": early}
    watcher = dataclass(kw_only=True)(type("Watcher", (Watcher,), members))()
    play(swarm_of(network, attacks=attacks, defenses=[watcher], rounds=2, **more))
    return watcher.seen


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP])
def test_features_are_by_edge_below_the_monitor_and_by_daemon_for_it(vantage) -> None:
    by_edge = watching(vantage, lambda blue: blue.features)[0]
    by_daemon = watching(Vantage.MONITOR, lambda blue: blue.features)[0]
    assert (by_edge.names, by_edge.values.shape) == (MESSAGE_FEATURES, (6, len(MESSAGE_FEATURES)))
    assert (by_daemon.names, by_daemon.values.shape) == (FEATURES, (4, len(FEATURES)))


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP])
@pytest.mark.parametrize("act", ["isolate", "release", "suspend", "resume", "restore"])
def test_only_a_monitor_acts_on_the_swarm(vantage, act) -> None:
    with pytest.raises(NotVisibleError, match=rf"blue\.{act}.*Vantage\.MONITOR"):
        watching(vantage, lambda blue: getattr(blue, act)(np.array([1])))
    watching(Vantage.MONITOR, lambda blue: getattr(blue, act)(np.array([1])))


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP])
@pytest.mark.parametrize("name", ["quarantined", "suspended", "down"])
def test_only_a_monitor_sees_who_is_restrained(vantage, name) -> None:
    with pytest.raises(NotVisibleError, match=rf"blue\.{name}.*Vantage\.MONITOR"):
        watching(vantage, lambda blue: getattr(blue, name))


def test_a_local_defense_tells_nothing_and_hears_no_claim() -> None:
    for look in (lambda blue: blue.tell(np.zeros((4, 1))), lambda blue: blue.claims):
        with pytest.raises(NotVisibleError, match=r"Vantage\.GOSSIP"):
            watching(Vantage.LOCAL, look)


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP, Vantage.MONITOR])
def test_the_truth_is_for_the_oracle_alone(vantage) -> None:
    with pytest.raises(NotVisibleError, match=r"needs Vantage\.ORACLE"):
        watching(vantage, lambda blue: blue.truth)
    seen = watching(Vantage.ORACLE, lambda blue: blue.truth.copy(), attacks=[Stubborn(daemons=[2], start=1)])
    assert [truth.tolist() for truth in seen] == [[False] * 4, [False, False, True, False]]


def test_the_inbox_cannot_be_read_before_the_first_respond() -> None:
    with pytest.raises(NotVisibleError, match="no message has been sent yet"):
        watching(Vantage.LOCAL, lambda blue: blue.inbox, early=True)


def test_the_inbox_holds_what_arrived() -> None:
    inbox = watching(Vantage.LOCAL, lambda blue: blue.inbox, attacks=[Stubborn(daemons=[0], value=50.0)])[0]
    assert inbox.payload[:, 0].tolist() == [1, 50, 2, 1, 3, 2]


def test_a_local_inbox_is_empty_and_a_monitors_is_full_if_links_lose_everything() -> None:
    lossy = topology("path", n=4, loss=1.0)
    local, monitor = (
        watching(vantage, lambda blue: blue.inbox, network=lossy)[0] for vantage in (Vantage.LOCAL, Vantage.MONITOR)
    )
    assert not local.received.any()
    assert np.isnan(local.payload).all()
    assert np.isnan(local.broadcast).all()
    assert monitor.broadcast[:, 0].tolist() == [0, 1, 2, 3]


@dataclass(kw_only=True)
class Cutter(Attack):
    """Cuts and delays links."""

    surface = Surface.NETWORK | Surface.TIMING

    late: int = 0

    def on_network(self, links, red):
        return links.delaying(self.late) if self.late else links.cutting(np.ones(len(links.up), dtype=bool))


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP, Vantage.MONITOR])
@pytest.mark.parametrize("late", [0, 2])
def test_an_inbox_tells_nothing_of_what_red_did_to_links(vantage, late) -> None:
    cut = watching(vantage, lambda blue: blue.inbox, attacks=[Cutter(daemons=[0], late=late)])[0]
    assert cut.delays is None
    if vantage is Vantage.MONITOR:
        assert cut.weights is None
        return
    assert cut.weights.tolist() == [0, 0, 1, 1, 1, 1]
    assert np.array_equal(cut.payload[:, 0], [np.nan, np.nan, 2, 1, 3, 2], equal_nan=True)


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP, Vantage.MONITOR])
def test_no_honest_value_is_shown_behind_messages_that_differ(vantage) -> None:
    """Otherwise `payload != broadcast[senders]` would find every daemon that equivocates."""
    split = Equivocation(daemons=[1], mode="split", amplitude=3.0)
    inbox = watching(vantage, lambda blue: blue.inbox, attacks=[split])[0]
    assert inbox.per_edge is not None
    assert np.isnan(inbox.broadcast).all()


def test_weigh_gets_what_arrived_and_no_honest_value_behind_it() -> None:
    seen: list[Any] = []

    @dataclass(kw_only=True)
    class Weighs(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            seen.append(messages)

    attacks = [Equivocation(daemons=[1], mode="split", amplitude=3.0), Cutter(daemons=[0], late=1)]
    play(swarm_of(PATH, attacks=attacks, defenses=[Weighs()], rounds=1))
    assert seen[0].delays is None
    assert np.isnan(seen[0].broadcast).all()
    assert np.isnan(seen[0].payload[:2]).all()


LOOKS = {
    "inbox": lambda blue: blue.inbox.broadcast,
    "quarantined": lambda blue: blue.quarantined,
    "features": lambda blue: blue.features.values,
    "network": lambda blue: blue.network.indices,
    "ignored": lambda blue: blue.ignored,
    "proposals": lambda blue: blue.proposals,
    "decisions": lambda blue: blue.decisions,
}


@pytest.mark.parametrize("name", LOOKS)
def test_what_blue_is_shown_cannot_be_written(name) -> None:
    assert_immutable(watching(Vantage.MONITOR, LOOKS[name])[0])


def test_the_arrays_of_hooks_cannot_be_written() -> None:
    seen: list[Any] = []

    @dataclass(kw_only=True)
    class Keeps(Defense):
        sees = Surface.MESSAGE

        def filter_signals(self, signals, blue):
            seen.append(signals)
            return signals

        def govern(self, decisions, blue):
            seen.append(decisions)
            return decisions

        def weigh(self, messages, blue):
            seen.append(messages.broadcast)

    play(swarm_of(PATH, defenses=[Keeps()], rounds=1))
    assert len(seen) == 3
    for array in seen:
        assert_immutable(array)


def assert_immutable(array: Any) -> None:
    """Neither the array nor what it is a view of can be written or unlocked."""
    while isinstance(array, np.ndarray):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
        array = array.base


def test_blues_moves_do_not_change_with_the_truth() -> None:
    """The same lies as a hijacked daemon's own values or as honest ones: a defense sees the same, and does the same."""

    def rows(attacks, initial):
        return watching(
            Vantage.MONITOR,
            lambda blue: blue.features.values.copy(),
            attacks=attacks,
            network=topology("edges", n=4, edges=[[0, 1], [0, 2], [0, 3]], directed=True),
            world=Beliefs(initial=initial),
        )

    liar = rows([Stubborn(daemons=[0], value=50.0)], [0.0, 1.0, 2.0, 3.0])
    honest = rows([], [50.0, 1.0, 2.0, 3.0])
    assert all(np.array_equal(one, other) for one, other in zip(liar, honest, strict=True))

"""The acts of blue: on the receiver's side at every vantage, and on the whole swarm for a monitor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from attacks.conflicting_flood import ConflictingFlood
from attacks.stubborn import Stubborn
from swarmsec.errors import PluginError
from swarmsec.network import topology
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.teams import (
    Admission,
    Attack,
    BlueRules,
    BlueView,
    Defense,
    Rules,
    Surface,
    Vantage,
)
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

K4 = topology("complete", n=4)
K3 = topology("complete", n=3)


@dataclass(kw_only=True)
class Acts(Defense):
    """Calls one function in every round."""

    vantage = Vantage.LOCAL
    sees = Surface.MESSAGE
    act: ClassVar[Any] = staticmethod(lambda blue: None)

    def begin(self, blue: BlueView) -> None:
        self.log: list[Any] = []

    def respond(self, blue: BlueView) -> None:
        self.log.append(self.act(blue))


def acting(act: Callable[[BlueView], Any], vantage: Vantage = Vantage.MONITOR, **members: Any) -> Any:
    cls = type("Acts", (Acts,), {"vantage": vantage, "act": staticmethod(act), **members})
    return dataclass(kw_only=True)(cls)()


def edges_of(blue: BlueView, sender: int) -> Any:
    return np.flatnonzero(blue.network.indices == sender)


def in_round(number: int, act: Callable[[BlueView], Any]) -> Callable[[BlueView], Any]:
    return lambda blue: act(blue) if blue.round == number else None


@dataclass(kw_only=True)
class Still(Beliefs):
    """Beliefs in which a stopped daemon decides −1."""

    def neutral(self, decisions):
        return np.full_like(decisions, -1.0)


def still(*initial: float) -> Still:
    return Still(initial=list(initial))


def test_an_ignored_message_is_dropped_by_its_receiver_until_it_is_heeded() -> None:
    defense = acting(
        lambda blue: blue.ignore([blue.network.indptr[0] + 2]) if blue.round == 0 else blue.heed([2]), Vantage.LOCAL
    )
    swarm = swarm_of(K4, world=Beliefs(initial=[0.0, 0.0, 0.0, 12.0]), defenses=[defense], rounds=3)
    for expected in (3.0, 0.0, 3.0):
        swarm.state = np.array([[0.0], [0.0], [0.0], [12.0]])
        swarm.step()
        assert swarm.state[0, 0] == expected
        assert swarm.state[1, 0] == 3.0


def test_to_ignore_is_an_alarm_about_the_sender() -> None:
    defense = acting(in_round(1, lambda blue: blue.ignore(edges_of(blue, 2)[:1])), Vantage.LOCAL)
    trace = play(swarm_of(K4, defenses=[defense], rounds=3))
    assert trace.metrics["alarms"].tolist() == [0, 1, 0]


def test_a_daemon_is_quarantined_when_most_of_its_listeners_ignore_it() -> None:
    defense = acting(lambda blue: blue.ignore(edges_of(blue, 2)[: blue.round + 1]), Vantage.LOCAL)
    trace = play(swarm_of(K4, defenses=[defense], rounds=3))
    assert trace.quarantined[:, 2].tolist() == [False, True, True]
    assert trace.metrics["quarantined"].tolist() == [0, 1, 1]


def test_weight_0_is_an_alarm_and_counts_as_quarantine() -> None:
    @dataclass(kw_only=True)
    class Drops(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return (messages.senders != 1).astype(float) if blue.round == 1 else np.full(blue.network.m, 0.5)

    trace = play(swarm_of(K4, defenses=[Drops()], rounds=3))
    assert trace.metrics["alarms"].tolist() == [0, 1, 0]
    assert trace.metrics["quarantined"].tolist() == [0, 1, 0]


def test_a_message_that_did_not_arrive_is_no_alarm_if_it_is_dropped() -> None:
    @dataclass(kw_only=True)
    class DropsMissing(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return messages.received.astype(float)

    trace = play(swarm_of(topology("complete", n=4, loss=0.5), defenses=[DropsMissing()], rounds=3))
    assert not trace.metrics["alarms"].any()


def test_a_governed_row_is_an_alarm() -> None:
    @dataclass(kw_only=True)
    class Caps(Defense):
        sees = Surface.DAEMON

        def govern(self, decisions, blue):
            return np.minimum(decisions, 1.5)

    trace = play(swarm_of(K4, protocol=AverageConsensus(exchanges=1), defenses=[Caps()], rounds=1))
    assert trace.decisions.max() <= 1.5
    world = Beliefs(initial=[0.0, 0.0, 9.0, 9.0])
    trace = play(swarm_of(topology("path", n=4), world=world, defenses=[Caps()], rounds=1))
    assert trace.metrics["alarms"].tolist() == [(trace.states[1] > 1.5).sum()]


@pytest.mark.parametrize("gateway", [False, True])
def test_a_hijacked_daemon_does_what_red_decides_unless_the_defense_is_a_gateway(gateway) -> None:
    seen: list[float] = []

    @dataclass(kw_only=True)
    class Caps(Defense):
        sees = Surface.DAEMON

        def govern(self, decisions, blue):
            return np.minimum(decisions, 1.0)

    @dataclass(kw_only=True)
    class Sees(Defense):
        sees = Surface.DAEMON

        def govern(self, decisions, blue):
            seen.append(float(decisions.max()))
            return decisions

        def respond(self, blue):
            seen.append(float(blue.decisions.max()))

    Caps.gateway = gateway
    attack = Stubborn(daemons=[2], value=50.0)
    trace = play(swarm_of(K4, attacks=[attack], defenses=[Caps(), Sees()], rounds=2))
    assert trace.decisions[:, 2, 0].tolist() == ([1.0, 1.0] if gateway else [50.0, 50.0])
    assert np.delete(trace.decisions, 2, axis=1).max() <= 1.0
    # The next layer, and the view, show what the one before let through: nothing tells who is hijacked.
    assert max(seen) == 1.0


def test_a_suspended_daemon_decides_what_the_world_calls_neutral_even_if_it_is_hijacked() -> None:
    defense = acting(lambda blue: blue.suspend([2]) if blue.round == 0 else blue.resume([2] if blue.round == 2 else []))
    attack = Stubborn(daemons=[2], value=50.0)
    trace = play(swarm_of(K4, world=still(0, 1, 2, 3), attacks=[attack], defenses=[defense], rounds=4))
    assert trace.decisions[:, 2, 0].tolist() == [50, -1, -1, 50]
    assert trace.states[2, 0, 0] != trace.states[1, 0, 0]  # It still speaks.
    assert trace.metrics["alarms"].tolist() == [1, 0, 0, 0]


def test_a_restored_daemon_is_down_for_the_downtime_and_then_no_longer_hijacked() -> None:
    defense = acting(in_round(0, lambda blue: blue.restore([2])))
    world = still(0, 3, 9)
    rules = Rules(blue=BlueRules(downtime=2))
    attack = Stubborn(daemons=[2], value=50.0)
    trace = play(swarm_of(K3, world=world, rules=rules, attacks=[attack], defenses=[defense], rounds=5))
    assert trace.decisions[:3, 2, 0].tolist() == [50, -1, -1]
    assert (trace.decisions[3:, 2, 0] < 40).all()
    # In round 1 the others no longer hear it: they average each other's value and their own.
    assert trace.states[2, :2, 0].tolist() == [trace.states[1, :2, 0].mean()] * 2
    assert trace.compromised.tolist() == [False, False, True]
    assert trace.quarantined[:, 2].tolist() == [True, True, True, False, False]
    assert [event.kind for event in trace.events if event.team == "blue"] == ["restored"]


@pytest.mark.parametrize(("act", "rule"), [("isolate", "quarantine"), ("suspend", "suspend"), ("restore", "restore")])
def test_acts_beyond_the_rules_are_denied_and_counted(act, rule) -> None:
    defense = acting(in_round(0, lambda blue: getattr(blue, act)([3, 1, 2]).tolist()))
    swarm = swarm_of(K4, rules=Rules(blue=BlueRules(**{rule: 2})), defenses=[defense], rounds=1)
    swarm.step()
    assert defense.log == [[3, 1]]
    assert swarm.blue.spent[rule] == 2
    assert swarm.blue.spent[f"denied_{rule}"] == 1


def test_an_alarm_takes_a_score() -> None:
    swarm = swarm_of(K4, defenses=[acting(lambda blue: blue.alarm([1, 2], [0.3, 7.0]), Vantage.LOCAL)], rounds=1)
    swarm.step()
    assert swarm.blue.scores.tolist() == [-np.inf, 0.3, 7.0, -np.inf]
    with pytest.raises(PluginError, match="2 finite numbers"):
        play(swarm_of(K4, defenses=[acting(lambda blue: blue.alarm([1, 2], [1.0]))], rounds=1))


def flooded(defense: Defense | None) -> np.ndarray:
    """How often each honest message was processed in 200 rounds of a flood of 100 copies, in an inbox of 5."""
    network = topology("complete", n=6)
    protocol = AverageConsensus(inbox=5)
    heard = np.zeros(network.m)
    attack = ConflictingFlood(daemons=[0], copies=100)
    swarm = swarm_of(
        network, protocol=protocol, attacks=[attack], defenses=[defense] if defense else [], rounds=200, arm="defended"
    )
    within = swarm.limit_inboxes

    def limited(messages):
        kept = within(messages)
        heard[:] += kept.received
        return kept

    swarm.limit_inboxes = limited
    while swarm.round < 200:
        swarm.step()
    return heard[(network.indices != 0) & (network.receivers != 0)]


def test_admission_in_copies_limits_the_rate_of_a_flood() -> None:
    """A token bucket of one copy a link lets every honest message through; a weight of 1/100 does not."""

    @dataclass(kw_only=True)
    class Bucket(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return Admission(np.ones(blue.network.m, dtype=np.int32))

    @dataclass(kw_only=True)
    class Light(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return 1.0 / np.maximum(messages.copies_on(np.arange(blue.network.m)), 1)

    assert flooded(Bucket()).min() == 200
    assert flooded(Light()).max() < 100


@pytest.mark.parametrize("copies", [np.ones(3, dtype=int), np.full(12, -1), np.ones(12)])
def test_an_admission_of_no_counts_is_refused(copies) -> None:
    @dataclass(kw_only=True)
    class Odd(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return Admission(copies)

    with pytest.raises(PluginError, match="must be 12 counts"):
        play(swarm_of(K4, defenses=[Odd()], rounds=1))


def test_a_layer_sees_what_the_one_before_admits() -> None:
    seen: list[Any] = []

    @dataclass(kw_only=True)
    class First(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            return Admission(np.zeros(12, dtype=int), np.full(12, 0.5))

    @dataclass(kw_only=True)
    class Second(Defense):
        sees = Surface.MESSAGE

        def weigh(self, messages, blue):
            seen.append((messages.copies.tolist(), messages.weights.tolist()))

    play(swarm_of(K4, defenses=[First(), Second()], rounds=1))
    assert seen == [([0] * 12, [0.0] * 12)]


@dataclass(kw_only=True)
class Forger(Attack):
    """Claims 100 on every channel, and withholds the last."""

    surface = Surface.MESSAGE

    def on_claims(self, claims, red):
        last = np.arange(len(claims.sent)) == len(claims.sent) - 1
        return claims.saying(100.0).withholding(last)


def telling(network, *, attacks=(), values=None, by_edge=False, **more):
    values = np.arange(float(network.n))[:, None] if values is None else values
    defense = acting(lambda blue: (blue.tell(values, by_edge=by_edge), blue.claims)[1], Vantage.GOSSIP)
    trace = play(swarm_of(network, attacks=attacks, defenses=[defense], **{"rounds": 2, **more}))
    return defense.log, trace


def test_claims_arrive_at_neighbors_and_are_counted() -> None:
    log, trace = telling(topology("path", n=3))
    assert log[0].payload[:, 0].tolist() == [1, 0, 2, 1]
    assert trace.metrics["messages"].tolist() == [8, 16]
    assert trace.metrics["bytes"].tolist() == [64, 128]


def test_a_row_of_nan_tells_nothing_and_costs_nothing() -> None:
    log, trace = telling(topology("path", n=3), values=np.array([[5.0], [np.nan], [7.0]]))
    assert np.array_equal(log[0].payload[:, 0], [np.nan, 5, 7, np.nan], equal_nan=True)
    assert trace.metrics["messages"].tolist() == [6, 12]


def test_listeners_can_be_told_different_things() -> None:
    log, _ = telling(topology("path", n=3), values=np.array([[4.0], [3.0], [2.0], [1.0]]), by_edge=True)
    assert log[0].payload[:, 0].tolist() == [4, 3, 2, 1]
    assert np.isnan(log[0].broadcast).all()


def test_claims_are_lost_by_the_same_links() -> None:
    log, _ = telling(topology("path", n=3, loss=1.0))
    assert not log[0].received.any()


def test_a_hijacked_daemon_forges_and_withholds_its_own_claims_only() -> None:
    log, _ = telling(topology("path", n=3), attacks=[Forger(daemons=[1])])
    # Edges: 1→0, 0→1, 2→1, 1→2. Daemon 1 lies to 0, and tells 2 nothing.
    assert np.array_equal(log[0].payload[:, 0], [100, 0, 2, np.nan], equal_nan=True)


def test_answers_to_questions_are_forged_as_well() -> None:
    medians: list[Any] = []

    @dataclass(kw_only=True)
    class Asks(Defense):
        sees = Surface.SIGNAL

        def filter_signals(self, signals, blue):
            medians.append(blue.neighborhoods.median_and_mad(signals).median[:, 0].tolist())
            return signals

    play(swarm_of(topology("path", n=3), attacks=[Forger(daemons=[1])], defenses=[Asks()], rounds=1))
    assert medians == [[100.0, 1.0, 2.0]]


def test_claims_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(PluginError, match=r"must be \(3, c\)"):
        telling(topology("path", n=3), values=np.zeros(3))


def test_a_restraint_is_an_alarm_as_long_as_it_lasts() -> None:
    for act in (
        lambda blue: blue.isolate([1]),
        lambda blue: blue.suspend([1]),
        lambda blue: blue.ignore(edges_of(blue, 1)[:1]),
    ):
        trace = play(swarm_of(K4, defenses=[acting(in_round(1, act))], rounds=5))
        assert trace.watch.alarmed == 4


@dataclass(kw_only=True)
class Weighs(Defense):
    """One weight for all messages."""

    sees = Surface.MESSAGE
    weight: float = 1.0

    def weigh(self, messages, blue):
        return np.full(messages.network.m, self.weight)


@pytest.mark.parametrize(("weights", "alarms"), [([0.0], 4), ([1e-12], 4), ([0.05, 0.05], 4), ([0.05], 0), ([1.0], 0)])
def test_next_to_no_weight_is_an_alarm_and_quarantine_as_none_is(weights: list[float], alarms: int) -> None:
    trace = play(swarm_of(K4, defenses=[Weighs(weight=weight) for weight in weights], rounds=2))
    assert trace.metrics["alarms"].tolist() == [alarms, alarms]
    assert trace.metrics["quarantined"].tolist() == [alarms, alarms]


def test_the_budget_of_quarantine_shows_who_is_ignored_by_most() -> None:
    defense = acting(lambda blue: blue.ignore(np.arange(blue.network.m)), Vantage.LOCAL)
    trace = play(swarm_of(K4, defenses=[defense], rules=Rules(blue=BlueRules(quarantine=1))))
    assert trace.spent["blue"]["quarantine"] == 4


def ignores_all(blue: BlueView) -> None:
    blue.ignore(np.arange(blue.network.m))


def isolates_after_it_ignored(blue: BlueView) -> None:
    blue.ignore(edges_of(blue, 3))
    blue.isolate([0, 1])


@pytest.mark.parametrize(
    "defense",
    [
        acting(ignores_all),
        acting(isolates_after_it_ignored),
        dataclass(kw_only=True)(type("WeighsAll", (Weighs,), {"vantage": Vantage.MONITOR}))(weight=0.0),
        dataclass(kw_only=True)(type("WeighsAll", (Weighs,), {"vantage": Vantage.MONITOR}))(weight=1e-9),
    ],
    ids=["ignores", "ignores and isolates", "weighs", "weighs next to nothing"],
)
def test_a_monitor_silences_no_more_daemons_than_it_may_isolate(defense: Defense) -> None:
    trace = play(swarm_of(K4, defenses=[defense], rules=Rules(blue=BlueRules(quarantine=1)), rounds=4))
    assert trace.metrics["quarantined"].max() == 1
    assert trace.spent["blue"]["quarantine"] == 1
    assert trace.spent["blue"]["denied_quarantine"] > 0

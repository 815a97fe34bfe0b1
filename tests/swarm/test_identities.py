"""Identities that red joins within a reserve of the network: a Sybil attack as a plug-in, budgets, both engines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pytest

from attacks.sybil import Sybil
from swarmsec import load_scenario
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError, PluginError
from swarmsec.messages import Claims, Messages, Transport
from swarmsec.network import Delivery, Network, join, topology, with_rows
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.protocols.max_consensus import MaxConsensus
from swarmsec.registry import Registry
from swarmsec.rng import stream
from swarmsec.runs.guarantees import guarantees_after, guarantees_before
from swarmsec.scenario import InvalidScenarioError
from swarmsec.swarm.arms import Arm
from swarmsec.teams import (
    Attack,
    BlueView,
    Defense,
    Knowledge,
    Links,
    RedRules,
    RedView,
    Rules,
    Surface,
    Vantage,
)
from swarmsec.testing import check_attack
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import compose_swarm, play, swarm_of
from tests.swarm.two_faced import TwoFaced

REGISTRY = Registry()
WMSR = REGISTRY.get("defenses", "wmsr")
C7 = topology("circulant", n=7, offsets=[1, 2])
INITIAL = [0.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
UNIFORM = AverageConsensus(weights="uniform")


def open_to(network: Network, reserve: int) -> Network:
    return replace(network, reserve=reserve)


def run(attack: Attack | None, *, reserve: int = 2, network: Network = C7, **how):
    how = {"world": Beliefs(initial=INITIAL), "protocol": UNIFORM, "rounds": 12, **how}
    return play(swarm_of(open_to(network, reserve), attacks=[] if attack is None else [attack], **how))


def test_an_identity_speaks_to_its_peers_from_the_next_round_on() -> None:
    triangle = topology("complete", n=3)
    trace = run(
        Sybil(daemons=[0], identities=1, value=8.0), network=triangle, world=Beliefs(initial=[0.0] * 3), rounds=3
    )
    assert trace.states[:, :, 0].tolist() == [[0, 0, 0], [0, 0, 0], [2, 0, 0], [2.5, 2 / 3, 2 / 3]]
    assert trace.metrics["messages"].tolist() == [6, 14, 22]
    assert not trace.compromised.any()
    assert [event.kind for event in trace.events] == ["attack_on", "joined"]


def test_an_identity_that_red_leaves_alone_says_what_its_peers_proposed() -> None:
    @dataclass(kw_only=True)
    class Quiet(Sybil):
        """Joins, and says nothing of its own."""

        def on_daemons(self, state: Floats, red: RedView) -> Floats:
            return state

    triangle = topology("complete", n=3)
    for protocol in (UNIFORM, FriedkinJohnsen(), MaxConsensus()):
        trace = run(
            Quiet(daemons=[0, 2]), network=triangle, world=Beliefs(initial=[4.0] * 3), protocol=protocol, rounds=5
        )
        assert np.allclose(trace.states, 4.0)


LOSSY = Delivery(delay_max=2, loss=0.2, duplication=0.1, reordering=0.2)


@pytest.mark.parametrize(
    ("protocol", "sybil", "delivery"),
    list(
        product(
            [UNIFORM, AverageConsensus(), FriedkinJohnsen(exchanges=2), MaxConsensus()],
            [Sybil, TwoFaced],
            [None, LOSSY],
        )
    ),
)
def test_both_engines_agree_with_identities(protocol, sybil, delivery) -> None:
    network = C7 if delivery is None else replace(C7, delivery=delivery)
    defenses = [REGISTRY.get("defenses", kind)(warm_up=2) for kind in ("median_gate", "signal_clip")] + [WMSR(f=1)]
    one, other = (
        run(
            sybil(daemons=[1, 4], start=3, stop=9),
            network=network,
            protocol=replace(protocol),
            defenses=defenses,
            arm="defended",
            engine=engine,
        )
        for engine in ("arrays", "agents")
    )
    assert np.allclose(one.states, other.states, rtol=1e-12, atol=1e-12)
    assert one.events == other.events
    assert {event.kind for event in one.events} >= {"joined"}


@pytest.mark.parametrize("delivery", [Delivery(), LOSSY])
def test_a_reserve_that_nobody_joins_changes_no_bit(delivery) -> None:
    network = replace(C7, delivery=delivery)
    for attack in (None, Sybil(daemons=[3], strength=0.0), Sybil(daemons=[3], identities=0)):
        with_reserve, without = (
            run(attack, reserve=reserve, network=network, defenses=[WMSR(f=1)], arm="defended") for reserve in (3, 0)
        )
        assert with_reserve.states.shape == without.states.shape == (13, 7, 1)
        assert np.array_equal(with_reserve.states, without.states)
        assert np.array_equal(with_reserve.bill, without.bill)
        assert with_reserve.metrics["messages"].tolist() == without.metrics["messages"].tolist()


def test_all_arms_bill_the_same_daemons_and_before_the_join_they_are_equal() -> None:
    clean, attacked = (run(Sybil(daemons=[3], start=4), arm=arm) for arm in ("clean", "attacked"))
    assert clean.states.shape == attacked.states.shape
    assert np.array_equal(clean.states[:6], attacked.states[:6])
    assert attacked.bill[-1] > clean.bill[-1]


@pytest.mark.parametrize(("rule", "joined", "denied"), [(None, 3, 0), (0, 0, 36), (1, 1, 24), (2, 2, 12)])
def test_rules_grant_identities_and_count_what_they_deny(rule, joined, denied) -> None:
    trace = run(Sybil(daemons=[3], identities=3), reserve=3, rules=Rules(red=RedRules(identities=rule)))
    assert (trace.spent["red"]["identities"], trace.spent["red"]["denied_identities"]) == (joined, denied)
    assert sum(event.kind == "joined" for event in trace.events) == joined
    assert trace.spent["red"]["daemons"] == 0


def test_without_rules_the_reserve_is_the_budget() -> None:
    trace = run(Sybil(daemons=[3], identities=5), reserve=2)
    assert (trace.spent["red"]["identities"], trace.spent["red"]["denied_identities"]) == (2, 3 * 12)


def test_lies_of_identities_are_false_messages_within_the_budget() -> None:
    rules = Rules(red=RedRules(messages=5))
    spent = run(TwoFaced(daemons=[1, 4]), rules=rules).spent["red"]
    assert spent["messages"] == 5
    assert spent["denied_messages"] > 0


def test_below_full_strength_fewer_identities_join() -> None:
    count = {
        strength: int(run(Sybil(daemons=[3], identities=40, strength=strength), reserve=40).spent["red"]["identities"])
        for strength in (1e-9, 0.5, 1.0)
    }
    assert count[1e-9] == 0
    assert 8 <= count[0.5] <= 32
    assert count[1.0] == 40


@pytest.mark.parametrize(("sybils", "inside"), [(1, True), (2, False)])
def test_two_identities_around_a_daemon_break_wmsr_with_f_1_and_one_does_not(sybils, inside) -> None:
    swarm = swarm_of(
        open_to(C7, 2),
        attacks=[Sybil(daemons=[3], identities=sybils)],
        defenses=[WMSR(f=1)],
        world=Beliefs(initial=INITIAL),
        protocol=UNIFORM,
        rounds=40,
        arm="defended",
    )
    setup, trace = swarm.setup, play(swarm)
    assert (trace.states.max() <= 5.0) == inside
    assert (trace.range_violation == 0.0) == inside
    for (_, guarantee), count in ((guarantees_before(setup)[0], 2), (guarantees_after(setup, trace)[0], sybils)):
        assert guarantee.holds is False
        assert f"{count} identities of red count as liars" in guarantee.why


def test_guarantees_count_the_identities_that_the_rules_allow() -> None:
    seen = []

    @dataclass(kw_only=True)
    class Asked(Defense):
        """Remembers the case that it is asked about."""

        def guarantee(self, case):
            seen.append(case)
            return super().guarantee(case)

    for rules in (Rules(), Rules(red=RedRules(identities=1))):
        attacks = [Sybil(daemons=[3])]
        setup = compose_swarm(open_to(C7, 2), attacks=attacks, defenses=[Asked()], rules=rules)
        guarantees_before(setup)
    assert [case.targets.tolist() for case in seen] == [[3, 7, 8], [3, 7]]
    assert [case.network.n for case in seen] == [9, 8]
    assert seen[0].network.degrees.tolist() == [6] * 7 + [7] * 2


def test_a_monitor_sees_a_new_neighbor_and_can_isolate_it() -> None:
    seen = []

    @dataclass(kw_only=True)
    class Isolates(Defense):
        """Isolates who has joined, from round 5 on, and ignores an edge all the time."""

        vantage = Vantage.MONITOR

        def begin(self, blue: BlueView) -> None:
            blue.ignore([0])

        def respond(self, blue: BlueView) -> None:
            network = blue.network
            seen.append((network.m, blue.features.values.shape, blue.inbox.payload.shape, blue.decisions.shape))
            edge = int(np.flatnonzero(blue.ignored)[0])
            assert (network.indices[edge], network.receivers[edge]) == (1, 0)
            if blue.round >= 5:
                blue.isolate(np.flatnonzero(network.degrees[7:]) + 7)

    trace = run(Sybil(daemons=[3, 5]), defenses=[Isolates()], arm="defended", rounds=60)
    assert [m for m, *_ in seen[:2]] == [28, 36]
    assert seen[1] == (36, (9, 10), (36, 1), (9, 1))
    assert np.ptp(trace.states[-1]) < 0.1
    assert trace.quarantined.shape == (60, 7)
    assert not trace.quarantined.any()
    assert trace.metrics["quarantined"][-1] == 2


@pytest.mark.parametrize("vantage", [Vantage.LOCAL, Vantage.GOSSIP, Vantage.MONITOR])
def test_every_array_of_a_defense_fits_the_network_of_the_round(vantage) -> None:
    @dataclass(kw_only=True)
    class Reads(Defense):
        """Reads everything in every hook."""

        def _read(self, blue: BlueView) -> None:
            rows = blue.n if vantage is Vantage.MONITOR else blue.network.m
            assert blue.inbox.network is blue.network
            assert len(blue.inbox.payload) == len(blue.ignored) == blue.network.m
            assert len(blue.features.values) == len(blue.features.non_finite) == rows
            if vantage is Vantage.GOSSIP:
                assert len(blue.claims.payload) == blue.network.m

        def filter_signals(self, signals, blue: BlueView):
            assert len(signals) == blue.n == 9
            if blue.round:
                self._read(blue)
            blue.neighborhoods.median_and_mad(signals)
            if vantage is Vantage.GOSSIP:
                blue.tell(signals)
            return signals

        def weigh(self, messages: Messages, blue: BlueView):
            assert messages.network is blue.network
            if blue.round:
                self._read(blue)
            return np.ones(blue.network.m)

        def govern(self, decisions, blue: BlueView):
            assert len(decisions) == blue.n
            return decisions

        def respond(self, blue: BlueView) -> None:
            assert len(blue.proposals) == len(blue.decisions) == blue.n
            self._read(blue)

    Reads.vantage = vantage
    trace = run(Sybil(daemons=[3, 5], start=4), defenses=[Reads()], arm="defended")
    assert trace.spent["red"]["identities"] == 2


def test_a_restored_identity_no_longer_lies() -> None:
    @dataclass(kw_only=True)
    class Restores(Defense):
        """Restores who has joined."""

        vantage = Vantage.MONITOR

        def respond(self, blue: BlueView) -> None:
            if blue.round == 5:
                blue.restore([7, 8])

    trace = run(Sybil(daemons=[3]), defenses=[Restores()], arm="defended", rounds=60)
    assert np.ptp(trace.states[-1]) < 0.1


def test_an_identity_forges_what_it_claims() -> None:
    heard = []

    @dataclass(kw_only=True)
    class Forger(Sybil):
        """Claims the lie too."""

        def on_claims(self, claims: Claims, red: RedView) -> Claims:
            assert set(claims.sender) <= {7, 8}
            return claims.saying(self.value)

    @dataclass(kw_only=True)
    class Asks(Defense):
        """Asks for proposals."""

        vantage = Vantage.GOSSIP

        def respond(self, blue: BlueView) -> None:
            claims = blue.tell(blue.proposals)
            heard.append(claims.payload[claims.senders >= 7].ravel().tolist())

    run(Forger(daemons=[3, 5]), defenses=[Asks()], arm="defended", rounds=3)
    # An identity hears its two peers, and each of them hears both identities.
    assert heard == [[], [100.0] * 4, [100.0] * 4]


def test_cuts_and_identities_do_not_mix_up_links() -> None:
    @dataclass(kw_only=True)
    class Both(Sybil):
        """Cuts the links to its first target, and joins."""

        def on_network(self, links: Links, red: RedView) -> Links:
            assert len(links.sender) == 8
            return super().on_network(links.cutting(links.receiver == 3), red)

    trace = run(Both(daemons=[3]), rounds=40)
    assert trace.spent["red"]["links"] == 4
    assert trace.states[-1, 3, 0] > 99.0
    loud = run(Both(daemons=[3]), rounds=40, rules=Rules(red=RedRules(links=4)))
    assert loud.spent["red"]["denied_links"] == 0


@pytest.mark.parametrize(
    ("peers", "message"),
    [
        ([], "joins an identity without peers"),
        ([4], "links an identity to daemon 4, which is no target"),
        ([7], "must be a list of daemons from 0 to 6"),
        ([-1], "must be a list of daemons from 0 to 6"),
        ([0.5], "must be a list of daemons from 0 to 6"),
    ],
)
def test_peers_must_be_targets(peers, message) -> None:
    @dataclass(kw_only=True)
    class Wrong(Sybil):
        """Asks for other peers."""

        def on_network(self, links: Links, red: RedView) -> Links:
            return links.join(np.array(peers))

    with pytest.raises(PluginError, match=message):
        run(Wrong(daemons=[3]))


def test_an_attack_on_timing_joins_nobody() -> None:
    @dataclass(kw_only=True)
    class Late(Sybil):
        """Declares too little."""

        surface = Surface.TIMING

    with pytest.raises(PluginError, match="a surface without NETWORK"):
        run(Late(daemons=[3]))


SCENARIO = {
    "world": {"kind": "beliefs", "initial": INITIAL},
    "network": {"kind": "circulant", "n": 7, "offsets": [1, 2], "reserve": 2},
}


@pytest.mark.parametrize("kind", list(REGISTRY.kinds("protocols")))
def test_a_protocol_that_nobody_can_join_refuses_a_reserve(kind) -> None:
    if REGISTRY.get("protocols", kind).admits_newcomers:
        assert load_scenario({**SCENARIO, "protocol": {"kind": kind}}).setup(0).network.reserve == 2
        return
    worlds = ({"kind": "beliefs"}, {"kind": "allocation"}, {"kind": "exchange"})
    found = []
    for world in worlds:
        with pytest.raises(InvalidScenarioError) as refused:
            load_scenario({**SCENARIO, "world": world, "protocol": {"kind": kind}})
        found += [(one.path, one.message) for one in refused.value.findings]
    assert ("network.reserve", f"2 given; must be 0, since no identity can join {kind} during a run") in found


def test_too_many_identities_are_refused() -> None:
    with pytest.raises(ParameterError, match="7 daemons leave room for 9,999,993 identities"):
        topology("ring", n=7, reserve=9_999_994)


def test_joining_keeps_the_order_of_earlier_edges() -> None:
    line = with_rows(open_to(Network.from_edges(3, [(0, 1), (1, 2)]), 2))
    assert (line.n, line.m) == (5, 4)
    joined = join(line, [(3, np.array([0, 2])), (4, np.array([1]))])
    assert [joined.network.neighbors(daemon).tolist() for daemon in range(5)] == [
        [1, 3],
        [0, 2, 4],
        [1, 3],
        [0, 2],
        [1],
    ]
    assert joined.network.indices[joined.places].tolist() == line.indices.tolist()
    assert joined.network.receivers[joined.places].tolist() == line.receivers.tolist()
    assert joined.extend(np.array([1.0, 2, 3, 4]), 0.0).sum() == 10


def test_links_keep_their_luck_and_their_messages_in_transit_when_an_identity_joins() -> None:
    network = with_rows(open_to(replace(C7, delivery=Delivery(delay_max=3, loss=0.3)), 1))
    joined = join(network, [(7, np.array([2, 3]))])
    alone, among = (
        Transport(network, lambda _, later: later, stream(0, "", 0, "links"), stream(0, "", 0, "new")) for _ in range(2)
    )
    for exchange in range(20):
        present = joined.network if exchange >= 5 else network
        if exchange == 5:
            among.relink(joined)
        values = np.arange(8.0)[:, None] + exchange
        one, other = alone.transmit(Messages(network, values)), among.transmit(Messages(present, values))
        same = joined.places if exchange >= 5 else np.arange(network.m)
        assert np.array_equal(one.received, other.received[same])
        arrived = one.received
        assert np.array_equal(one.payload[arrived], other.payload[same][arrived])


@pytest.mark.slow
def test_the_kit_plays_a_reserve() -> None:
    check_attack(Sybil)
    check_attack(TwoFaced)


def test_an_arm_without_red_has_no_identities() -> None:
    for arm in (Arm.CLEAN, Arm.GUARDED):
        assert run(Sybil(daemons=[3]), arm=arm.value).spent["red"]["identities"] == 0


# What red knows of identities


@pytest.mark.parametrize("kind", ["alie", "inner_product", "min_max", "mimic"])
def test_identities_that_have_not_joined_do_not_count_as_honest_daemons(kind) -> None:
    def states(reserve: int):
        lies = REGISTRY.get("attacks", kind)(daemons=[0, 1, 2])
        network = replace(topology("complete", n=9), reserve=reserve)
        world = Beliefs(initial=[float(i) + 3 for i in range(9)])
        return play(swarm_of(network, world=world, attacks=[lies], arm="attacked", rounds=4)).states[:, :9]

    assert np.array_equal(states(10), states(0))


def test_both_teams_see_which_identities_have_joined() -> None:
    honest: list[list[int]] = []
    joined: list[list[bool]] = []

    class Looks(Sybil):
        knowledge = Knowledge.SIGNALS

        def on_round(self, red: RedView) -> None:
            honest.append(red.honest.tolist())

    class Counts(Defense):
        def respond(self, blue: BlueView) -> None:
            joined.append(blue.joined.tolist())

    network = replace(topology("complete", n=3), reserve=2)
    attacks = [Looks(daemons=[0], identities=1)]
    play(swarm_of(network, attacks=attacks, defenses=[Counts()], arm="defended", rounds=2))
    assert honest == [[0, 1, 2]] * 2
    assert joined == [[True, True, True, False, False], [True, True, True, True, False]]

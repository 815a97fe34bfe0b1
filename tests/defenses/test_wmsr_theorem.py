"""W-MSR on whatever network is certified robust, against liars that follow a script of Hypothesis's making."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from defenses.wmsr import WMSR
from swarmsec.arrays import Floats
from swarmsec.checkers import agreement, termination, validity
from swarmsec.network import Network, byzantine, robustness, topology
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Channels, RedView, Surface, ThreatCase
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import lies, local_liars, play, swarm_of, values


@dataclass(kw_only=True)
class Tongues(Attack):
    """In every round tell every receiver what the script says: Byzantine."""

    surface = Surface.MESSAGE

    script: tuple[tuple[float, ...], ...] = ((100.0,),)

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        return messages.saying(np.resize(self.script[red.round % len(self.script)], messages.payload.shape))


@dataclass(kw_only=True)
class OneTongue(Attack):
    """In every round hold, and tell everybody, what the script says: malicious."""

    surface = Surface.DAEMON

    script: tuple[float, ...] = (100.0,)

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        held = state.copy()
        held[red.hijacked] = self.script[red.round % len(self.script)]
        return held


Certified = Callable[[Network], bool]


def is_local(f: int) -> Certified:
    return lambda network: robustness(network).f_local >= f


def is_malicious(f: int) -> Certified:
    return lambda network: robustness(network).f_max >= f


def is_byzantine(f: int) -> Certified:
    return lambda network: byzantine(network).f >= f


@st.composite
def certified(draw: st.DrawFn, holds: Certified, *, smallest: int, largest: int) -> Network:
    """A directed network that `holds`: a complete one without as many of some edges as leave it certified."""
    n = draw(st.integers(smallest, largest))
    edges = list(itertools.permutations(range(n), 2))
    for edge in draw(st.permutations(edges))[: draw(st.integers(0, 14))]:
        fewer = [other for other in edges if other != edge]
        if holds(Network.from_edges(n, fewer, directed=True)):
            edges = fewer
    return Network.from_edges(n, edges, directed=True)


def starts(network: Network) -> st.SearchStrategy[list[float]]:
    return st.lists(values, min_size=network.n, max_size=network.n)


tongues = st.lists(st.lists(lies, min_size=1, max_size=5).map(tuple), min_size=1, max_size=5).map(tuple)
one_tongue = st.lists(values, min_size=1, max_size=5).map(tuple)


def played(network: Network, attack: Attack, f: int, initial: Sequence[float], rounds: int = 12) -> Trace:
    world = Beliefs(initial=list(initial))
    return play(swarm_of(network, world=world, attacks=[attack], defenses=[WMSR(f=f)], rounds=rounds))


def promise(network: Network, attack: Attack, f: int) -> bool | None:
    liars = np.array(attack.daemons, dtype=np.int32)
    return WMSR(f=f).guarantee(ThreatCase(network, liars, type(attack).surface)).holds


@pytest.mark.parametrize("f", [1, 2])
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_on_a_2f_plus_1_robust_network_no_f_local_liar_leads_anybody_out_of_the_honest_hull(f, data) -> None:
    network = data.draw(certified(is_local(f), smallest=4 * f + 1, largest=4 * f + 2))
    order = data.draw(st.permutations(range(network.n)))
    attack = Tongues(daemons=local_liars(network, f, order=order), script=data.draw(tongues))
    assert promise(network, attack, f)
    trace = played(network, attack, f, data.draw(starts(network)))
    assert validity(trace.states, ~trace.compromised) is None


@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_on_an_f1_f1_robust_network_no_malicious_daemon_does(data) -> None:
    network = data.draw(certified(is_malicious(1), smallest=3, largest=7))
    attack = OneTongue(daemons=[data.draw(st.integers(0, network.n - 1))], script=data.draw(one_tongue))
    assert promise(network, attack, 1)
    trace = played(network, attack, 1, data.draw(starts(network)))
    assert validity(trace.states, ~trace.compromised) is None


@pytest.mark.parametrize(
    ("holds", "smallest", "kind", "script"),
    [
        (is_local(1), 5, Tongues, ((-1e3, 0.0, 1e3), (0.5,), (0.0, 1.0))),
        (is_byzantine(1), 4, Tongues, ((-1e3, 0.0, 1e3), (0.5,), (0.0, 1.0))),
        (is_malicious(1), 3, OneTongue, (1e3, 0.0, 0.5, -1e3)),
    ],
    ids=["local", "Byzantine", "malicious"],
)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_where_it_is_promised_honest_daemons_agree_and_come_to_rest(holds, smallest, kind, script, data) -> None:
    network = data.draw(certified(holds, smallest=smallest, largest=6))
    attack = kind(daemons=[data.draw(st.integers(0, network.n - 1))], script=script)
    assert promise(network, attack, 1)
    trace = played(network, attack, 1, [float(i % 2) for i in range(network.n)], rounds=1500)
    honest = ~trace.compromised
    assert validity(trace.states, honest) is None
    assert agreement(trace.states, honest) is None
    assert termination(trace.states, honest, tolerance=1e-6, rounds=10) is None


@st.composite
def digraphs(draw: st.DrawFn) -> Network:
    n = draw(st.integers(2, 7))
    edges = draw(st.lists(st.sampled_from(list(itertools.permutations(range(n), 2))), unique=True))
    return Network.from_edges(n, edges, directed=True)


@given(digraphs(), st.integers(1, 2))
@settings(max_examples=80, deadline=None)
def test_the_two_sets_that_a_witness_names_hold_one_another_off_forever(network, f) -> None:
    """Not (f+1)-robust: neither set hears more than f from outside, and takes all of them for liars."""
    found = robustness(network)
    assume(found.r_at_most <= f and 2 * f < network.n)
    assert found.witness is not None
    initial = np.full(network.n, 0.5)
    for part, value in zip(found.witness, (0.0, 1.0), strict=True):
        initial[list(part)] = value
    swarm = swarm_of(network, arm="guarded", world=Beliefs(initial=initial.tolist()), defenses=[WMSR(f=f)], rounds=30)
    trace = play(swarm)
    for part in found.witness:
        assert (trace.states[:, list(part), 0] == initial[list(part)]).all()
    assert agreement(trace.states, np.ones(network.n, dtype=bool)) is not None


@given(data=st.data())
@settings(max_examples=20, deadline=None)
def test_one_liar_more_than_f_in_every_neighborhood_takes_a_complete_swarm_where_it_likes(data) -> None:
    n = data.draw(st.integers(5, 8))
    network = Network.from_edges(n, list(itertools.permutations(range(n), 2)), directed=True)
    goal = data.draw(st.floats(10, 1e3))
    attack = OneTongue(daemons=[0, 1], script=(goal,))
    assert promise(network, attack, 1) is False
    trace = played(network, attack, 1, [float(i % 2) for i in range(n)], rounds=400)
    broken = validity(trace.states, ~trace.compromised)
    assert broken is not None
    assert broken.round == 1
    assert trace.final[2:, 0] == pytest.approx(np.full(n - 2, goal), rel=1e-3)


TRIANGLE = topology("complete", n=3)
GROWN_14 = topology("robust_attachment", n=14, r=3, s=3)  # LeBlanc et al. 2013, theorem 5
PALEY_13 = topology("circulant", n=13, offsets=[1, 3, 4])


@pytest.mark.parametrize("script", [(np.nan,), (np.inf, -np.inf), (np.nan, 1e308, -1e308)], ids=["NaN", "inf", "large"])
@pytest.mark.parametrize(
    ("network", "liars", "f"),
    [(TRIANGLE, [0], 1), (PALEY_13, [0, 1], 2), (PALEY_13, [5], 2), (GROWN_14, [0, 1], 2), (GROWN_14, [13], 2)],
    ids=["K3", "Paley-13", "Paley-13 with one", "grown 14", "grown 14 with one"],
)
def test_certified_networks_agree_when_liars_send_no_finite_value(network, liars, f, script) -> None:
    attack = OneTongue(daemons=liars, script=script)
    assert promise(network, attack, f)
    trace = played(network, attack, f, [0.5, *(float(i % 2) for i in range(network.n - 1))], rounds=400)
    honest = ~trace.compromised
    assert validity(trace.states, honest) is None
    assert agreement(trace.states, honest) is None

"""A committee decides one value with a quorum: safe against ⌊(n − 1)/3⌋ liars who tell everybody something else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import simulate
from swarmsec.arrays import Floats
from swarmsec.errors import SwarmsecError
from swarmsec.messages import Messages
from swarmsec.network import Delivery, Network, topology
from swarmsec.protocols._ballots import DECISION, LOCK, PROPOSAL, VOTE, claim_of
from swarmsec.protocols.quorum_voting import QuorumVoting
from swarmsec.teams import Attack, Channels, RedView, Surface
from tests.protocols.alone import Lie, negotiate
from tests.strategies import beliefs, play, swarm_of

A, B = 10.0, 20.0


@dataclass(kw_only=True)
class TwoCamps(Attack):
    """Stand behind A before some listeners and behind B before the others: proposal, vote, lock and decision."""

    surface = Surface.MESSAGE
    camps: tuple[int, ...] = ()

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        in_a = np.isin(messages.receiver, self.camps)
        claim = np.stack([np.full(len(in_a), red.round // 3), np.where(in_a, A, B)], axis=1)
        return messages.saying(np.tile(claim, (1, 4)))


@dataclass(kw_only=True)
class AnyWords(Attack):
    """Say whatever a table of numbers holds: claims of any view, for one of two values or none."""

    surface = Surface.MESSAGE
    seed: int = 0

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        rng = np.random.default_rng([self.seed, red.round])
        view = rng.integers(-1, red.round // 3 + 3, (len(messages.sender), 4))
        value = rng.choice([A, B, 0.0, np.nan], (len(messages.sender), 4))
        return messages.saying(np.stack([view, value], axis=2).reshape(-1, 8).astype(np.float64))


def committee(n: int, **delivery: float) -> Network:
    plain = topology("complete", n=n)
    return Network(plain.indptr, plain.indices, Delivery(**delivery))


def decided(
    network: Network, liars: list[int], *attacks: Attack, rounds: int = 30, seed: int = 0, **more: object
) -> Floats:
    """(honest,) what honest daemons propose in the end; everybody's own value is its number, 0 to n − 1."""
    swarm = swarm_of(network, arm="attacked", protocol=QuorumVoting(**more), attacks=attacks, rounds=rounds, seed=seed)
    return np.delete(play(swarm).final[:, 0], liars)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 10, 40, 100])
def test_an_honest_committee_decides_the_first_leaders_value_in_three_exchanges(n: int) -> None:
    values = [float(i) for i in range(n)]
    scenario = beliefs(values, {"kind": "complete", "n": n}, protocol={"kind": "quorum_voting"}, rounds=3)
    assert simulate(scenario, arm="clean").final[:, 0].tolist() == [0.0] * n


def test_before_a_decision_everybody_proposes_its_own_value() -> None:
    assert decided(committee(4), [], rounds=2).tolist() == [0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("n", [4, 7, 10, 13, 31])
def test_f_liars_in_two_camps_split_nobody(n: int) -> None:
    f = (n - 1) // 3
    liars = list(range(f))
    for camp in (range(f, n, 2), range(f, f + (n - f) // 2)):
        found = decided(committee(n), liars, TwoCamps(daemons=liars, camps=tuple(camp)))
        assert set(found.tolist()) in ({A}, {B})


@pytest.mark.parametrize("n", [4, 7, 10, 13, 31])
def test_one_more_liar_splits_the_committee(n: int) -> None:
    f = (n - 1) // 3
    liars = list(range(f + 1))
    honest = list(range(f + 1, n))
    found = decided(committee(n), liars, TwoCamps(daemons=liars, camps=tuple(honest[::2])))
    assert set(found.tolist()) >= {A, B}


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**31), n=st.sampled_from([4, 7, 10]), lossy=st.booleans())
def test_no_words_of_f_liars_make_two_honest_daemons_decide_differently(seed: int, n: int, lossy: bool) -> None:
    f = (n - 1) // 3
    network = committee(n, loss=0.2, delay_max=3, reordering=0.5) if lossy else committee(n)
    liars = AnyWords(daemons=list(range(f)), seed=seed)
    found = decided(network, list(range(f)), liars, rounds=60, patience=2 if lossy else 1, seed=seed)
    own = np.arange(float(f), n)
    values = set(found[found != own].tolist())
    assert len(values) <= 1


def repeating(liars: list[int], seed: int) -> Lie:
    """Liars propose A to some and B to others, and stand behind what honest daemons did at any time: the right views
    and values, for the wrong ears."""
    rng = np.random.default_rng(seed)
    broadcast: list[Floats] = []

    def lie(messages: Messages) -> Messages:
        per_edge = messages.payload.copy()
        broadcast.append(messages.broadcast)
        edges = np.flatnonzero(np.isin(messages.senders, liars))
        honest = np.setdiff1d(np.arange(messages.network.n), liars)
        when = rng.integers(0, len(broadcast)) if rng.random() < 0.6 else -1
        for claim in (VOTE, LOCK, DECISION):
            for mine, theirs in zip(claim_of(per_edge, claim), claim_of(broadcast[when], claim), strict=True):
                mine[edges] = theirs[rng.choice(honest, len(edges))]
        view, value = claim_of(per_edge, PROPOSAL)
        view[edges] = (len(broadcast) - 1) // (3 * PATIENCE)
        value[edges, 0] = rng.choice([A, B], messages.network.n)[messages.receivers[edges]]
        return replace(messages, per_edge=per_edge)

    return lie


PATIENCE = 2
BAD_LINKS = Delivery(loss=0.1, delay_max=4, reordering=0.5)


def ever_decided(n: int, liars: int, seed: int) -> set[float]:
    """What honest daemons hold for decided at any time."""
    who = list(range(liars))
    own = np.where(np.arange(n) % 2, A, B)[:, None]
    links = BAD_LINKS if seed % 2 else None
    states = negotiate(
        QuorumVoting(patience=PATIENCE), committee(n), own, 60, links=links, lie=repeating(who, seed), seed=seed
    )
    view, value = claim_of(states[:, liars:].reshape(-1, 9)[:, 1:], DECISION)
    return set(value[view >= 0, 0].tolist())


@pytest.mark.parametrize("n", [4, pytest.param(7, marks=pytest.mark.slow)])
def test_f_liars_who_repeat_what_others_said_split_nobody_at_any_time_and_f_plus_1_do(n: int) -> None:
    f = (n - 1) // 3
    found = [len(ever_decided(n, f, seed)) for seed in range(30)]
    assert max(found) == 1
    assert found.count(1) >= 15
    assert any(len(ever_decided(n, f + 1, seed)) == 2 for seed in range(60))


def test_a_silent_leader_costs_a_view_and_no_more() -> None:
    @dataclass(kw_only=True)
    class Silent(Attack):
        surface = Surface.MESSAGE

        def on_messages(self, messages: Channels, red: RedView) -> Channels:
            return messages.flooding(0)

    assert decided(committee(4), [0], Silent(daemons=[0]), rounds=6).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("seed", range(5))
def test_patience_decides_where_messages_are_late_and_lost(seed: int) -> None:
    found = decided(committee(7, loss=0.3, delay_max=2), [], rounds=120, patience=5, seed=seed)
    assert len(set(found.tolist())) == 1


def test_a_committee_that_counts_on_fewer_liars_breaks_sooner() -> None:
    camps = TwoCamps(daemons=[0, 1], camps=(2, 4, 6, 8))
    assert set(decided(committee(10), [0, 1], camps, f=1).tolist()) == {A, B}
    assert set(decided(committee(10), [0, 1], camps, f=3).tolist()) <= {A, B, *map(float, range(2, 10))}
    assert len({A, B} & set(decided(committee(10), [0, 1], camps, f=3).tolist())) <= 1


def test_too_few_daemons_for_f_are_refused() -> None:
    with pytest.raises(SwarmsecError, match="2 liars need 7 daemons; there are 6"):
        QuorumVoting(f=2).check(6)
    with pytest.raises(SwarmsecError, match="at most 300"):
        QuorumVoting().check(301)

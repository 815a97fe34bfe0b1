"""Relays that contradict the own message prove equivocation, and prove nothing about honest senders."""

from __future__ import annotations

import numpy as np

from swarmsec.immunity import accusers, contradictions, relays, told_by_edge
from swarmsec.messages import Messages
from swarmsec.network import topology

K5 = topology("complete", n=5)


def relayed(heard: np.ndarray, first: int) -> Messages:
    priority = np.where(np.arange(5) == first, 10.0, np.arange(5.0))
    return Messages(K5, relays(heard, K5, priority))


def heard(of: dict[int, object]) -> np.ndarray:
    """What everybody hears: each daemon's number, or what `of` says it tells its listeners."""
    told = K5.indices.astype(float)
    for sender, words in of.items():
        told[K5.indices == sender] = words
    return told[:, None]


def test_all_relay_the_neighbor_with_the_highest_priority() -> None:
    told = relays(heard({}), K5, np.array([5.0, 1.0, 2.0, 9.0, 3.0]))
    assert told.tolist() == [[3, 3], [3, 3], [3, 3], [0, 0], [3, 3]]


def test_what_was_not_heard_is_not_relayed() -> None:
    words = heard({3: np.nan})
    assert relays(words, K5, np.arange(5.0))[0].tolist() == [4, 4]
    assert np.isnan(relays(np.full((K5.m, 1), np.nan), K5, np.arange(5.0))).all()


def test_an_honest_sender_is_never_contradicted() -> None:
    for first in range(5):
        assert not contradictions(relayed(heard({}), first), [heard({})]).any()


def test_a_two_faced_sender_is_contradicted_by_those_who_heard_the_other_word() -> None:
    words = heard({3: [7.0, 7.0, -7.0, -7.0]})
    found = contradictions(relayed(words, 3), [words])
    assert found[K5.indices == 3].tolist() == [2, 2, 2, 2]
    assert not found[K5.indices != 3].any()


def test_a_forged_relay_counts_once_for_each_liar() -> None:
    claims = relayed(heard({}), 3)
    forged = claims.broadcast.copy()
    forged[4] = [3.0, 99.0]
    found = contradictions(Messages(K5, forged), [heard({})])
    assert found.max() == 1


def test_a_relay_of_nonsense_contradicts_nobody() -> None:
    for nonsense in ([np.nan, 1.0], [2.5, 1.0], [1e300, 1.0], [-1.0, 1.0], [99.0, 1.0], [1.0, np.inf]):
        assert not contradictions(Messages(K5, np.tile(nonsense, (5, 1))), [heard({})]).any()


def test_a_late_word_is_no_contradiction_and_a_missing_one_abstains() -> None:
    now, before = heard({3: 8.0}), heard({3: 7.0})
    late = relayed(before, 3)
    assert contradictions(late, [now])[K5.indices == 3].tolist() == [3] * 4
    assert not contradictions(late, [before, now]).any()
    assert not contradictions(late, [heard({3: np.nan}), now]).any()


def test_accusers_are_counted_by_listener_and_not_the_accused_itself() -> None:
    suspected = np.where((K5.indices == 3) & (K5.receivers != 0), 1.0, 0.0)
    found = accusers(Messages(K5, told_by_edge(K5, suspected)))
    # Daemons 1, 2 and 4 accuse 3. Each of them hears the other two, and daemon 0 all three.
    assert found[K5.indices == 3].tolist() == [3, 2, 2, 2]
    assert not found[K5.indices != 3].any()


def test_accusations_by_edge_are_counted_as_those_that_all_hear() -> None:
    rng = np.random.default_rng(1)
    network = topology("small_world", n=20, neighbors=6, rewire=0.3, seed=1)
    told = told_by_edge(network, (rng.random(network.m) < 0.4).astype(float))
    same = Messages(network, told, per_edge=told[network.indices])
    assert accusers(Messages(network, told)).tolist() == accusers(same).tolist()
    matrix = np.zeros((20, 20))
    matrix[network.receivers, network.indices] = 1
    expected = (matrix @ told)[network.receivers, network.indices]
    assert accusers(Messages(network, told)).tolist() == expected.tolist()

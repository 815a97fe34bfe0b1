"""Influence is what a receiver's mean loses without a sender; stubbornness is how little a sender follows."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import StubbornnessTracker, leave_one_out
from swarmsec.messages import Messages
from swarmsec.network import Network, topology

COMPLETE = topology("complete", n=6)


def test_leave_one_out_is_the_difference_of_the_two_means() -> None:
    network = topology("random_regular", n=12, degree=4, seed=0)
    rng = np.random.default_rng(0)
    values, own = rng.normal(size=(12, 2)), rng.normal(size=(12, 2))
    found = leave_one_out(Messages(network, values), own)
    for edge in range(network.m):
        receiver = network.receivers[edge]
        senders = network.neighbors(receiver)
        every = np.concatenate([own[[receiver]], values[senders]])
        rest = np.concatenate([own[[receiver]], values[senders[senders != network.indices[edge]]]])
        assert found[edge] == pytest.approx(every.mean(axis=0) - rest.mean(axis=0))


def test_a_message_that_did_not_arrive_or_is_not_finite_has_no_influence() -> None:
    values = np.arange(6.0)[:, None]
    values[5] = np.inf
    weights = (COMPLETE.indices != 4).astype(float)
    found = leave_one_out(Messages(COMPLETE, values, weights=weights), np.zeros((6, 1)))
    assert (found[np.isin(COMPLETE.indices, [4, 5])] == 0.0).all()
    # Daemon 0 has 0 itself and hears 1, 2 and 3: the mean is 1.5, and 1 without the last.
    assert found[(COMPLETE.receivers == 0) & (COMPLETE.indices == 3)][0, 0] == pytest.approx(0.5)


def stubbornness(follows: np.ndarray, rounds: int = 200) -> np.ndarray:
    """(m,) of daemons that move by a share of the distance to their neighbors' mean, and by noise."""
    rng, tracker = np.random.default_rng(1), StubbornnessTracker(COMPLETE)
    x, found = rng.normal(size=(6, 1)), np.ones(COMPLETE.m)
    for _ in range(rounds):
        sent = x
        x = x + follows[:, None] * (x.mean() - x) + (follows > 0)[:, None] * rng.normal(size=x.shape)
        found = tracker.observe(Messages(COMPLETE, sent), x)
    return found


def test_a_daemon_that_insists_is_stubborn_and_one_that_averages_is_not() -> None:
    found = stubbornness(np.array([0.0, 1.0, 1.0, 1.0, 1.0, 1.0]))
    assert (found[COMPLETE.indices == 0] == 1.0).all()
    assert found[COMPLETE.indices != 0].max() < 0.9


def test_nothing_is_known_of_a_sender_at_first_or_if_nothing_arrives() -> None:
    tracker = StubbornnessTracker(COMPLETE)
    for _ in range(3):
        silent = Messages(COMPLETE, np.full((6, 1), np.nan))
        assert (tracker.observe(silent, np.zeros((6, 1))) == 1.0).all()


def test_edges_depend_on_their_own_ends_alone() -> None:
    islands = Network.from_edges(6, [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)])
    found = []
    for scale in (1.0, 1e6):
        rng, tracker = np.random.default_rng(2), StubbornnessTracker(islands)
        for _ in range(10):
            x = rng.normal(size=(6, 1)) * np.array([1, 1, 1, scale, scale, scale])[:, None]
            last = tracker.observe(Messages(islands, x), x)
        found.append(last[islands.receivers < 3])
    assert np.array_equal(*found)

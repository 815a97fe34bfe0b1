"""Beta reputation and EigenTrust against the formulas of their papers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.immunity import expected_reputation, local_trust, remember, told_by_edge, trust_step
from swarmsec.messages import Messages
from swarmsec.network import Network, topology

COMPLETE = topology("complete", n=6)


def test_the_expected_reputation_is_that_of_the_beta_distribution() -> None:
    # Jøsang & Ismail 2002, section 2: with 7 positive and 1 negative outcome the expectation is 0.8.
    assert expected_reputation(np.array([0.0, 7.0, 0.0]), np.array([0.0, 1.0, 8.0])).tolist() == [0.5, 0.8, 0.1]


def test_forgetting_bounds_the_memory_and_unseen_senders_keep_their_past() -> None:
    counts = np.zeros((2, 2))
    for _ in range(500):
        counts = remember(counts, np.array([False, True]), np.array([True, True]), 0.9)
    assert counts == pytest.approx(np.array([[10.0, 0.0], [0.0, 10.0]]))
    assert remember(counts, np.array([True, False]), np.array([False, False]), 0.9) is not counts
    assert remember(counts, np.array([True, False]), np.array([False, False]), 0.9).tolist() == counts.tolist()


def test_local_trust_is_satisfaction_as_a_share_and_never_negative() -> None:
    network = topology("complete", n=4)
    trust = local_trust(network, np.tile([4.0, 2.0, 1.0], 4), np.tile([1.0, 1.0, 9.0], 4)).reshape(4, 3)
    assert trust.tolist() == [[0.75, 0.25, 0.0]] * 4
    assert local_trust(network, np.zeros(12), np.ones(12)) == pytest.approx(np.full(12, 1 / 3))


def iterate(network: Network, own: np.ndarray, told: np.ndarray, prior: float, steps: int = 200) -> np.ndarray:
    trust = own
    for _ in range(steps):
        trust = trust_step(trust, own, Messages(network, told), prior)
    return trust


def test_the_iteration_ends_at_the_stationary_vector_of_the_paper() -> None:
    """For a listener that hears all: t = (1 − a) Cᵀ t + a p, solved as a linear system, over the others."""
    rng, prior = np.random.default_rng(5), 0.2
    own = local_trust(COMPLETE, rng.random(COMPLETE.m), np.zeros(COMPLETE.m))
    told = told_by_edge(COMPLETE, own)
    trust = iterate(COMPLETE, own, told, prior)
    for listener in range(6):
        others = COMPLETE.neighbors(listener)
        c = told[np.ix_(others, others)]
        c = c / c.sum(axis=1, keepdims=True)
        p = own[COMPLETE.receivers == listener]
        expected = np.linalg.solve(np.eye(5) - (1 - prior) * c.T, prior * p)
        assert trust[COMPLETE.receivers == listener] == pytest.approx(expected)


@given(st.integers(0, 10**6), st.floats(0.05, 0.95))
def test_the_trust_of_a_listener_adds_up_to_one_whatever_is_claimed(seed: int, prior: float) -> None:
    rng = np.random.default_rng(seed)
    network = topology("small_world", n=20, neighbors=4, rewire=0.3, seed=seed % 7)
    told = rng.choice([0.0, 1.0, -3.0, 1e300, np.nan, np.inf], size=(20, 20))
    own = local_trust(network, rng.random(network.m), rng.random(network.m))
    trust = iterate(network, own, told, prior, steps=5)
    assert (trust >= 0).all()
    assert np.bincount(network.receivers, trust, minlength=20) == pytest.approx(np.ones(20))


def test_a_forged_claim_moves_at_most_the_share_of_the_liar() -> None:
    rng, prior, liar = np.random.default_rng(7), 0.3, 2
    own = local_trust(COMPLETE, rng.random(COMPLETE.m), np.zeros(COMPLETE.m))
    honest = told_by_edge(COMPLETE, own)
    forged = honest.copy()
    forged[liar] = [1e12, 0, 0, 0, 0, 0]
    before, after = (trust_step(own, own, Messages(COMPLETE, told), prior) for told in (honest, forged))
    share = np.where(COMPLETE.indices == liar, own, 0.0)
    bound = (1 - prior) * np.bincount(COMPLETE.receivers, share, minlength=6)[COMPLETE.receivers]
    assert (np.abs(after - before) <= bound + 1e-12).all()
    assert np.abs(after - before).max() > 0.01

"""Residuals against peers: what is usual, what is poisoned, what changes for all, and how they follow."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import FeedGate, PeerResidual, SenderScores
from swarmsec.messages import Messages
from swarmsec.network import Network, topology

NETWORK = topology("circulant", n=40, offsets=[1, 2, 3, 4])


def learned(rng, *, follow=0.0, warm_up=60, of=lambda round, values: values) -> tuple[PeerResidual, np.ndarray]:
    """A residual of daemons that differ lastingly by `apart`, with noise of deviation 1."""
    apart = rng.normal(0.0, 3.0, (NETWORK.n, 1))
    residual = PeerResidual(follow=follow, normal=3.0, widest=1.5)
    for round in range(warm_up):
        residual.collect(of(round, apart + rng.normal(size=apart.shape)), NETWORK)
    residual.learn()
    return residual, apart


def test_a_lasting_difference_is_usual_and_a_change_of_all_is_not_seen() -> None:
    rng = np.random.default_rng(1)
    residual, apart = learned(rng)
    seen = residual.observe(apart + 100.0 + rng.normal(size=apart.shape), NETWORK)
    assert np.abs(seen.z).max() < 5.0
    assert np.median(np.abs(seen.z)) == pytest.approx(0.67, abs=0.3)


def test_who_changes_alone_is_far_and_the_expected_value_is_its_own_usual_one() -> None:
    rng = np.random.default_rng(2)
    residual, apart = learned(rng)
    values = apart + rng.normal(size=apart.shape)
    honest = values[7].copy()
    values[7] += 20.0
    seen = residual.observe(values, NETWORK)
    assert np.abs(seen.z[:, 0]).argmax() == 7
    assert seen.z[7, 0] > 10.0
    assert seen.expected[7, 0] == pytest.approx(honest[0], abs=4.0)


def test_who_lies_in_the_warm_up_does_not_make_its_lie_usual() -> None:
    rng = np.random.default_rng(3)

    def poisoned(round, values):
        values[7] += 60.0
        values[9] += 100.0 * rng.uniform(-1.0, 1.0)
        return values

    residual, apart = learned(rng, of=poisoned)
    values = apart + rng.normal(size=apart.shape)
    values[[7, 9]] += 60.0
    seen = residual.observe(values, NETWORK)
    assert (seen.z[[7, 9], 0] > 10.0).all()


def test_an_act_against_the_victim_of_poison_needs_more_than_its_wrong_past() -> None:
    rng = np.random.default_rng(4)

    def poisoned(round, values):
        values[7] += 60.0
        return values

    residual, apart = learned(rng, of=poisoned)
    apart[7] = 0.0  # Afterwards it is as most are.
    seen = residual.observe(apart + rng.normal(size=apart.shape), NETWORK)
    assert abs(seen.least[7, 0]) < 8.0
    assert abs(seen.least[7, 0]) < abs(seen.z[7, 0])


def test_what_is_usual_follows_slowly_and_not_far() -> None:
    rng = np.random.default_rng(5)
    residual, apart = learned(rng, follow=0.1)
    away = apart.copy()
    for _ in range(400):
        away[7] += 0.1
        z = residual.observe(away + rng.normal(size=apart.shape), NETWORK).z[7, 0]
    assert z > 20.0


def test_a_daemon_that_always_moved_by_more_may_move_by_more() -> None:
    rng = np.random.default_rng(10)
    wide, narrow = (PeerResidual(follow=0.0, normal=3.0, widest=widest) for widest in (5.0, 1.5))
    for _ in range(60):
        values = rng.normal(size=(NETWORK.n, 1))
        values[7] *= 5.0
        for residual in (wide, narrow):
            residual.collect(values, NETWORK)
    values[7] = 12.0
    for residual in (wide, narrow):
        residual.learn()
    assert abs(wide.observe(values, NETWORK).z[7, 0]) < 4.5 < abs(narrow.observe(values, NETWORK).z[7, 0])


def test_a_value_that_is_not_there_is_neither_usual_nor_far() -> None:
    rng = np.random.default_rng(6)
    residual, apart = learned(rng)
    values = apart + rng.normal(size=apart.shape)
    values[7] = np.nan
    seen = residual.observe(values, NETWORK)
    assert seen.z[7, 0] == 0.0
    assert np.isfinite(seen.z).all()


def test_a_gate_replaces_at_once_what_is_far_and_in_time_what_is_a_little_off() -> None:
    rng = np.random.default_rng(7)
    gate = FeedGate(threshold=5.0, follow=0.0, normal=3.0)
    for _ in range(60):
        gate.collect(rng.normal(size=(NETWORK.n, 1)), NETWORK)
    replaced = np.zeros((30, NETWORK.n), dtype=bool)
    for round in range(30):
        told = rng.normal(size=(NETWORK.n, 1))
        told[3] += 12.0
        told[20] += 2.5
        replaced[round] = (gate.filter(told, NETWORK) != told)[:, 0]
    assert replaced[:, 3].all()
    assert not replaced[:2, 20].any()
    assert replaced[12:, 20].all()
    assert replaced[:, [row for row in range(NETWORK.n) if row not in (3, 20)]].mean() < 0.01


def test_a_message_to_one_listener_counts_as_much_as_one_to_all() -> None:
    rng = np.random.default_rng(8)
    scores = SenderScores(follow=0.0, normal=3.0)
    for _ in range(60):
        scores.collect(Messages(NETWORK, rng.normal(size=(NETWORK.n, 1))), 0)
    told = rng.normal(size=(NETWORK.n, 1))
    per_edge = told[NETWORK.indices].copy()
    (edge, *_) = np.flatnonzero(NETWORK.indices == 5)
    per_edge[edge] += 30.0
    messages = Messages(NETWORK, told, per_edge=per_edge)
    found = scores.observe(messages, 0)
    assert found is not None
    assert np.flatnonzero(found.above(8.0, messages)).tolist() == [edge]
    assert np.flatnonzero(found.drastic > 8.0).tolist() == [5]
    assert scores.observe(messages, 1) is None


def test_a_message_that_is_not_finite_has_an_infinite_score() -> None:
    rng = np.random.default_rng(9)
    scores = SenderScores(follow=0.0, normal=3.0)
    for _ in range(60):
        scores.collect(Messages(NETWORK, rng.normal(size=(NETWORK.n, 1))), 0)
    told = rng.normal(size=(NETWORK.n, 1))
    told[4] = np.inf
    found = scores.observe(Messages(NETWORK, told), 0)
    assert found is not None
    assert np.flatnonzero(np.isinf(found.messages)).tolist() == [4]


def test_without_a_warm_up_nothing_is_known() -> None:
    residual = PeerResidual(follow=0.0, normal=3.0, widest=1.5)
    residual.learn()
    assert not residual.learned
    assert np.array_equal(
        FeedGate(threshold=5.0, follow=0.0, normal=3.0).filter(np.ones((2, 1)), Network.from_edges(2, [(0, 1)])),
        np.ones((2, 1)),
    )

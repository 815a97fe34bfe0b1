"""An inbox with a limit processes that many messages, drawn at random from all messages that arrived."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.messages import Messages, within_inbox
from swarmsec.network import topology
from swarmsec.rng import stream

STAR = topology("star", n=5)
VALUES = np.arange(5.0)[:, None]


def delivered(limit, *, copies=None, weights=None, seed=0):
    copies = None if copies is None else np.array(copies, dtype=np.int32)
    weights = None if weights is None else np.array(weights, dtype=float)
    messages = Messages(STAR, VALUES, copies=copies, weights=weights)
    return within_inbox(messages, limit, stream(0, "test", seed, "inbox")), messages


# Daemon 0 hears 1 to 4 on edges 0 to 3; each of them hears 0 on another edge.


def test_every_message_is_processed_without_a_limit() -> None:
    after, before = delivered(None, copies=[9] * 8)
    assert after is before


def test_a_limit_that_no_inbox_reaches_changes_nothing() -> None:
    after, before = delivered(4)
    assert after is before


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_exactly_the_limit_is_processed_of_more_messages(limit) -> None:
    after, _ = delivered(limit)
    assert after.copies[:4].sum() == limit
    assert after.weights[:4].sum() == limit
    assert after.copies[4:].tolist() == [1] * 4


def test_processed_messages_are_drawn_from_all_copies_equally() -> None:
    honest = np.mean([delivered(3, copies=[97, 1, 1, 1, 1, 1, 1, 1], seed=s)[0].copies[1:4].sum() for s in range(2000)])
    assert honest == pytest.approx(3 * 3 / 100, abs=4 * np.sqrt(0.0873 / 2000))


def test_a_message_that_is_not_admitted_does_not_count_toward_the_limit() -> None:
    after, _ = delivered(3, copies=[97, 1, 1, 1, 1, 1, 1, 1], weights=[0, 1, 1, 1, 1, 1, 1, 1])
    assert after.weights[:4].tolist() == [0, 1, 1, 1]


def test_a_processed_message_keeps_its_weight() -> None:
    after, _ = delivered(2, weights=[0.5] * 4 + [1] * 4)
    assert sorted(after.weights[:4].tolist()) == [0, 0, 0.5, 0.5]


def test_the_given_messages_are_unchanged() -> None:
    _, before = delivered(1, copies=[5] * 8, weights=[1.0] * 8)
    assert before.copies.tolist() == [5] * 8
    assert before.weights.tolist() == [1.0] * 8


FLOOD = [3, 2, 1, 0, 6, 1, 1, 1]
"""Daemon 0 gets six messages from 1, 2 and 3 and none from 4; daemon 1 gets six from 0."""


def test_the_draw_in_a_flooded_inbox_is_hypergeometric_from_the_given_stream() -> None:
    for seed in range(20):
        rng = stream(0, "test", seed, "inbox")
        expected = [rng.multivariate_hypergeometric(row, 2, method="marginals").tolist() for row in (FLOOD[:4], [6])]
        after, _ = delivered(2, copies=FLOOD, seed=seed)
        assert [after.copies[:4].tolist(), after.copies[4:5].tolist()] == expected
        assert after.copies[5:].tolist() == [1, 1, 1]
        assert after.weights.tolist() == (after.copies > 0).astype(float).tolist()


def test_every_message_of_a_flooded_inbox_is_equally_likely_to_be_processed() -> None:
    """Two of six messages are processed: copies 3, 2 and 1 have the expectations 1, 2/3 and 1/3."""
    processed = np.array([delivered(2, copies=FLOOD, seed=seed)[0].copies[:4] for seed in range(3000)])
    assert processed.mean(axis=0) == pytest.approx(np.array([1.0, 2 / 3, 1 / 3, 0.0]), abs=0.06)
    pairs, counts = np.unique(processed, axis=0, return_counts=True)
    expected = {(2, 0, 0, 0): 3, (1, 1, 0, 0): 6, (1, 0, 1, 0): 3, (0, 2, 0, 0): 1, (0, 1, 1, 0): 2}
    found = {tuple(pair): count / 3000 * 15 for pair, count in zip(pairs.tolist(), counts, strict=True)}
    assert found == pytest.approx(expected, abs=0.6)


def test_a_flood_of_the_largest_number_of_copies_leaves_the_limit() -> None:
    after, _ = delivered(3, copies=[2**31 - 1, 2**31 - 1, 1, 1, 1, 1, 1, 1])
    assert after.copies[:4].sum() == 3

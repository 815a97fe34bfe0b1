"""An inbox with a limit processes that many messages, drawn at random from all that came."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.messages import Messages, within_inbox
from swarmsec.network import topology
from swarmsec.rng import stream

STAR = topology("star", n=5)
SAID = np.arange(5.0)[:, None]


def delivered(limit, *, copies=None, weights=None, seed=0):
    copies = None if copies is None else np.array(copies, dtype=np.int32)
    weights = None if weights is None else np.array(weights, dtype=float)
    messages = Messages(STAR, SAID, copies=copies, weights=weights)
    return within_inbox(messages, limit, stream(0, "test", seed, "inbox")), messages


# Daemon 0 hears 1 to 4 on edges 0 to 3; each of them hears 0 on an edge of its own.


def test_without_a_limit_everything_is_processed() -> None:
    after, before = delivered(None, copies=[9] * 8)
    assert after is before


def test_a_limit_that_nobody_reaches_changes_nothing() -> None:
    after, before = delivered(4)
    assert after is before


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_of_more_messages_than_the_limit_that_many_are_processed(limit) -> None:
    after, _ = delivered(limit)
    assert after.copies[:4].sum() == limit
    assert after.weights[:4].sum() == limit
    assert after.copies[4:].tolist() == [1] * 4


def test_which_are_processed_is_drawn_from_all_copies_alike() -> None:
    honest = np.mean([delivered(3, copies=[97, 1, 1, 1, 1, 1, 1, 1], seed=s)[0].copies[1:4].sum() for s in range(2000)])
    assert honest == pytest.approx(3 * 3 / 100, abs=4 * np.sqrt(0.0873 / 2000))


def test_a_message_that_is_not_admitted_takes_no_room() -> None:
    after, _ = delivered(3, copies=[97, 1, 1, 1, 1, 1, 1, 1], weights=[0, 1, 1, 1, 1, 1, 1, 1])
    assert after.weights[:4].tolist() == [0, 1, 1, 1]


def test_a_message_that_is_processed_keeps_its_admission() -> None:
    after, _ = delivered(2, weights=[0.5] * 4 + [1] * 4)
    assert sorted(after.weights[:4].tolist()) == [0, 0, 0.5, 0.5]


def test_the_given_messages_are_left_as_they_are() -> None:
    _, before = delivered(1, copies=[5] * 8, weights=[1.0] * 8)
    assert before.copies.tolist() == [5] * 8
    assert before.weights.tolist() == [1.0] * 8

"""`Messages` gives the same answers whether its payload is stored by sender or by edge, and its `Inbox` agrees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from swarmsec.messages import Messages
from swarmsec.network import topology

RING = topology("circulant", n=6, offsets=[1, 2])
BROADCAST = np.array([[float(i), -float(i)] for i in range(6)])
BROADCAST[4, 1] = np.nan
COPIES = (np.arange(RING.m) % 3).astype(np.int32)
WEIGHTS = (np.arange(RING.m) % 4) / 2.0


def both(**more):
    messages = Messages(RING, BROADCAST, **more)
    return messages, replace(messages, per_edge=messages.payload.copy())


@pytest.mark.parametrize("more", [{}, {"copies": COPIES}, {"weights": WEIGHTS}, {"copies": COPIES, "weights": WEIGHTS}])
def test_a_broadcast_and_equal_payloads_by_edge_read_the_same(more) -> None:
    edges = np.array([0, 5, 7, -1])
    for one, other in zip(
        *[
            [
                *(m.payload, m.column(1), m.on(edges), m.copies_on(edges), m.received, m.admission),
                *(m.mapped(lambda rows: 2.0 * rows[:, :1]).payload, m.once().weights, m.inbox_of(3).values),
            ]
            for m in both(**more)
        ],
        strict=True,
    ):
        assert np.array_equal(one, other, equal_nan=one.dtype == float)


def test_a_message_is_admitted_with_its_weight_if_it_is_sent_and_finite() -> None:
    messages, _ = both(copies=COPIES, weights=WEIGHTS)
    expected = [
        weight if copies and sender != 4 else 0.0
        for sender, copies, weight in zip(RING.indices, COPIES, WEIGHTS, strict=True)
    ]
    assert messages.admission.tolist() == expected
    assert messages.received.tolist() == ((WEIGHTS > 0) & (COPIES > 0)).tolist()


@pytest.mark.parametrize("daemon", range(6))
def test_an_inbox_admits_the_messages_that_all_messages_admit(daemon) -> None:
    for messages in both(copies=COPIES, weights=WEIGHTS):
        inbox, row = messages.inbox_of(daemon), slice(RING.indptr[daemon], RING.indptr[daemon + 1])
        assert inbox.admission.tolist() == messages.admission[row].tolist()
        assert inbox.received.tolist() == messages.received[row].tolist()
        assert inbox.once().weights.tolist() == messages.once().weights[row].tolist()
        assert inbox.once().copies.tolist() == [1] * len(inbox.senders)


def test_payloads_stay_a_broadcast_while_each_sender_sends_one_value() -> None:
    messages, _ = both()
    edges = RING.edges_from([2])
    alike = messages.with_payload(edges, np.full((len(edges), 2), np.nan))
    assert alike.per_edge is None
    assert np.isnan(alike.payload[edges]).all()
    apart = messages.with_payload(edges, np.arange(2.0 * len(edges)).reshape(-1, 2))
    assert apart.per_edge is not None
    assert apart.on(edges).tolist() == np.arange(2.0 * len(edges)).reshape(-1, 2).tolist()
    others = np.setdiff1d(np.arange(RING.m), edges)
    assert np.array_equal(apart.on(others), messages.on(others), equal_nan=True)


def test_copies_and_delays_change_on_the_given_edges_only() -> None:
    messages, _ = both()
    assert messages.with_copies(np.array([1]), np.array([1], dtype=np.int32)) is messages
    flooded = messages.with_copies(np.array([1]), np.array([9], dtype=np.int32))
    assert flooded.copies.tolist() == [1, 9] + [1] * (RING.m - 2)
    late = messages.with_delays(np.array([1]), np.array([2], dtype=np.int32))
    assert late.with_delays(np.array([0, 1]), np.array([1, 1], dtype=np.int32)).delays.tolist()[:3] == [1, 3, 0]

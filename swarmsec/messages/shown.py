"""What a defense is shown of the messages of an exchange: what was sent or what arrived, and no cause.

A delay, a cut link and a lost message look the same to a receiver, and nobody sees the value that a two-faced daemon
holds. So the engine's own messages are not shown: copies are, without delays, and without a broadcast behind messages
that differ from edge to edge.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from swarmsec.arrays import Bools, Floats, frozen
from swarmsec.messages.batch import Messages


def as_arrived(messages: Messages) -> Messages:
    """What arrived at the receivers: a message that did not arrive is NaN and has weight 0, whatever the reason."""
    arrived = messages.received
    if arrived.all():
        return _shown(messages)
    return replace(_by_edge(messages, arrived), weights=frozen(arrived.astype(np.float64)))


def as_sent(messages: Messages) -> Messages:
    """What was sent, before links lost or delayed it; a message that was not sent is NaN and has 0 copies."""
    if messages.copies is None or messages.copies.all():
        return _shown(messages)
    return _by_edge(messages, messages.copies > 0)


def _shown(messages: Messages) -> Messages:
    copies = None if messages.copies is None else frozen(messages.copies)
    if messages.per_edge is not None:
        hidden = _no_broadcast(messages)
        return Messages(messages.network, hidden, per_edge=frozen(messages.per_edge), copies=copies)
    silent = messages.network.listeners == 0
    if silent.any():  # Nobody hears a daemon without listeners.
        return Messages(messages.network, frozen(np.where(silent[:, None], np.nan, messages.broadcast)), copies=copies)
    return Messages(messages.network, frozen(messages.broadcast), copies=copies)


def _by_edge(messages: Messages, edges: Bools) -> Messages:
    """The messages on some edges; NaN on all others, in 0 copies."""
    copies = np.ones(messages.network.m, dtype=np.int32) if messages.copies is None else messages.copies
    chosen = np.flatnonzero(edges)
    if len(chosen):
        seen: Floats = np.full((len(edges), messages.broadcast.shape[1]), np.nan)
        seen[chosen] = messages.on(chosen)
        payload = frozen(seen)
    else:
        payload = _nothing(len(edges), messages)
    return Messages(
        messages.network,
        _no_broadcast(messages),
        per_edge=payload,
        copies=frozen(np.where(edges, copies, 0).astype(np.int32)),
    )


def _no_broadcast(messages: Messages) -> Floats:
    """(n, d) NaN."""
    return _nothing(len(messages.broadcast), messages)


def _nothing(rows: int, messages: Messages) -> Floats:
    """(rows, d) NaN, which takes no memory."""
    return np.broadcast_to(frozen(np.full(1, np.nan)), (rows, messages.broadcast.shape[1]))

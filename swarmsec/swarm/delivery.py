"""What arrives of what was sent: a daemon can process only so many messages in an exchange."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from swarmsec.aggregation import Messages


def within_inbox(messages: Messages, limit: int | None, rng: np.random.Generator) -> Messages:
    """Of more than `limit` messages to one daemon only a random `limit` of them are processed.

    So a flood on one channel crowds out what the others say, which is the point of a flood.

    Args:
        messages: What was sent. A message that is not admitted takes no room.
        limit: How many messages a daemon processes in an exchange, or None for all.
        rng: Draws whose messages are processed.
    """
    network = messages.network
    if limit is None or (messages.copies is None and int(network.degrees.max(initial=0)) <= limit):
        return messages
    copies = np.ones(network.m, dtype=np.int64) if messages.copies is None else messages.copies.astype(np.int64)
    if messages.weights is not None:
        copies[messages.weights == 0] = 0
    arriving = np.bincount(network.receivers, copies, minlength=network.n)
    for daemon in np.flatnonzero(arriving > limit):
        row = slice(int(network.indptr[daemon]), int(network.indptr[daemon + 1]))
        copies[row] = rng.multivariate_hypergeometric(copies[row], limit)
    weights = np.where(copies > 0, 1.0, 0.0)
    weights = weights if messages.weights is None else weights * messages.weights
    return replace(messages, copies=copies.astype(np.int32), weights=weights)

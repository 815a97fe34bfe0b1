"""What arrives of what was sent: a daemon can process only so many messages in an exchange."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats
from swarmsec.messages.batch import Messages
from swarmsec.network import Network


def within_inbox(messages: Messages, limit: int | None, rng: np.random.Generator) -> Messages:
    """Of more than `limit` messages to one daemon only a random `limit` of them are processed.

    So a flood on one channel crowds out what the others say, which is the point of a flood.

    Args:
        messages: What was sent. A message that is not admitted takes no room.
        limit: How many messages a daemon processes in an exchange, or None for all.
        rng: Draws whose messages are processed.
    """
    network = messages.network
    messages = _without_the_unsent(messages)
    if limit is None or (messages.copies is None and int(network.degrees.max(initial=0)) <= limit):
        return messages
    copies = np.ones(network.m, dtype=np.int64) if messages.copies is None else messages.copies.astype(np.int64)
    if messages.weights is not None:
        copies[messages.weights == 0] = 0
    if messages.copies is None:
        copies[~_among_the_first(copies > 0, rng.random(network.m), network, limit)] = 0
    else:
        _draw_in_flooded_inboxes(copies, network, limit, rng)
    weights = np.where(copies > 0, 1.0, 0.0)
    weights = weights if messages.weights is None else weights * messages.weights
    return replace(messages, copies=copies.astype(np.int32), weights=weights)


def _without_the_unsent(messages: Messages) -> Messages:
    """The messages, with weight 0 on the edges that carry none: rules that count senders look at nothing else."""
    if messages.copies is None or messages.copies.all():
        return messages
    return messages.with_weights((messages.copies > 0).astype(np.float64))


def _among_the_first(came: Bools, keys: Floats, network: Network, limit: int) -> Bools:
    """(m,) the edges whose keys are among the `limit` smallest of those that came to their receiver."""
    order = np.lexsort((np.where(came, keys, np.inf), network.receivers))
    rank = np.empty(network.m, dtype=np.int64)
    rank[order] = np.arange(network.m)
    return (rank - network.indptr[network.receivers] < limit) & came


def _draw_in_flooded_inboxes(
    copies: npt.NDArray[np.int64], network: Network, limit: int, rng: np.random.Generator
) -> None:
    """Of every inbox that overflows keep `limit` messages, a message being as likely as any other to be kept.

    Floods are few: only the daemons that hear one are gone through.
    """
    arriving = np.bincount(network.receivers, copies, minlength=network.n)
    for daemon in np.flatnonzero(arriving > limit):
        row = slice(int(network.indptr[daemon]), int(network.indptr[daemon + 1]))
        copies[row] = rng.multivariate_hypergeometric(copies[row], limit, method="marginals")

"""The limit of an inbox: the messages that a daemon can process in an exchange, so that a flood displaces others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats
from swarmsec.messages.batch import Messages
from swarmsec.network import Network

_DRAWN_FROM_MAX = 999_999_999
"""NumPy draws from fewer than 10⁹ messages."""


def within_inbox(messages: Messages, limit: int | None, rng: np.random.Generator) -> Messages:
    """Keep at most `limit` messages of every inbox, drawn at random; the others get 0 copies and weight 0.

    Args:
        messages: The messages that arrive. One with weight 0 does not count.
        limit: The largest number of messages that a daemon processes in an exchange; None: no limit.
        rng: Draws the messages that are processed.
    """
    network = messages.network
    messages = _with_zero_weight_if_unsent(messages)
    if limit is None or (messages.copies is None and int(network.degrees.max(initial=0)) <= limit):
        return messages
    copies = np.ones(network.m, dtype=np.int64) if messages.copies is None else messages.copies.astype(np.int64)
    if messages.weights is not None:
        copies[messages.weights == 0] = 0
    if messages.copies is None:
        copies[~_is_drawn(copies > 0, rng.random(network.m), network, limit)] = 0
    else:
        _draw_in_flooded_inboxes(copies, network, limit, rng)
    weights = np.where(copies > 0, 1.0, 0.0)
    weights = weights if messages.weights is None else weights * messages.weights
    return replace(messages, copies=copies.astype(np.int32), weights=weights)


def _with_zero_weight_if_unsent(messages: Messages) -> Messages:
    """The messages, with weight 0 on edges with 0 copies: rules that count senders read weights only.

    A withheld message, which is NaN, keeps its weight: a rule with an F counts a missing message among its F.
    """
    if messages.copies is None or messages.copies.all():
        return messages
    sent = messages.copies > 0
    if np.isnan(messages.rows[:, :1]).any():  # Looking at one column first saves most of the time.
        sent |= messages.by_edge(np.asarray(np.isnan(messages.rows).all(axis=1)))
    return messages.with_weights(sent.astype(np.float64))


def _is_drawn(arrives: Bools, keys: Floats, network: Network, limit: int) -> Bools:
    """(m,) the edges whose keys are among the `limit` smallest keys of messages that arrive at the same receiver."""
    order = np.lexsort((np.where(arrives, keys, np.inf), network.receivers))
    rank = np.empty(network.m, dtype=np.int64)
    rank[order] = np.arange(network.m)
    return (rank - network.indptr[network.receivers] < limit) & arrives


def _draw_in_flooded_inboxes(
    copies: npt.NDArray[np.int64], network: Network, limit: int, rng: np.random.Generator
) -> None:
    """Keep `limit` messages of every inbox that overflows, each with the same probability.

    Few inboxes are flooded, so only these are visited one by one.
    """
    arriving = np.bincount(network.receivers, copies, minlength=network.n)
    for daemon in np.flatnonzero(arriving > limit):
        row = slice(int(network.indptr[daemon]), int(network.indptr[daemon + 1]))
        if arriving[daemon] > _DRAWN_FROM_MAX:  # More copies of a flood leave nothing else either.
            copies[row] = np.minimum(copies[row], _DRAWN_FROM_MAX // (row.stop - row.start))
        copies[row] = rng.multivariate_hypergeometric(copies[row], limit, method="marginals")

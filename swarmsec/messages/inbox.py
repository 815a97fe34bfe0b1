"""What protocols do with an inbox that are no averages: whom they heard, sums, and extremes.

Over all daemons at once, and the same for one. A message that was not sent, was lost or is not admitted was not
heard, nor was one that says something else than finite numbers: that counts as Byzantine.
"""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.messages.batch import Inbox, Messages
from swarmsec.network import Network

LARGEST = 1e300
"""Numbers are held within this, so that none of them overflows when it is averaged or measured."""


def admission(messages: Messages) -> Floats:
    """(m,) how far the message on each edge is admitted, 0 where none was heard. A repeated one counts once."""
    finite: Bools = np.all(np.isfinite(messages.broadcast if messages.per_edge is None else messages.per_edge), axis=1)
    if messages.per_edge is None:
        finite = finite[messages.senders]
    came = finite if messages.copies is None else finite & (messages.copies > 0)
    return came.astype(np.float64) if messages.weights is None else np.where(came, messages.weights, 0.0)


def admission_one(heard: Inbox) -> Floats:
    """(k,) the same in one inbox."""
    came = np.isfinite(heard.values).all(axis=1) & (heard.copies > 0)
    return np.where(came, heard.weights, 0.0)


def column(messages: Messages, number: int) -> Floats:
    """(m,) one column of what each edge carries; no (m, w) is made of a broadcast."""
    return messages.broadcast[messages.senders, number] if messages.per_edge is None else messages.per_edge[:, number]


def sums(messages: Messages, weights: Floats, width: int) -> Floats:
    """(n, width) Σ weight · payload by receiver, of the first `width` columns; `weights` (m,) is 0 where nothing came.

    From the first message to the last, so that `sum_one` agrees to the bit.
    """
    network = messages.network
    if messages.per_edge is None:
        from scipy.sparse import csr_array

        broadcast = messages.broadcast[:, :width]
        broadcast = broadcast if np.isfinite(broadcast).all() else np.where(np.isfinite(broadcast), broadcast, 0.0)
        return np.asarray(
            csr_array((weights, network.indices, network.indptr), shape=(network.n, network.n)) @ broadcast
        )
    heard = np.flatnonzero(weights > 0)
    terms, receivers = weights[heard, None] * messages.per_edge[heard, :width], messages.receivers[heard]
    total = [np.bincount(receivers, terms[:, number], minlength=network.n) for number in range(width)]
    return np.stack(total, axis=1)


def sum_one(values: Floats, weights: Floats) -> Floats:
    """(w,) the same of one inbox: `values` (k, w), `weights` (k,)."""
    total = np.zeros(values.shape[1])
    for value, weight in zip(values, weights, strict=True):
        if weight > 0:
            total = total + weight * value
    return total


def extremes(ufunc: np.ufunc, values: Floats, network: Network, *, nobody: float) -> Floats:
    """`ufunc` over every inbox: (m, ...) → (n, ...), `nobody` where an inbox is empty."""
    found = np.full((network.n, *values.shape[1:]), nobody)
    hears = np.flatnonzero(network.degrees)
    if len(hears):
        # Empty rows have no edges, so the others follow one another without a gap.
        found[hears] = ufunc.reduceat(values, network.indptr[hears], axis=0)
    return found


def clip_finite(new: Floats, old: Floats) -> Floats:
    """What daemons hold next, within bounds; who would hold what is no number stays with what it held, row by row."""
    sound = np.isfinite(new).all(axis=-1, keepdims=True)
    return np.clip(np.where(sound, new, old), -LARGEST, LARGEST)

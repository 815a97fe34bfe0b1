"""Sums and extremes over inboxes, for protocols that do not average: over all daemons at once, and over one inbox."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.messages.batch import Messages
from swarmsec.network import Network

LARGEST = 1e300
"""Bound of the numbers in daemons' states, so that sums and squared distances of a few of them do not overflow."""


def sums(messages: Messages, weights: Floats, width: int) -> Floats:
    """Sum weight · payload over every inbox, in the order of its edges, so that `sum_one` agrees to the bit.

    Args:
        messages: The messages.
        weights: (m,) the weight of each edge; 0 where nothing was received.
        width: How many columns of the payload are summed, from the first on.

    Returns:
        (n, width)
    """
    network = messages.network
    if messages.per_edge is None:
        from scipy.sparse import csr_array

        broadcast = messages.broadcast[:, :width]
        broadcast = broadcast if np.isfinite(broadcast).all() else np.where(np.isfinite(broadcast), broadcast, 0.0)
        return np.asarray(
            csr_array((weights, network.indices, network.indptr), shape=(network.n, network.n)) @ broadcast
        )
    counted = np.flatnonzero(weights > 0)
    terms, receivers = weights[counted, None] * messages.per_edge[counted, :width], messages.receivers[counted]
    total = [np.bincount(receivers, terms[:, number], minlength=network.n) for number in range(width)]
    return np.stack(total, axis=1)


def sum_one(values: Floats, weights: Floats) -> Floats:
    """Sum weight · value over one inbox: (k, w) and (k,) → (w,)."""
    total = np.zeros(values.shape[1])
    for value, weight in zip(values, weights, strict=True):
        if weight > 0:
            total = total + weight * value
    return total


def extremes(ufunc: np.ufunc, values: Floats, network: Network, *, empty: float) -> Floats:
    """Reduce every inbox by `ufunc`, such as `np.maximum`: (m, ...) → (n, ...); `empty` for an inbox without edges."""
    found = np.full((network.n, *values.shape[1:]), empty)
    receivers = np.flatnonzero(network.degrees)
    if len(receivers):
        # Rows without edges have no entries in `indices`, so the other rows are contiguous.
        found[receivers] = ufunc.reduceat(values, network.indptr[receivers], axis=0)
    return found


def clip_finite(new: Floats, old: Floats) -> Floats:
    """The rows of `new`, within ±`LARGEST`; a row with a non-finite value is replaced by that of `old`."""
    finite = np.isfinite(new).all(axis=-1, keepdims=True)
    return np.clip(np.where(finite, new, old), -LARGEST, LARGEST)

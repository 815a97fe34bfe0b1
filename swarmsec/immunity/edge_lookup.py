"""Find edges by their ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Floats, Ints
from swarmsec.network import Network


def edge_keys(network: Network) -> Ints:
    """(m,) a number for each edge by its ends, ascending in the order of the edges."""
    return np.asarray(network.receivers.astype(np.int64) * network.n + network.indices)


def edges_between(
    network: Network, senders: npt.NDArray[np.integer[Any]], receivers: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.integer[Any]]:
    """(k,) the edge from each sender to its receiver; −1 where there is none, or no such daemon.

    Examples:
        >>> line = Network.from_edges(3, [(0, 1), (1, 2)])
        >>> edges_between(line, np.array([2, 2]), np.array([1, 0])).tolist()
        [2, -1]
    """
    from swarmsec.immunity.kernels import find_edges

    found = np.empty(len(senders), dtype=np.int64)
    find_edges(network.indptr, network.indices, senders.astype(np.int64), receivers.astype(np.int64), found)
    return found


def places_on(network: Network, before: Network) -> Ints:
    """(m,) the numbers that the edges of a network have in one that has these and more."""
    return np.asarray(np.searchsorted(edge_keys(network), edge_keys(before)))


def on_network(values: Floats, before: Network, network: Network, *, fill: float) -> Floats:
    """(m, ...) the values on the edges of a network that is the same as before or has more edges, which get `fill`."""
    if network is before:
        return values
    extended = np.full((network.m, *values.shape[1:]), fill)
    extended[places_on(network, before)] = values
    return extended

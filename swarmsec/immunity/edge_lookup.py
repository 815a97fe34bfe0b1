"""Find edges by their ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Ints
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
    keys = edge_keys(network)
    exist = (senders >= 0) & (senders < network.n)
    wanted = receivers.astype(np.int64) * network.n + np.where(exist, senders, 0)
    places = np.minimum(np.searchsorted(keys, wanted), max(network.m - 1, 0))
    found = exist & (keys[places] == wanted) if network.m else np.zeros(len(senders), dtype=bool)
    return np.where(found, places, -1)

"""What each daemon remembers of each of its neighbors, also when identities join the network."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.network import Network


class EdgeMemory:
    """(m,) numbers, one an edge. When the network has changed, edges keep theirs, and new ones begin with `fill`.

    Args:
        network: The network at first.
        fill: The first number of every edge.
    """

    def __init__(self, network: Network, *, fill: float = 0.0) -> None:
        self._network, self._fill = network, fill
        self._values: Floats = np.full(network.m, fill)

    def on(self, network: Network) -> Floats:
        """(m,) the numbers on the edges of a network that is the same, or has more edges."""
        if network is not self._network:
            values = np.full(network.m, self._fill)
            values[edge_places(self._network, network)] = self._values
            self._network, self._values = network, values
        return self._values.copy()

    def keep(self, values: Floats) -> None:
        """Keep (m,) new numbers on the edges of the last network."""
        self._values = values


def edge_places(before: Network, after: Network) -> Ints:
    """(m,) the numbers that the edges of a network have in one that identities have joined."""
    return np.searchsorted(_keys(after), _keys(before)).astype(np.int32)


def _keys(network: Network) -> Ints:
    """(m,) a number for each edge by its ends, ascending in the order of the edges."""
    return np.asarray(network.receivers.astype(np.int64) * network.n + network.indices)

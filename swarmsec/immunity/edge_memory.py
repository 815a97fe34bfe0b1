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
            self._values = on_network(self._values, self._network, network, fill=self._fill)
            self._network = network
        return self._values.copy()

    def keep(self, values: Floats) -> None:
        """Keep (m,) new numbers on the edges of the last network."""
        self._values = values


def on_network(values: Floats, before: Network, network: Network, *, fill: float) -> Floats:
    """(m, ...) the values on the edges of a network that is the same as before or has more edges, which get `fill`."""
    if network is before:
        return values
    extended = np.full((network.m, *values.shape[1:]), fill)
    extended[places_on(network, before)] = values
    return extended


def places_on(network: Network, before: Network) -> Ints:
    """(m,) the numbers that the edges of a network have in one that has these and more."""
    return np.asarray(np.searchsorted(_keys(network), _keys(before)))


def edges_between(network: Network, senders: Ints, receivers: Ints) -> Ints:
    """(k,) the number of the edge from each sender to each receiver (k,); −1 where there is none."""
    keys = _keys(network)
    if not len(keys):
        return np.full(len(senders), -1)
    wanted = receivers.astype(np.int64) * network.n + senders
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, place, -1)


def _keys(network: Network) -> Ints:
    """(m,) a number for each edge by its ends, ascending in the order of the edges."""
    return np.asarray(network.receivers.astype(np.int64) * network.n + network.indices)

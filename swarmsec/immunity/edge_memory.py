"""What each daemon remembers of each of its neighbors, also when identities join the network."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.immunity.edge_lookup import on_network
from swarmsec.network import Network


class EdgeMemory:
    """(m,) numbers, one an edge. When the network has changed, edges keep theirs, and new ones begin with `fill`.

    Args:
        network: The network at first.
        fill: The first number of every edge.
        columns: How many numbers an edge has, if not one: then the arrays are (m, columns), stored column by column.
    """

    def __init__(self, network: Network, *, fill: float = 0.0, columns: int | None = None) -> None:
        self._network, self._fill = network, fill
        self._row = () if columns is None else (columns,)
        self._values: Floats = np.full((network.m, *self._row), fill, order="F")

    def on(self, network: Network) -> Floats:
        """(m,) the numbers on the edges of a network that is the same, or has more edges; read-only."""
        if network is not self._network:
            self._values = np.asfortranarray(on_network(self._values, self._network, network, fill=self._fill))
            self._network = network
        return read_only(self._values)

    def keep(self, values: Floats) -> None:
        """Keep (m,) new numbers on the edges of the last network."""
        self._values = values

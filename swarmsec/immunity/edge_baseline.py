"""The usual behavior on every edge, learned by its receiver in a warm-up."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION, neighborhood_spread
from swarmsec.arrays import Floats
from swarmsec.immunity.edge_lookup import on_network
from swarmsec.network import Network

ROUNDS_MAX = 64
"""How many rounds of a warm-up are kept, the newest: enough for a median, and bounded in memory."""


class EdgeBaseline:
    """Standardize the values on edges: z_e = (x_e − c_e) / σ_r, with the median c_e of the edge over the warm-up.

    σ_r is the median, over the edges to the same receiver, of their robust deviations 1.4826 MAD in the warm-up, plus a
    millionth of the usual size of a value there, so that it is not 0. No number mixes two receivers. What an edge
    carried in the warm-up counts as usual, a lie too. An edge that is new has center 0.

    Args:
        network: The network at first.
    """

    def __init__(self, network: Network) -> None:
        self._seen: list[tuple[Network, Floats]] = []
        self._network = network
        self._center: Floats | None = None
        self._deviation: Floats = np.ones((network.n, 1))
        self._by_edge: Floats = np.ones((network.m, 1))

    def collect(self, values: Floats, network: Network) -> None:
        """Note (m, k) values in a round of the warm-up."""
        self._seen = [*self._seen[1 - ROUNDS_MAX :], (network, np.array(values))]

    def standardize(self, values: Floats, network: Network) -> Floats:
        """(m, k) → (m, k) in deviations from the usual; the first call ends the warm-up."""
        if self._seen:
            self._learn(network)
        if self._center is None:
            return np.zeros_like(values)
        if network is not self._network:
            self._center = np.asfortranarray(on_network(self._center, self._network, network, fill=0.0))
            self._network = network
            self._by_edge = _by_edge(self._deviation, network)
        return np.asarray((values - self._center) / self._by_edge)

    def _learn(self, network: Network) -> None:
        seen = np.stack([on_network(values, before, network, fill=0.0) for before, values in self._seen])
        self._seen, self._network = [], network
        self._center = np.asfortranarray(np.median(seen, axis=0))
        mad = np.median(np.abs(seen - self._center), axis=0)
        sizes = np.median(np.abs(seen), axis=0)
        own = np.zeros((network.n, mad.shape[1]))
        around, size = (neighborhood_spread(network, own, per_edge=each).median for each in (mad, sizes))
        self._deviation = MAD_TO_DEVIATION * around + 1e-6 * (1.0 + size)
        self._by_edge = _by_edge(self._deviation, network)


def _by_edge(values: Floats, network: Network) -> Floats:
    """(n, k) → (m, k) the values of each edge's receiver, stored column by column, as features are."""
    return np.asfortranarray(np.repeat(values, network.degrees, axis=0))

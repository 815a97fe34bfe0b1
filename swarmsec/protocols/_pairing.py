"""Random pairs of neighbors, for protocols of bilateral negotiation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Ints
from swarmsec.network import Network


class Pairs(NamedTuple):
    """Pairs of negotiating daemons.

    Attributes:
        partner: (n,) the partner of each daemon; −1 if it has none.
        hears: (n,) the edge from the partner to the daemon; −1 if there is none.
    """

    partner: Ints
    hears: Ints


def random_pairs(network: Network, rng: np.random.Generator) -> Pairs:
    """A random maximal matching: of any two linked daemons, at least one has a partner (Luby 1986).

    Args:
        network: The network; only edges with a reverse edge are used.
        rng: Draws one number for each edge.
    """
    partner, hears = np.full(network.n, -1, dtype=np.int32), np.full(network.n, -1, dtype=np.int32)
    edges = np.flatnonzero((network.reverse >= 0) & (network.indices < network.receivers))
    priority = rng.permutation(network.m)[edges]
    while len(edges):
        one, other = network.indices[edges], network.receivers[edges]
        first = np.full(network.n, network.m, dtype=np.int64)
        np.minimum.at(first, one, priority)
        np.minimum.at(first, other, priority)
        chosen = (first[one] == priority) & (first[other] == priority)
        partner[one[chosen]], partner[other[chosen]] = other[chosen], one[chosen]
        hears[other[chosen]], hears[one[chosen]] = edges[chosen], network.reverse[edges[chosen]]
        free = (partner[one] < 0) & (partner[other] < 0)
        edges, priority = edges[free], priority[free]
    return Pairs(partner, hears)

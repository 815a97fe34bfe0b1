"""Median and spread of all neighborhoods of a network at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.messages import BYTES_A_COMPONENT
from swarmsec.network import Network


class Spread(NamedTuple):
    """The median and the spread of every neighborhood, component by component.

    Attributes:
        median: (n, d) the median of the neighbors' values.
        mad: (n, d) their median absolute deviation, times `MAD_TO_DEVIATION`.
    """

    median: Floats
    mad: Floats


MAD_TO_DEVIATION = 1.4826
"""The standard deviation of normal values, in units of their median absolute deviation."""


def neighborhood_spread(network: Network, values: Floats, weights: Floats | None = None) -> Spread:
    """The median and the spread of each daemon's neighbors, without its own value.

    Args:
        network: The network.
        values: (n, d) one value per daemon. Non-finite values are ignored.
        weights: (m,) 0 for the edges to ignore; None to ignore no edge.

    Returns:
        (n, d) each. A daemon without neighbors gets its own value and a spread of 0.
    """
    from swarmsec.aggregation.kernels import rows as kernels

    rows = kernels.rows_of(network)
    columns = [kernels.median_and_mad(rows, column, weights=weights) for column in values.T]
    return Spread(
        median=np.stack([column.median for column in columns], axis=1),
        mad=MAD_TO_DEVIATION * np.stack([column.mad for column in columns], axis=1),
    )


class Neighborhoods:
    """Queries to neighbors: every daemon sends a value to its listeners, which compute statistics of the values.

    Attributes:
        asked: The number of messages so far: one per query and active edge.
        asked_bytes: The bytes of these messages.
        listening: (m,) 1 for active edges and 0 for the others; None if all are active.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.asked = 0
        self.asked_bytes = 0
        self.listening: Floats | None = None

    def median_and_mad(self, values: Floats) -> Spread:
        """`neighborhood_spread` of (n, d) values, counted as messages."""
        edges = self._network.m if self.listening is None else int(np.count_nonzero(self.listening))
        self.asked += edges
        self.asked_bytes += edges * values.shape[1] * BYTES_A_COMPONENT
        return neighborhood_spread(self._network, values, self.listening)

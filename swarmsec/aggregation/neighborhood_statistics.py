"""Median and spread of all neighborhoods of a network at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.messages import Messages
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


def neighborhood_spread(
    network: Network,
    values: Floats,
    weights: Floats | None = None,
    *,
    told: Floats | None = None,
    per_edge: Floats | None = None,
) -> Spread:
    """The median and the spread of each daemon's neighbors, without its own value.

    Args:
        network: The network.
        values: (n, d) one value per daemon. Non-finite values are ignored.
        weights: (m,) 0 for the edges to ignore; None to ignore no edge.
        told: (n, d) what each daemon told all its listeners, in place of its value; None if it told its value.
        per_edge: (m, d) what each neighbor told, in place of `told`; None if it told everyone the same.

    Returns:
        (n, d) each. A daemon without neighbors gets its own value and a spread of 0.
    """
    from swarmsec.aggregation.kernels import rows as kernels

    rows = kernels.rows_of(network)
    median, mad = np.empty(values.shape), np.empty(values.shape)
    for c in range(values.shape[1]):
        median[:, c], mad[:, c] = kernels.median_and_mad(
            rows,
            values[:, c],
            broadcast=None if told is None else told[:, c],
            per_edge=None if per_edge is None else per_edge[:, c],
            weights=weights,
        )
    return Spread(median, MAD_TO_DEVIATION * mad)


class Neighborhoods:
    """Queries to neighbors: every daemon tells its listeners a value, and they compute statistics of what arrives.

    Args:
        network: The network.
        tell: Sends (n, d) values to all listeners and returns what arrives; None: all of it arrives, uncounted.
    """

    def __init__(self, network: Network, tell: Callable[[Floats], Messages] | None = None) -> None:
        self._network = network
        self._tell = tell

    def relink(self, network: Network) -> None:
        """Go on with a network that identities have joined."""
        self._network = network

    def median_and_mad(self, values: Floats) -> Spread:
        """`neighborhood_spread` of (n, d) values: one message for each edge."""
        if self._tell is None:
            return neighborhood_spread(self._network, values)
        arrived = self._tell(values)
        return neighborhood_spread(
            self._network, values, arrived.weights, told=arrived.broadcast, per_edge=arrived.per_edge
        )

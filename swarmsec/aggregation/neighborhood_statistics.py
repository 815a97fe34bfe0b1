"""Statistics over all neighborhoods of a network at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.messages import BYTES_A_COMPONENT
from swarmsec.network import Network


class Spread(NamedTuple):
    """The middle and the width of every neighborhood, component by component.

    Attributes:
        median: (n, d) the median of the neighbors' values.
        mad: (n, d) their median distance from it, times 1.4826: the standard deviation, were they normal.
    """

    median: Floats
    mad: Floats


MAD_TO_DEVIATION = 1.4826
"""What makes a median absolute deviation a standard deviation, for normal values."""


class Neighborhoods:
    """What daemons learn when each tells its neighbors a value of its own.

    Attributes:
        asked: How many messages that has taken so far: one for every edge that is listened to, and question.
        asked_bytes: How many bytes those were.
        listening: (m,) 1 for the edges that are listened to and 0 for the others; None for all.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.asked = 0
        self.asked_bytes = 0
        self.listening: Floats | None = None

    def median_and_mad(self, values: Floats) -> Spread:
        """The median of each daemon's neighbors and their robust spread, its own value left out.

        Args:
            values: (n, d). One that is not finite is left out.

        Returns:
            (n, d) each. Who has no neighbor gets its own value and a spread of 0.
        """
        from swarmsec.aggregation.kernels import rows as kernels

        edges = self._network.m if self.listening is None else int(np.count_nonzero(self.listening))
        self.asked += edges
        self.asked_bytes += edges * values.shape[1] * BYTES_A_COMPONENT
        rows = kernels.rows_of(self._network)
        columns = [kernels.median_and_mad(rows, column, weights=self.listening) for column in values.T]
        return Spread(
            median=np.stack([column.median for column in columns], axis=1),
            mad=MAD_TO_DEVIATION * np.stack([column.mad for column in columns], axis=1),
        )

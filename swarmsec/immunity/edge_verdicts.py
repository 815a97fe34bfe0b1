"""Ignore a neighbor on repeated suspicion, and heed it again after normal messages; for each edge by itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Ints
from swarmsec.immunity.edge_memory import EdgeMemory
from swarmsec.network import Network


class EdgeVerdict(NamedTuple):
    """The edges to ignore and to heed after an observation.

    Attributes:
        ignore: (k,) edges that have just been suspicious often enough.
        heed: (k,) edges that have just been normal often enough.
    """

    ignore: Ints
    heed: Ints


class EdgeVerdicts:
    """Count the suspicious or normal messages in a row on every edge.

    Args:
        network: The network at first.
        confirm: The number of suspicious messages in a row after which an edge is to be ignored.
        release_after: The number of normal messages in a row after which it is to be heeded again.
    """

    def __init__(self, network: Network, *, confirm: int, release_after: int) -> None:
        self._streaks = EdgeMemory(network)
        self._confirm = confirm
        self._release_after = release_after

    def look(self, network: Network, suspicious: Bools, seen: Bools) -> EdgeVerdict:
        """Count one more observation.

        Args:
            network: The network now.
            suspicious: (m,) whether the message on each edge looks anomalous.
            seen: (m,) whether one arrived; a gap changes nothing.
        """
        streaks = self._streaks.on(network)
        longer = np.where(suspicious, np.maximum(streaks, 0) + 1, np.minimum(streaks, 0) - 1)
        streaks = np.where(seen, longer, streaks)
        self._streaks.keep(streaks)
        return EdgeVerdict(
            ignore=np.flatnonzero(streaks == self._confirm).astype(np.int32),
            heed=np.flatnonzero(streaks == -self._release_after).astype(np.int32),
        )

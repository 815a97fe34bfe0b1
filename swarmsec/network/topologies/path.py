"""Paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.network._network import Network, from_pairs
from swarmsec.network.topologies._base import Daemons, Topology


@dataclass(kw_only=True)
class Path(Topology):
    """Every daemon is joined to the next one; the ends have one neighbor."""

    n: Daemons

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 2 * (self.n - 1)

    def build(self, rng: np.random.Generator) -> Network:
        """Join i to i + 1."""
        here = np.arange(self.n - 1)
        return from_pairs(self.n, here, here + 1)

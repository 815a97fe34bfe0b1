"""Wheels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.network.topologies._lattice import joined
from swarmsec.parameters import Ge


@dataclass(kw_only=True)
class Wheel(Topology):
    """A star whose rim is a ring: daemon 0 is the hub."""

    n: Annotated[Daemons, Ge(4)]

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 4 * (self.n - 1)

    def build(self, rng: np.random.Generator) -> Network:
        """Join 0 to each of 1 to n − 1, and those in a ring."""
        rim = np.arange(1, self.n)
        return joined(self.n, [(np.zeros_like(rim), rim), (rim, np.roll(rim, -1))])

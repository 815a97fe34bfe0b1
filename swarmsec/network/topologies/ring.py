"""Rings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network, from_pairs
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.parameters import Ge


@dataclass(kw_only=True)
class Ring(Topology):
    """Every daemon is joined to the next one, and the last to the first."""

    n: Annotated[Daemons, Ge(3)]

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 2 * self.n

    def build(self, rng: np.random.Generator) -> Network:
        """Join i to i + 1, modulo n."""
        here = np.arange(self.n)
        return from_pairs(self.n, here, (here + 1) % self.n)

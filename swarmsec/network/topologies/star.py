"""Stars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network, from_pairs
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.parameters import Ge


@dataclass(kw_only=True)
class Star(Topology):
    """Daemon 0 is joined to every other daemon; the others have no other neighbor."""

    n: Annotated[Daemons, Ge(2)]

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 2 * (self.n - 1)

    def build(self, rng: np.random.Generator) -> Network:
        """Join 0 to each of 1 to n − 1."""
        rim = np.arange(1, self.n)
        return from_pairs(self.n, np.zeros_like(rim), rim)

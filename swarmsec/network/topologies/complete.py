"""Complete networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.network._network import Network, check_size
from swarmsec.network.topologies._base import Daemons, Topology


@dataclass(kw_only=True)
class Complete(Topology):
    """Every daemon listens to every other one.

    Its robustness, ⌈n/2⌉, is the largest that a network of n daemons can have.
    """

    n: Daemons

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return self.n * (self.n - 1)

    def build(self, rng: np.random.Generator) -> Network:
        """Row i holds every number but i."""
        check_size(self.n * (self.n - 1))
        others = np.arange(self.n - 1, dtype=np.int32)
        indices = others + (others >= np.arange(self.n, dtype=np.int32)[:, None])
        return Network(np.arange(self.n + 1, dtype=np.int32) * (self.n - 1), indices.ravel())

"""Erdős–Rényi networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network, from_pairs
from swarmsec.network.topologies._base import Daemons, Probability, Topology
from swarmsec.network.topologies._random import random_pairs
from swarmsec.parameters import Help


@dataclass(kw_only=True)
class ErdosRenyi(Topology):
    """Each pair of daemons is joined with probability p, independently of the other pairs.

    Source: Gilbert, Random graphs, 1959; drawn by geometric skipping (Batagelj and Brandes, Phys. Rev. E 2005).
    """

    n: Daemons
    p: Annotated[Probability, Help("The probability that two daemons are joined.")]

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return round(self.p * self.n * (self.n - 1))

    def build(self, rng: np.random.Generator) -> Network:
        """Skip through the pairs from one edge to the next."""
        return from_pairs(self.n, *random_pairs(self.n, self.p, rng))

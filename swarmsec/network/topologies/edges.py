"""Networks from a list of edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.parameters import Help


@dataclass(kw_only=True)
class Edges(Topology):
    """The edges of a list of [sender, receiver]; in both directions unless `directed`."""

    n: Daemons
    edges: Annotated[list[tuple[int, int]], Help("Pairs of daemons, [sender, receiver].")]
    directed: Annotated[bool, Help("Whether only the receiver listens.")] = False

    def __post_init__(self) -> None:
        Network.from_edges(self.n, self.edges, directed=self.directed)

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return (1 if self.directed else 2) * len(self.edges)

    def build(self, rng: np.random.Generator) -> Network:
        """Join the listed pairs."""
        return Network.from_edges(self.n, self.edges, directed=self.directed)

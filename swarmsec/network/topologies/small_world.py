"""Small worlds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network, check_size, from_pairs
from swarmsec.network.topologies._base import Daemons, Probability, Topology
from swarmsec.network.topologies._random import REPAIRS_MAX, first_of_each, pair_keys, within
from swarmsec.parameters import Ge, Help


@dataclass(kw_only=True)
class SmallWorld(Topology):
    """A ring on which every daemon is joined to the nearest `neighbors`, with a share of the edges rewired at random.

    A rewired edge keeps one end and moves the other to a daemon that is not joined to the first one yet; it is not
    rewired if there is none.

    Source: Watts and Strogatz, Collective dynamics of small-world networks, Nature 1998.
    """

    n: Daemons
    neighbors: Annotated[int, Ge(0), Help("How many neighbors every daemon has before rewiring; even.")]
    rewire: Annotated[Probability, Help("The probability that an edge is rewired.")] = 0.1

    def __post_init__(self) -> None:
        if self.neighbors % 2:
            raise ParameterError(f"{self.neighbors} given; must be even, half on either side", where="neighbors")
        if self.neighbors >= self.n:
            most = (self.n - 1) // 2 * 2
            raise ParameterError(f"{self.neighbors} given; with n: {self.n} must be at most {most}", where="neighbors")

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return self.n * self.neighbors

    def build(self, rng: np.random.Generator) -> Network:
        """Make the ring; then, in rounds, every edge that still has to move proposes a new end."""
        n, reach = self.n, self.neighbors // 2
        check_size(n * self.neighbors)
        here = np.repeat(np.arange(n), reach)
        there = (here + np.tile(np.arange(1, reach + 1), n)) % n
        keys = pair_keys(n, here, there)
        moving = np.flatnonzero(rng.random(keys.size) < self.rewire)
        for _ in range(REPAIRS_MAX):
            if not moving.size:
                break
            ends = rng.integers(n, size=moving.size)
            proposed = pair_keys(n, here[moving], ends)
            free = (ends != here[moving]) & ~within(proposed, np.sort(keys)) & first_of_each(proposed)
            there[moving[free]], keys[moving[free]] = ends[free], proposed[free]
            moving = moving[~free]
        return from_pairs(n, here, there)

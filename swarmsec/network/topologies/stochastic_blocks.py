"""Stochastic block models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network, from_pairs
from swarmsec.network.topologies._base import DAEMONS_MAX, Daemons, Probability, Topology
from swarmsec.network.topologies._random import random_pairs
from swarmsec.parameters import Ge, Help, MinLen


@dataclass(kw_only=True)
class StochasticBlocks(Topology):
    """Data centers: daemons in blocks, joined more often within a block than across.

    Give `sizes`, or n and the number of `blocks`, which then differ by one daemon at most. A block's daemons have
    consecutive numbers.

    Source: Holland, Laskey, Leinhardt, Stochastic blockmodels, Social Networks 1983.
    """

    n: Daemons | None = None
    blocks: Annotated[int, Ge(1), Help("The number of blocks; needs n.")] | None = None
    sizes: Annotated[list[Daemons], MinLen(1), Help("The number of daemons of each block.")] | None = None
    p_in: Annotated[Probability, Help("The probability that two daemons of one block are joined.")]
    p_out: Annotated[Probability, Help("The probability that two daemons of different blocks are joined.")]

    def __post_init__(self) -> None:
        if self.sizes is None:
            if self.n is None or self.blocks is None:
                raise ParameterError("missing; give sizes, or n and blocks", where="sizes")
            if self.blocks > self.n:
                raise ParameterError(f"{self.blocks} given; with n: {self.n} must be at most that", where="blocks")
            return
        if self.size() > DAEMONS_MAX:
            raise ParameterError(f"{self.size():,} daemons; a swarm has at most {DAEMONS_MAX:,}", where="sizes")
        if self.n not in (None, sum(self.sizes)):
            raise ParameterError(f"{self.n} given; must be {sum(self.sizes)}, the sum of sizes", where="n")
        if self.blocks not in (None, len(self.sizes)):
            raise ParameterError(f"{self.blocks} given; must be {len(self.sizes)}, the length of sizes", where="blocks")

    def size(self) -> int:
        return sum(self._sizes())

    def edges_expected(self) -> int:
        return round(sum(self.p_in * size**2 for size in self._sizes()) + self.p_out * self.size() ** 2)

    def build(self, rng: np.random.Generator) -> Network:
        """The edges across are those of one Erdős–Rényi network that do not fall within a block."""
        sizes = np.array(self._sizes())
        n = int(sizes.sum())
        block = np.repeat(np.arange(sizes.size), sizes)
        ends, others = random_pairs(n, self.p_out, rng)
        across = block[ends] != block[others]
        pairs = [(ends[across], others[across])]
        for start, size in zip(np.cumsum(sizes) - sizes, sizes.tolist(), strict=True):
            ends, others = random_pairs(size, self.p_in, rng)
            pairs.append((ends + start, others + start))
        return from_pairs(n, np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs]))

    def _sizes(self) -> list[int]:
        """How many daemons each block has."""
        if self.sizes is not None:
            return self.sizes
        n, blocks = self.n or 1, self.blocks or 1
        return [n // blocks + (i < n % blocks) for i in range(blocks)]

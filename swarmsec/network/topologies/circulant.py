"""Circulant networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network, from_pairs
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.parameters import Ge, Help, MinLen


@dataclass(kw_only=True)
class Circulant(Topology):
    """Daemons on a ring, each joined to the daemons that are `offsets` places away, on both sides."""

    n: Daemons
    offsets: Annotated[
        list[Annotated[int, Ge(1)]], MinLen(1), Help("Distances on the ring at which two daemons are joined.")
    ]

    def __post_init__(self) -> None:
        first_with: dict[int, int] = {}
        for i, offset in enumerate(self.offsets):
            if offset >= self.n:
                right = f"from 1 to {self.n - 1}" if self.n > 1 else "absent: one daemon has no neighbors"
                raise ParameterError(f"{offset} given; with n: {self.n} must be {right}", where=f"offsets[{i}]")
            distance = min(offset, self.n - offset)
            if distance in first_with:
                same = f"joins the same daemons as {first_with[distance]}; name each distance once"
                raise ParameterError(f"{offset} {same}", where=f"offsets[{i}]")
            first_with[distance] = offset

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 2 * self.n * len(self.offsets)

    def build(self, rng: np.random.Generator) -> Network:
        """Join one ring for each offset; daemons that are half a ring apart share one edge."""
        here = np.arange(self.n)
        halves = [here[: self.n // 2] if 2 * offset == self.n else here for offset in self.offsets]
        ends = [(half + offset) % self.n for half, offset in zip(halves, self.offsets, strict=True)]
        return from_pairs(self.n, np.concatenate(halves), np.concatenate(ends))

"""Hypercubes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network, check_size
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.parameters import Help, Interval


@dataclass(kw_only=True)
class Hypercube(Topology):
    """2^dimension daemons, joined where their numbers differ in one bit.

    Its connectivity is its dimension, but its robustness is only 1: between two opposite faces, every daemon has one
    neighbor in the other face. High connectivity does not make consensus resilient.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013.
    """

    n: Daemons | None = None
    dimension: Annotated[int, Interval(ge=0, le=23), Help("How many bits; log2 of n unless given.")] | None = None

    def __post_init__(self) -> None:
        if self.n is None and self.dimension is None:
            raise ParameterError("missing; give it, or n, a power of two", where="dimension")
        if self.n is not None and self.n != self.size():
            right = f"{self.size()}, two to the power of {self._bits()}"
            if self.dimension is None:
                right = f"a power of two, such as {self.size()} or {2 * self.size()}"
            raise ParameterError(f"{self.n} given; must be {right}", where="n")

    def size(self) -> int:
        return int(2 ** self._bits())

    def edges_expected(self) -> int:
        return self.size() * self._bits()

    def build(self, rng: np.random.Generator) -> Network:
        """Row i holds i with each bit flipped in turn."""
        bits = self._bits()
        n = self.size()
        check_size(n * bits)
        rows = np.arange(n, dtype=np.int32)[:, None] ^ (1 << np.arange(bits, dtype=np.int32))
        rows.sort(axis=1)
        return Network(np.arange(n + 1, dtype=np.int32) * bits, rows.ravel())

    def _bits(self) -> int:
        return self.dimension if self.dimension is not None else (self.n or 1).bit_length() - 1

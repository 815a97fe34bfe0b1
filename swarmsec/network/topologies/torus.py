"""Tori."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.network.topologies._lattice import Columns, Rows, joined, sides
from swarmsec.parameters import Ge


@dataclass(kw_only=True)
class Torus(Topology):
    """A grid whose last row is joined to the first, and last column to the first: every daemon has four neighbors.

    Two of n, rows and columns give the third; n alone gives the rectangle nearest to a square. Both sides are at
    least 3, since shorter ones would join the same two daemons twice.
    """

    n: Daemons | None = None
    rows: Annotated[Rows, Ge(3)] | None = None
    columns: Annotated[Columns, Ge(3)] | None = None

    def __post_init__(self) -> None:
        sides(self.n, self.rows, self.columns, shortest=3)

    def size(self) -> int:
        rows, columns = sides(self.n, self.rows, self.columns, shortest=3)
        return rows * columns

    def edges_expected(self) -> int:
        return 4 * self.size()

    def build(self, rng: np.random.Generator) -> Network:
        """Join each place to the one on its right and the one below, around the border."""
        place = np.arange(self.size()).reshape(sides(self.n, self.rows, self.columns, shortest=3))
        return joined(place.size, [(place, np.roll(place, -1, axis=1)), (place, np.roll(place, -1, axis=0))])

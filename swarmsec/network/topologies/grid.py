"""Grids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.network._network import Network
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.network.topologies._lattice import Columns, Rows, joined, sides


@dataclass(kw_only=True)
class Grid(Topology):
    """Rows and columns, each daemon joined to the four around it, fewer at the border.

    Two of n, rows and columns give the third; n alone gives the rectangle nearest to a square. Daemon i stands in
    row i // columns.
    """

    n: Daemons | None = None
    rows: Rows | None = None
    columns: Columns | None = None

    def __post_init__(self) -> None:
        sides(self.n, self.rows, self.columns, shortest=1)

    def size(self) -> int:
        rows, columns = sides(self.n, self.rows, self.columns, shortest=1)
        return rows * columns

    def edges_expected(self) -> int:
        return 4 * self.size()

    def build(self, rng: np.random.Generator) -> Network:
        """Join each place to the one on its right and the one below."""
        place = np.arange(self.size()).reshape(sides(self.n, self.rows, self.columns, shortest=1))
        return joined(place.size, [(place[:, :-1], place[:, 1:]), (place[:-1], place[1:])])

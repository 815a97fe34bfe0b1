"""Scale-free networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.network.topologies._growth import grown
from swarmsec.parameters import Ge, Help


@dataclass(kw_only=True)
class ScaleFree(Topology):
    """Each new daemon is joined to `attachments` daemons, chosen in proportion to their number of neighbors.

    The network grows from a star of attachments + 1 daemons.

    Source: Barabási and Albert, Emergence of scaling in random networks, Science 1999.
    """

    n: Daemons
    attachments: Annotated[int, Ge(1), Help("How many daemons a new daemon is joined to.")] = 4

    def __post_init__(self) -> None:
        if self.attachments >= self.n:
            most = f"with n: {self.n} must be at most {self.n - 1}" if self.n > 1 else "needs n of at least 2"
            raise ParameterError(f"{self.attachments} given; {most}", where="attachments")

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 2 * self.n * self.attachments

    def build(self, rng: np.random.Generator) -> Network:
        """Grow the star."""
        rim = np.arange(1, self.attachments + 1)
        return grown(self.n, np.zeros_like(rim), rim, self.attachments, rng)

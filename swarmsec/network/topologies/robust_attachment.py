"""Networks that stay (r, s)-robust while they grow."""

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
class RobustAttachment(Topology):
    """A network that is (r, s)-robust at any size: each new daemon brings r + s − 1 edges to a complete network.

    A new daemon with that many neighbors keeps (r, s)-robustness, whichever they are; here, daemons are chosen in
    proportion to their number of neighbors. The complete network has max(2r − 1, r + s − 1) daemons.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013,
    theorem 5.
    """

    n: Daemons
    r: Annotated[int, Ge(1), Help("The r of the network's (r, s)-robustness.")]
    s: Annotated[int, Ge(1), Help("The s of the network's (r, s)-robustness.")] = 1

    def __post_init__(self) -> None:
        if self.n < self._beginning():
            right = f"with r: {self.r}, s: {self.s} must be at least {self._beginning()}"
            raise ParameterError(f"{self.n} given; {right}", where="n")

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return 2 * self.n * (self.r + self.s - 1)

    def build(self, rng: np.random.Generator) -> Network:
        """Grow the complete network."""
        larger, smaller = np.tril_indices(self._beginning(), -1)
        if larger.size:
            return grown(self.n, smaller, larger, self.r + self.s - 1, rng)
        # A single daemon has no neighbors to be chosen by, so the second daemon is joined to it without a draw.
        first = np.arange(min(1, self.n - 1))
        return grown(self.n, first, first + 1, self.r + self.s - 1, rng)

    def _beginning(self) -> int:
        """The size of the complete network."""
        return max(2 * self.r - 1, self.r + self.s - 1)

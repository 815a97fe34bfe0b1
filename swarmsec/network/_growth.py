"""Networks that grow daemon by daemon: scale free, and robust by preferential attachment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network, check_size, from_pairs
from swarmsec.network._topology_base import Daemons, Topology
from swarmsec.parameters import Ge, Help

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

COMPILE_FROM = 100_000
"""Edges from which compiling the growth pays; below it, plain Python draws the same network."""


@dataclass(frozen=True, kw_only=True)
class ScaleFree(Topology):
    """Everyone who joins is joined to `attachments` daemons, a daemon being as likely as it has neighbors.

    It grows from a star of attachments + 1.

    Source: Barabási and Albert, Emergence of scaling in random networks, Science 1999.
    """

    n: Daemons
    attachments: Annotated[int, Ge(1), Help("How many daemons a newcomer is joined to.")] = 4

    def __post_init__(self) -> None:
        if self.attachments >= self.n:
            most = f"with n: {self.n} must be at most {self.n - 1}" if self.n > 1 else "needs n of at least 2"
            raise ParameterError(f"{self.attachments} given; {most}", where="attachments")

    def build(self, rng: np.random.Generator) -> Network:
        """Grow the star."""
        rim = np.arange(1, self.attachments + 1)
        return _grown(self.n, np.zeros_like(rim), rim, self.attachments, rng)


@dataclass(frozen=True, kw_only=True)
class RobustAttachment(Topology):
    """A network that is (r, s)-robust at any size: it grows from a complete one by r + s − 1 edges a newcomer.

    A newcomer with that many neighbors keeps (r, s)-robustness, whomever it is joined to; here, a daemon is as
    likely as it has neighbors. The beginning is complete among max(2r − 1, r + s − 1) daemons.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013,
    theorem 5.
    """

    n: Daemons
    r: Annotated[int, Ge(1), Help("The robustness that the network is to have.")]
    s: Annotated[int, Ge(1), Help("How many daemons hear enough from outside, where neither set does as a whole.")] = 1

    def __post_init__(self) -> None:
        if self.n < self._beginning():
            right = f"with r: {self.r}, s: {self.s} must be at least {self._beginning()}"
            raise ParameterError(f"{self.n} given; {right}", where="n")

    def _beginning(self) -> int:
        return max(2 * self.r - 1, self.r + self.s - 1)

    def build(self, rng: np.random.Generator) -> Network:
        """Grow the complete network."""
        larger, smaller = np.tril_indices(self._beginning(), -1)
        if larger.size:
            return _grown(self.n, smaller, larger, self.r + self.s - 1, rng)
        # One daemon alone has no neighbors to be chosen by; the second one can only join it.
        first = np.arange(min(1, self.n - 1))
        return _grown(self.n, first, first + 1, self.r + self.s - 1, rng)


def _grown(
    n: int, ends: npt.NDArray[np.int64], others: npt.NDArray[np.int64], attachments: int, rng: np.random.Generator
) -> Network:
    """The network that grows from the edges between `ends` and `others`."""
    beginning = int(others.max(initial=0)) + 1
    edges = ends.size + (n - beginning) * attachments
    check_size(2 * edges)
    # Every daemon stands in `met` once for each neighbor that it has: edge e in 2e and 2e + 1.
    met = np.empty(2 * edges, dtype=np.int32)
    met[: 2 * ends.size : 2], met[1 : 2 * ends.size : 2] = ends, others
    grow: Callable[..., None] = _compiled() if edges >= COMPILE_FROM else _grow
    grow(met, 2 * ends.size, beginning, n, attachments, rng)
    return from_pairs(n, met[::2], met[1::2])


def _grow(
    met: npt.NDArray[np.int32], filled: int, beginning: int, n: int, attachments: int, rng: np.random.Generator
) -> None:
    """Join each newcomer to different daemons out of `met`, and enter both ends there."""
    for newcomer in range(beginning, n):
        end = filled
        for _ in range(attachments):
            fresh = False
            while not fresh:
                chosen = met[int(rng.random() * filled)]
                fresh = True
                for e in range(filled, end, 2):
                    if met[e] == chosen:
                        fresh = False
            met[end] = chosen
            met[end + 1] = newcomer
            end += 2
        filled = end


def _compiled() -> Any:
    import numba

    return numba.njit(cache=True)(_grow)

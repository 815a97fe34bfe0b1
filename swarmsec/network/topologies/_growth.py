"""Growth by preferential attachment: new daemons join daemons in proportion to their number of neighbors."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from swarmsec.network._network import Network, check_size, from_pairs

if TYPE_CHECKING:
    import numpy.typing as npt

COMPILE_FROM = 100_000
"""The number of edges from which `_grow` is compiled; with fewer, plain Python draws the same network faster."""


def grown(
    n: int, ends: npt.NDArray[np.int64], others: npt.NDArray[np.int64], attachments: int, rng: np.random.Generator
) -> Network:
    """The network of `n` daemons that grows from some edges.

    Args:
        n: How many daemons there are at the end.
        ends: (k,) one end of each edge at the beginning.
        others: (k,) its other end.
        attachments: How many edges a new daemon brings.
        rng: Draws the daemons to which new ones are joined.
    """
    beginning = int(others.max(initial=0)) + 1
    edges = ends.size + (n - beginning) * attachments
    check_size(2 * edges)
    # `met` holds every daemon once for each of its neighbors: the ends of edge e are at 2e and 2e + 1.
    met = np.empty(2 * edges, dtype=np.int32)
    met[: 2 * ends.size : 2], met[1 : 2 * ends.size : 2] = ends, others
    grow = _compiled() if edges >= COMPILE_FROM else _grow
    grow(met, 2 * ends.size, beginning, n, attachments, rng)
    return from_pairs(n, met[::2], met[1::2])


def _grow(
    met: npt.NDArray[np.int32], filled: int, beginning: int, n: int, attachments: int, rng: np.random.Generator
) -> None:
    """Join each new daemon to different daemons out of `met`, and enter both ends there."""
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


def _compiled() -> Callable[..., None]:
    from swarmsec.compile import compiled

    return compiled(_grow)

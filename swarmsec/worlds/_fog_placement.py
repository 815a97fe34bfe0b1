"""Servers of edge nodes, and the placement of operations on them."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats

Counts: TypeAlias = "npt.NDArray[np.integer[Any]]"
"""Numbers of operations or of servers, or indices of nodes."""


class Placed(NamedTuple):
    """Where the operations of a round went; sensitive and plain operations are counted apart.

    Attributes:
        own: (n, 2) at their own node: sensitive, plain.
        movers: (k,) the nodes that handed operations over.
        contractors: (k,) to whom.
        moved: (k, 2) how many operations: sensitive, plain.
        lost: (n, 2) the operations that were turned away.
    """

    own: Counts
    movers: Counts
    contractors: Counts
    moved: Counts
    lost: Counts


class Servers:
    """The servers of all nodes: busy or free.

    Attributes:
        busy: (n, c) whether a server is busy.
    """

    def __init__(self, busy: Bools) -> None:
        self.busy = busy

    @property
    def free(self) -> Counts:
        """(n,) the free servers of each node."""
        return self.busy.shape[1] - self.busy.sum(axis=1)

    def take(self, counts: Counts) -> None:
        """Occupy (n,) free servers of each node, those of the lowest numbers."""
        rows = np.flatnonzero(counts)
        free = ~self.busy[rows]
        self.busy[rows] |= free & (np.cumsum(free, axis=1) <= counts[rows, None])

    def finish(self, draws: Floats, probability: float) -> int:
        """End the operations on servers whose draw, (n, c), is below the probability; returns how many ended."""
        ended = self.busy & (draws < probability)
        self.busy = self.busy & ~ended
        return int(ended.sum())


def place(servers: Servers, waiting: Counts, home: Counts, abroad: Counts) -> Placed:
    """Place the operations of a round: own node, contractor at home, contractor abroad if plain, else turned away.

    Args:
        servers: Their servers, which are occupied.
        waiting: (n, 2) the operations at each node: sensitive, plain.
        home: (n,) the contractor that each node chose at home; −1 for none.
        abroad: (n,) that abroad, which gets no sensitive operations.
    """
    free = servers.free
    own = _first(waiting, free)
    used, left = own.sum(axis=1), waiting - own
    moves: list[tuple[Counts, Counts, Counts]] = []
    for chosen, kinds in ((home, np.array([1, 1])), (abroad, np.array([0, 1]))):
        movers = np.flatnonzero((chosen >= 0) & ((left * kinds).sum(axis=1) > 0))
        if not len(movers):
            continue
        contractors, wanted = chosen[movers], left[movers] * kinds
        moved = _first(wanted, granted(contractors, wanted.sum(axis=1), free - used))
        left[movers] -= moved
        np.add.at(used, contractors, moved.sum(axis=1))
        moves.append((movers, contractors, moved))
    servers.take(used)
    none = np.zeros(0, dtype=np.int64)
    columns = zip(*moves, strict=True) if moves else (none[None], none[None], np.zeros((1, 0, 2), dtype=np.int64))
    return Placed(own, *(np.concatenate(tuple(column)) for column in columns), left)


def granted(contractors: Counts, wanted: Counts, free: Counts) -> Counts:
    """How many of the (k,) wanted servers each caller gets; a contractor serves its callers in their order.

    Examples:
        >>> granted(np.array([2, 0, 2]), np.array([1, 1, 2]), np.array([0, 5, 2])).tolist()
        [1, 0, 1]
    """
    order = np.argsort(contractors, kind="stable")
    at, asked = contractors[order], wanted[order]
    before = np.cumsum(asked) - asked
    before -= before[np.searchsorted(at, at, side="left")]
    got = np.empty_like(wanted)
    got[order] = np.clip(free[at] - before, 0, asked)
    return got


def _first(operations: Counts, room: Counts) -> Counts:
    """(k, 2) as many of the operations as there is room for, sensitive ones first."""
    sensitive = np.minimum(operations[:, 0], room)
    return np.stack([sensitive, np.minimum(operations[:, 1], room - sensitive)], axis=1)

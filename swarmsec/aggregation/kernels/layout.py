"""The arrays of a network that compiled rules read in every exchange, computed once."""

from __future__ import annotations

from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.network import Network

Unsigned = npt.NDArray[np.uint32]


class Rows:
    """The neighborhoods of a network.

    Attributes:
        n: The number of daemons.
        m: The number of edges.
        degree: The in-degree of all daemons, or −1 if in-degrees differ, because compiled code accepts no None.
        indptr: (n+1,) int32, where each row begins.
        senders: (m,) uint32, the sender on each edge. Unsigned, because compiled code would otherwise test every
            index for a negative sign.
    """

    def __init__(self, indptr: Ints, indices: Ints) -> None:
        self.n = indptr.size - 1
        self.m = indices.size
        self.indptr = read_only(np.ascontiguousarray(indptr, dtype=np.int32))
        self.senders: Unsigned = read_only(np.ascontiguousarray(indices, dtype=np.int32)).view(np.uint32)
        degrees = np.diff(self.indptr)
        first = int(degrees[0]) if self.n else 0
        self.degree = first if bool((degrees == first).all()) else -1

    @cached_property
    def order(self) -> Ints:
        """(n,) the rows by rising degree, so that rows sorted together have similar lengths. Empty if all are equal."""
        if self.degree >= 0:
            return read_only(np.empty(0, dtype=np.int32))
        return read_only(np.argsort(np.diff(self.indptr), kind="stable").astype(np.int32))

    @cached_property
    def shares(self) -> Floats:
        """(n,) 1/(1 + degree): the smaller share of two neighbors is their Metropolis weight."""
        return read_only(1.0 / (1.0 + np.diff(self.indptr)))


def rows_of(network: Network) -> Rows:
    """The rows of a network, cached for the network's lifetime."""
    rows = _known.get(network)
    if rows is None:
        rows = _known[network] = Rows(network.indptr, network.indices)
    return rows


_known: WeakKeyDictionary[Network, Rows] = WeakKeyDictionary()

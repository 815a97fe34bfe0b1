"""A network as the compiled rules read it: who listens to whom, prepared once and read in every exchange."""

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
        n: How many daemons.
        m: How many edges.
        degree: How many daemons everyone listens to, or −1 where that is not one number.
        indptr: (n+1,) int32, where each row begins.
        senders: (m,) uint32, the daemons listened to. Unsigned, because compiled code would otherwise ask every
            index whether it counts from the end.
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
        """(n,) the rows by rising degree, so that rows sorted together are about equally long. Empty if all are."""
        if self.degree >= 0:
            return read_only(np.empty(0, dtype=np.int32))
        return read_only(np.argsort(np.diff(self.indptr), kind="stable").astype(np.int32))

    @cached_property
    def shares(self) -> Floats:
        """(n,) 1/(1 + degree): the smaller one of two neighbors' shares is their Metropolis weight."""
        return read_only(1.0 / (1.0 + np.diff(self.indptr)))


def rows_of(network: Network) -> Rows:
    """The rows of a network; made once, and forgotten with it."""
    rows = _known.get(network)
    if rows is None:
        rows = _known[network] = Rows(network.indptr, network.indices)
    return rows


_known: WeakKeyDictionary[Network, Rows] = WeakKeyDictionary()

"""Identities that join a swarm: rows without links until they join, and then links to some daemons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Ints
from swarmsec.network._network import Network, from_keys

_Scalar = TypeVar("_Scalar", bound="np.generic")

Join = tuple[int, Ints]
"""An identity that joins, and the daemons that it is linked to, in both directions."""


class Joined(NamedTuple):
    """A network after identities have joined.

    Attributes:
        network: The network.
        places: (m,) the number that each edge of the network before has in it.
    """

    network: Network
    places: Ints

    def extend(self, values: npt.NDArray[_Scalar], fill: float) -> npt.NDArray[_Scalar]:
        """(m, ...) values on the edges before → on those now; `fill` on new ones."""
        every = np.full((self.network.m, *values.shape[1:]), fill, dtype=values.dtype)
        every[self.places] = values
        return every


def with_rows(network: Network) -> Network:
    """The network with one more row for each identity of its reserve, still without links.

    Examples:
        >>> with_rows(Network.from_edges(2, [(0, 1)]))
        Network(n=2, m=2)
    """
    if not network.reserve:
        return network
    indptr = np.concatenate([network.indptr, np.full(network.reserve, network.m, dtype=np.int32)])
    return replace(network, indptr=indptr, reserve=0)


def taking_part(network: Network, reserve: int) -> Bools:
    """(n,) the rows of daemons, and of identities that have joined.

    Args:
        network: The network `with_rows`, perhaps with links of identities.
        reserve: How many of its last rows are for identities.
    """
    return np.asarray((np.arange(network.n) < network.n - reserve) | (network.degrees > 0))


def join(network: Network, joins: Sequence[Join]) -> Joined:
    """Link identities to daemons. Earlier edges keep their order.

    Args:
        network: The network `with_rows`.
        joins: The identities, whose rows have no links to these daemons yet.
    """
    ends = np.concatenate([np.full(len(peers), identity, dtype=np.int64) for identity, peers in joins])
    others = np.concatenate([peers for _, peers in joins]).astype(np.int64)
    before = network.receivers.astype(np.int64) * network.n + network.indices
    keys = np.sort(np.concatenate([before, ends * network.n + others, others * network.n + ends]))
    joined = replace(from_keys(network.n, keys), delivery=network.delivery)
    return Joined(joined, np.searchsorted(keys, before).astype(np.int32))

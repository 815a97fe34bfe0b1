"""What daemons claim about each other, as their common listeners receive it.

A claim has one column for each daemon of the swarm: what its sender says about it. A listener uses the columns of the
daemons that it hears itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError
from swarmsec.immunity.edge_lookup import edges_between
from swarmsec.messages import Messages
from swarmsec.network import Network

Edges: TypeAlias = "npt.NDArray[np.integer[Any]]"


class Testimony(NamedTuple):
    """Single claims, k in all, each about a daemon that the receiver hears.

    Attributes:
        witness: (k,) the edge from the daemon that makes the claim to the receiver.
        subject: (k,) the edge from the daemon that it is about to the receiver.
        value: (k,) what is claimed; finite, and never 0.
    """

    witness: Edges
    subject: Edges
    value: Floats


DAEMONS_MAX = 2_000
"""The largest swarm for claims about every daemon: at this size they take 32 MB."""


def check_claims_fit(n: int) -> None:
    """Refuse claims with a column for each of too many daemons.

    Raises:
        ParameterError: There are too many.
    """
    if n > DAEMONS_MAX:
        raise ParameterError(f"{n:,} daemons are too many for claims about each of them; at most {DAEMONS_MAX:,}")


def told_by_edge(network: Network, values: Floats) -> Floats:
    """(n, n) what each daemon tells about each: `values` (m,) of the edge by which it hears it; 0 about all others."""
    told = np.zeros((network.n, network.n))
    told[network.receivers, network.indices] = values
    return told


def testimony(claims: Messages) -> Testimony:
    """The claims that arrived, as pairs of edges into the same receiver. None about its witness itself."""
    network = claims.network
    rows, about = np.divmod(np.flatnonzero(claims.rows != 0), claims.rows.shape[1])  # Faster than `np.nonzero`.
    value = claims.rows[rows, about]
    finite = np.isfinite(value)
    rows, about, value = rows[finite], about[finite], value[finite]
    if claims.per_edge is None:  # Every claim of a daemon arrives at each of its listeners.
        outgoing, heard_by = network.outgoing, network.listeners[rows]
        first = outgoing.indptr[rows] - (np.cumsum(heard_by) - heard_by)
        witness: Edges = outgoing.edges[np.repeat(first, heard_by) + np.arange(heard_by.sum())]
        value, about = np.repeat(value, heard_by), np.repeat(about, heard_by)
    else:
        witness = rows
    subject = edges_between(network, about, network.receivers[witness])
    used = (subject >= 0) & (subject != witness) & claims.received[witness]
    return Testimony(witness[used], subject[used], value[used])

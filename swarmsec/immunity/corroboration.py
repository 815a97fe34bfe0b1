"""How many neighbors of a receiver say about the same as a message: secure acceptance."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network


def supporters(network: Network, values: Floats, valid: Bools, tolerance: Floats) -> Ints:
    """(m,) on how many edges into the same receiver, its own included, a value is at most `tolerance` away.

    Of the d components the one with the fewest supporters counts. 0 on edges that are not valid, which support none.

    Args:
        network: The network, with m edges.
        values: (m, d) the payload on each edge.
        valid: (m,) the edges with a finite payload.
        tolerance: (n, d) how far apart two values of a receiver's neighbors may be.
    """
    from swarmsec.immunity.kernels import near_in_group

    edges = np.flatnonzero(valid)
    starts = np.concatenate([[0], np.cumsum(valid)]).astype(np.int32)[network.indptr]
    found: Ints = np.zeros(network.m, dtype=np.int32)
    each = np.empty((values.shape[1], len(edges)), dtype=np.int32)
    for c, near in enumerate(each):
        near_in_group(starts, values[edges, c], np.ascontiguousarray(tolerance[:, c]), near)
    found[edges] = each.min(axis=0)
    return found

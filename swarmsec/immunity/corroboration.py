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
    edges = np.flatnonzero(valid)
    receivers = network.receivers[edges]
    found: Ints = np.zeros(network.m, dtype=np.int32)
    if len(edges):
        each = [_near(receivers, values[edges, c], tolerance[receivers, c]) for c in range(values.shape[1])]
        found[edges] = np.min(each, axis=0)
    return found


def _near(groups: Ints, values: Floats, tolerance: Floats) -> Ints:
    """(k,) how many values of the same group, itself included, are at most the tolerance away."""
    # NumPy sorts complex numbers by their real and then by their imaginary parts: here by group and then by value.
    ordered = np.sort(groups + 1j * values)
    below = np.searchsorted(ordered, groups + 1j * (values - tolerance), side="left")
    return np.asarray(np.searchsorted(ordered, groups + 1j * (values + tolerance), side="right") - below, np.int32)

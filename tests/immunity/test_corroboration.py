"""Secure acceptance counts how many neighbors of a receiver say about the same."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import supporters
from swarmsec.network import topology


def count(network, values, valid, tolerance):
    """The definition, edge by edge."""
    found = np.zeros(network.m, dtype=int)
    for edge in np.flatnonzero(valid):
        receiver = network.receivers[edge]
        same = np.flatnonzero(valid & (network.receivers == receiver))
        near = np.abs(values[same] - values[edge]) <= tolerance[receiver]
        found[edge] = near.sum(axis=0).min()
    return found


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("d", [1, 3])
def test_it_counts_as_the_definition_does(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    network = topology("small_world", n=25, neighbors=6, rewire=0.3, seed=seed)
    values = rng.integers(-4, 5, size=(network.m, d)).astype(float)  # Many ties, also at the edges of windows.
    valid, tolerance = rng.random(network.m) < 0.8, rng.integers(0, 3, size=(25, d)).astype(float)
    found = supporters(network, values, valid, tolerance)
    assert found.tolist() == count(network, values, valid, tolerance).tolist()


def test_values_of_other_receivers_do_not_count() -> None:
    network = topology("edges", n=6, edges=[[0, 1], [1, 2], [3, 4], [4, 5]])
    values = np.zeros((network.m, 1))
    assert supporters(network, values, np.ones(network.m, dtype=bool), np.ones((6, 1))).max() == 2


def test_without_a_valid_message_nothing_is_supported() -> None:
    network = topology("ring", n=4)
    assert not supporters(network, np.zeros((8, 1)), np.zeros(8, dtype=bool), np.ones((4, 1))).any()

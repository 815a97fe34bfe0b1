"""Edges keep their numbers when identities join."""

from __future__ import annotations

import numpy as np

from swarmsec.immunity import EdgeMemory, edges_between
from swarmsec.network import Network, topology


def test_edges_keep_their_numbers_and_new_ones_begin_with_the_fill() -> None:
    before = Network.from_edges(4, [(0, 1), (1, 2)])
    memory = EdgeMemory(before, fill=7.0)
    memory.keep(np.arange(before.m, dtype=float))
    ends = dict(zip(zip(before.indices, before.receivers, strict=True), memory.on(before), strict=True))
    after = Network.from_edges(4, [(0, 1), (1, 2), (3, 1), (3, 0)])
    found = dict(zip(zip(after.indices, after.receivers, strict=True), memory.on(after), strict=True))
    assert {edge: found[edge] for edge in ends} == ends
    assert {value for edge, value in found.items() if edge not in ends} == {7.0}
    assert memory.on(after) is not memory.on(after)


def test_edges_are_found_by_their_ends_and_no_others_are() -> None:
    network = topology("small_world", n=30, neighbors=4, rewire=0.5)
    assert edges_between(network, network.indices, network.receivers).tolist() == list(range(network.m))
    exists = {(int(s), int(r)) for s, r in zip(network.indices, network.receivers, strict=True)}
    pairs = np.array([(s, r) for r in range(30) for s in range(-1, 31)])
    found = edges_between(network, pairs[:, 0], pairs[:, 1]) >= 0
    assert found.tolist() == [(int(s), int(r)) in exists for s, r in pairs]

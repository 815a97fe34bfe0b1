"""Edges keep their numbers when identities join."""

from __future__ import annotations

import numpy as np

from swarmsec.immunity import EdgeMemory
from swarmsec.network import Network


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

"""Lower bounds on robustness: a network is as robust as a small part from which it can be grown daemon by daemon.

A new daemon that listens to r + s − 1 daemons of an (r, s)-robust network keeps it (r, s)-robust (LeBlanc et al. 2013,
theorem 5; the proof only needs that the new daemon listens). This gives bounds at any size. A failure proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from swarmsec.network import _subsets

if TYPE_CHECKING:
    from swarmsec.arrays import Ints
    from swarmsec.network._network import Network

PART_MAX = 16
"""Daemons in the largest part that is tried; computing its robustness takes 10 ms."""

STEPS_MAX = 2_000
"""Rounds of growth after which a part is given up."""


class Part(NamedTuple):
    """A part of a network from which the whole can be grown.

    Attributes:
        network: The part alone.
        r: The largest r for which the part is r-robust.
        heard: Every daemon that is added listens to at least this many of the daemons before it.
    """

    network: Network
    r: int
    heard: int


def parts(network: Network) -> list[Part]:
    """The parts of a network that may give bounds."""
    found = []
    for order in _orders(network):
        known = 0
        for size in range(2, order.size + 1):
            part = _among(network, order[:size])
            r, _ = _subsets.r_robustness(part)
            # Of equally robust parts, the smallest is the best to grow from.
            if r > known:
                known = r
                found.append(Part(part, r, _heard(network, order[:size])))
    return found


def least_r(parts: list[Part]) -> int:
    """The largest r that growth proves; 0 if none."""
    return max((min(part.r, part.heard) for part in parts), default=0)


def least_s(parts: list[Part], r: int) -> int:
    """The largest s that growth proves for r; 1 if none, since r-robust means (r, 1)-robust."""
    able = [part for part in parts if min(part.r, part.heard) >= r]
    return max((min(_subsets.s_robustness(part.network, r), part.heard - r + 1) for part in able), default=1)


def _orders(network: Network) -> Iterator[Ints]:
    """Orders in which daemons may form a robust part: by number, by degree, around the one of largest degree."""
    yield np.arange(min(network.n, PART_MAX), dtype=np.int32)
    by_degree = np.argsort(-network.degrees, kind="stable").astype(np.int32)
    yield by_degree[:PART_MAX]
    around = by_degree[:1]
    grows = True
    while grows and around.size < PART_MAX:
        listened_to = np.concatenate([network.neighbors(i) for i in around.tolist()])
        wider = np.concatenate([around, np.setdiff1d(listened_to, around)])[:PART_MAX]
        grows = wider.size > around.size
        around = wider
    yield around


def _among(network: Network, daemons: Ints) -> Network:
    """The subnetwork of some daemons."""
    place = {daemon: i for i, daemon in enumerate(daemons.tolist())}
    edges = [(place[j], i) for daemon, i in place.items() for j in network.neighbors(daemon).tolist() if j in place]
    return type(network).from_edges(daemons.size, edges, directed=True)


def _heard(network: Network, part: Ints) -> int:
    """The largest k for which the whole network grows from a part by adding daemons that listen to k; 0 if none."""
    outside = np.delete(network.degrees, part)
    most = int(outside.min()) if outside.size else network.n
    return next((least for least in range(most, 0, -1) if _absorbs_all(network, part, least)), 0)


def _absorbs_all(network: Network, part: Ints, least: int) -> bool:
    """Whether the whole network grows from a part by adding daemons that listen to `least` daemons inside."""
    inside = np.zeros(network.n, dtype=bool)
    heard = np.zeros(network.n, dtype=np.int64)
    new = part
    for _ in range(STEPS_MAX):
        inside[new] = True
        listeners, times = np.unique(network.receivers[network.edges_from(new)], return_counts=True)
        heard[listeners] += times
        new = listeners[(heard[listeners] >= least) & ~inside[listeners]]
        if not new.size:
            return bool(inside.all())
    return False

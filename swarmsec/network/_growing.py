"""A network is at least as robust as a small part of it, if the rest can be added to it daemon by daemon.

Who listens to r of an r-robust network can be added to it, and it stays r-robust (LeBlanc et al. 2013, theorem 5;
the proof needs only that the newcomer listens). This proves a robustness at any size, and tells nothing where
it fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from swarmsec.network import _subsets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from swarmsec.arrays import Ints
    from swarmsec.network._network import Network

CORE = 16
"""Daemons in the part that the rest is added to: its own robustness is found in a hundredth of a second."""

STEPS_MAX = 2_000
"""Rounds of adding; a longer network than that is given up on."""


def least_r(network: Network, least: int) -> int:
    """The largest r above `least` that growth proves, or `least`."""
    for core in _cores(network):
        r, _ = _subsets.r_robustness(_part(network, core))
        while r > least:
            if _absorbs_all(network, core, r):
                least = r
            r -= 1
    return least


def _cores(network: Network) -> Iterator[Ints]:
    """Parts that may be robust: the daemons with most neighbors, and one of them and those around it."""
    by_degree = np.argsort(-network.degrees, kind="stable").astype(np.int32)
    yield by_degree[:CORE]
    around = by_degree[:1]
    while around.size < CORE:
        next_ones = np.concatenate([network.neighbors(i) for i in around.tolist()])
        wider = np.concatenate([around, np.setdiff1d(next_ones, around)])[:CORE]
        if wider.size == around.size:
            return
        around = wider
    yield around


def _part(network: Network, daemons: Ints) -> Network:
    """The network among some of its daemons."""
    place = np.full(network.n, -1, dtype=np.int32)
    place[daemons] = np.arange(daemons.size)
    senders, receivers = place[network.indices], place[network.receivers]
    within = (senders >= 0) & (receivers >= 0)
    return type(network).from_edges(daemons.size, np.column_stack([senders[within], receivers[within]]), directed=True)


def _absorbs_all(network: Network, core: Ints, r: int) -> bool:
    """Whether everyone joins, if whoever listens to at least r of those inside does."""
    inside = np.zeros(network.n, dtype=bool)
    heard = np.zeros(network.n, dtype=np.int64)
    new = core
    for _ in range(STEPS_MAX):
        inside[new] = True
        listeners, times = np.unique(network.receivers[network.edges_from(new)], return_counts=True)
        heard[listeners] += times
        new = listeners[(heard[listeners] >= r) & ~inside[listeners]]
        if not new.size:
            return bool(inside.all())
    return False

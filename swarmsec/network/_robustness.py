"""How many liars a network withstands: (r, s)-robustness, exactly where that can be had in time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network import _lower_bounds, _programs, _subsets
from swarmsec.network._subsets import Pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from swarmsec.network._network import Network

ENUMERATE_TO = 22
"""Daemons up to which all sets are gone through, in half a second and 50 MB."""

PROGRAM_TO = 200
"""Daemons up to which a mixed-integer program is tried; past it there are only bounds."""

GROW_TO = 100_000
"""Daemons up to which a bound by growth is tried, in a second."""


class Robustness(NamedTuple):
    """How robust a network is against daemons that lie.

    A set of daemons is r-reachable if one of them listens to at least r outside it. A network is r-robust if of any
    two disjoint, nonempty sets one is r-reachable, and (r, s)-robust if moreover, of any two, one is reached by r in
    every daemon, or s daemons in both together are.

    W-MSR with parameter F then agrees, within what honest daemons started from, in spite of
      - F malicious daemons in all, who tell everyone the same: if and only if it is (F+1, F+1)-robust;
      - F malicious daemons in every neighborhood: if it is (2F+1)-robust;
      - F Byzantine daemons in all, who tell everyone something else: if and only if what is left without them is
        (F+1)-robust, whoever they are. That, too, follows from (2F+1)-robust.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013.

    Attributes:
        r: The largest r for which it is r-robust.
        s: The largest s for which it is (r, s)-robust.
        witness: Two disjoint sets of which neither is (r_at_most + 1)-reachable, which is why r is no larger. None
            for one daemon.
        exact: Whether r, s and f_max are these. Where they are not, they are the largest that are proven.
        f_max: The largest F for which it is (F+1, F+1)-robust: how many malicious daemons it withstands. −1 where
            even honest daemons need not agree.
        r_at_most: What r may be at most; r itself where that is known.
    """

    r: int
    s: int
    witness: Pair | None
    exact: bool
    f_max: int
    r_at_most: int

    @property
    def f_local(self) -> int:
        """The largest F for which it is (2F+1)-robust: how many liars it withstands in every neighborhood."""
        return (self.r - 1) // 2


def robustness(network: Network, *, time_limit: float = 60.0) -> Robustness:
    """The robustness of a network.

    Up to 22 daemons by going through all sets; up to 200 by mixed-integer programs, as far as time allows (to decide
    it is coNP-complete); past that, and where time ran out, by bounds.

    Args:
        network: Any network, directed or not.
        time_limit: Seconds after which bounds must do. What is found until then depends on the machine; with 0 no
            program is tried, and the bounds are the same everywhere.

    Examples:
        >>> from swarmsec.network import topology
        >>> result = robustness(topology("circulant", n=7, offsets=[1, 2]))
        >>> result.r, result.s, result.f_max
        (2, 7, 1)
    """
    if not time_limit >= 0:
        raise ParameterError(f"{time_limit} given; must be at least 0 seconds", where="time_limit")
    if network.n == 1:
        # By convention (LeBlanc et al. 2013, definitions 6 and 13).
        return Robustness(1, 1, None, True, 0, 1)
    if network.regular_degree == network.n - 1:
        return _complete(network.n)
    if network.n <= ENUMERATE_TO:
        r, witness = _subsets.r_robustness(network)
        return _settled(r, r, witness, lambda r: (_subsets.s_robustness(network, r), True))
    return _bounded(network, time.monotonic() + time_limit if time_limit else None)


def _complete(n: int) -> Robustness:
    half = (n + 1) // 2
    return Robustness(half, n, (tuple(range(n // 2)), tuple(range(n // 2, n))), True, half - 1, half)


def _settled(r: int, r_at_most: int, witness: Pair, s_of: Callable[[int], tuple[int, bool]]) -> Robustness:
    """What follows from r, and from the largest s at each r up to it."""
    s, exact = s_of(r)
    f_max, s_there = r - 1, s
    while s_there < f_max + 1:
        # (r, s)-robust is also (r−1, s+1)-robust, so one step down the question is half answered.
        f_max, s_there = f_max - 1, s_there + 1
        if s_there < f_max + 1:
            found, sure = s_of(f_max + 1)
            s_there, exact = max(s_there, found), exact and sure
    return Robustness(r, s, witness, exact and r == r_at_most, f_max, r_at_most)


def _bounded(network: Network, deadline: float | None) -> Robustness:
    """By programs, between what is known beforehand."""
    if (apart := _two_sources(network)) is not None:
        return Robustness(0, network.n, apart, True, -1, 0)
    # A daemon with many neighbors has some outside any set of at most half of all.
    least = max(1, int(network.degrees.min()) - network.n // 2 + 1)
    parts = _lower_bounds.parts(network) if network.n <= GROW_TO else []
    least = max(least, _lower_bounds.least_r(parts))
    most, witness = min(_easy_pairs(network), key=lambda found: found[0])
    if network.n > PROGRAM_TO or deadline is None:
        return _settled(least, most, witness, lambda r: (_lower_bounds.least_s(parts, r), False))
    if least < most:
        least, found = _programs.r_robustness(network, least, most, deadline)
        if found is not None:
            witness = found
            most = max(_subsets.reach(network, part) for part in found)

    def s_of(r: int) -> tuple[int, bool]:
        s, exact = _programs.s_robustness(network, r, deadline)
        return max(s, _lower_bounds.least_s(parts, r)), exact

    return _settled(least, most, witness, s_of)


def _two_sources(network: Network) -> Pair | None:
    """Two sets of daemons that listen to nobody outside; none if one daemon's word can reach everyone."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(network.m, dtype=np.int8)
    listens = csr_array((ones, network.indices, network.indptr), shape=(network.n, network.n))
    parts, part = connected_components(listens, directed=True, connection="strong")
    hears = np.zeros(parts, dtype=bool)
    hears[part[network.receivers][part[network.receivers] != part[network.indices]]] = True
    sources = np.flatnonzero(~hears)
    if sources.size < 2:
        return None
    first, second = (tuple(np.flatnonzero(part == source).tolist()) for source in sources[:2])
    return first, second


def _easy_pairs(network: Network) -> list[tuple[int, Pair]]:
    """Pairs of sets that are quickly named, each with the reach of the one that is reached more."""
    lonely = np.argsort(network.degrees, kind="stable")[:2].tolist()
    half = network.n // 2
    pairs: list[Pair] = [
        ((lonely[0],), (lonely[1],)),
        (tuple(range(half)), tuple(range(half, network.n))),
        (tuple(range(0, network.n, 2)), tuple(range(1, network.n, 2))),
    ]
    return [(max(_subsets.reach(network, part) for part in pair), pair) for pair in pairs]

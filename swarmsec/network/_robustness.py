"""(r, s)-robustness: the number of malicious daemons that a network tolerates, exact or as bounds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network import _integer_programs, _lower_bounds, _subsets
from swarmsec.network._subsets import Pair
from swarmsec.short_repr import short_repr

if TYPE_CHECKING:
    from collections.abc import Callable

    from swarmsec.network._network import Network

ENUMERATE_TO = 22
"""The largest network for which all sets are enumerated, in 0.5 s and 50 MB."""

PROGRAM_TO = 200
"""The largest network for which mixed-integer programs are solved; above it there are only bounds."""

GROW_TO = 100_000
"""The largest network for which bounds by growth are computed, in 1 s."""


class Robustness(NamedTuple):
    """The robustness of a network against faulty daemons.

    A daemon of a set is r-reached if it listens to at least r daemons outside the set. A set is r-reachable if one of
    its daemons is r-reached. A network is r-robust if, of any two disjoint, nonempty sets, one is r-reachable. It is
    (r, s)-robust if, for any such two sets, all daemons of one set are r-reached, or at least s daemons of both
    together are.

    W-MSR with parameter F makes honest daemons agree within the range of their initial values in spite of
      - F malicious daemons in the whole network, each of which sends the same value to all: if and only if the network
        is (F+1, F+1)-robust;
      - F malicious daemons in every neighborhood: if it is (2F+1)-robust;
      - F Byzantine daemons in the whole network, which may send different values to different daemons: if and only if
        the network is (F+1)-robust without them, whichever they are. This follows from (2F+1)-robustness, too.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013.

    Attributes:
        r: The largest r for which it is r-robust.
        s: The largest s for which it is (r, s)-robust.
        witness: Two disjoint sets, neither (r_at_most + 1)-reachable: the proof that r is not larger. None for one
            daemon.
        exact: Whether r, s and f_max are exact. If not, they are the largest proven ones.
        f_max: The largest F for which it is (F+1, F+1)-robust: the number of malicious daemons that it tolerates. −1
            where honest daemons alone need not agree.
        r_at_most: An upper bound on r; equal to r where r is known exactly.
    """

    r: int
    s: int
    witness: Pair | None
    exact: bool
    f_max: int
    r_at_most: int

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def f_local(self) -> int:
        """The largest F for which it is (2F+1)-robust: malicious daemons that it tolerates in every neighborhood."""
        return (self.r - 1) // 2


def robustness(network: Network, *, time_limit: float = 60.0) -> Robustness:
    """The robustness of a network.

    Networks of up to 22 daemons are decided by enumerating all sets, and of up to 200 by mixed-integer programs while
    time allows (the problem is coNP-complete). For larger ones, and where time runs out, the result is a bound.

    Args:
        network: Any network, directed or not.
        time_limit: Seconds after which bounds are returned. These depend on the speed of the machine; with 0, no
            program is solved, and the bounds are the same everywhere.

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
    """The robustness of a complete network."""
    half = (n + 1) // 2
    return Robustness(half, n, (tuple(range(n // 2)), tuple(range(n // 2, n))), True, half - 1, half)


def _settled(r: int, r_at_most: int, witness: Pair, s_of: Callable[[int], tuple[int, bool]]) -> Robustness:
    """The result for a known r, from the largest s for each r up to it."""
    s, exact = s_of(r)
    f_max, s_there = r - 1, s
    while s_there < f_max + 1:
        # (r, s)-robust is also (r−1, s+1)-robust, which is a bound one step down.
        f_max, s_there = f_max - 1, s_there + 1
        if s_there < f_max + 1:
            found, sure = s_of(f_max + 1)
            s_there, exact = max(s_there, found), exact and sure
    return Robustness(r, s, witness, exact and r == r_at_most, f_max, r_at_most)


def _bounded(network: Network, deadline: float | None) -> Robustness:
    """The result between bounds, narrowed by programs while time allows."""
    if (apart := _two_sources(network)) is not None:
        return Robustness(0, network.n, apart, True, -1, 0)
    # A daemon with more than n / 2 neighbors has some outside any set of at most n / 2 daemons.
    least = max(1, int(network.degrees.min()) - network.n // 2 + 1)
    parts = _lower_bounds.parts(network) if network.n <= GROW_TO else []
    least = max(least, _lower_bounds.least_r(parts))
    most, witness = min(_easy_pairs(network), key=lambda found: found[0])
    if network.n > PROGRAM_TO or deadline is None:
        return _settled(least, most, witness, lambda r: (_lower_bounds.least_s(parts, r), False))
    if least < most:
        least, found = _integer_programs.r_robustness(network, least, most, deadline)
        if found is not None:
            witness = found
            most = max(_subsets.reach(network, part) for part in found)

    def s_of(r: int) -> tuple[int, bool]:
        s, exact = _integer_programs.s_robustness(network, r, deadline)
        return max(s, _lower_bounds.least_s(parts, r)), exact

    return _settled(least, most, witness, s_of)


def _two_sources(network: Network) -> Pair | None:
    """Two disjoint sets that listen to no daemon outside; None if some daemon can reach all others."""
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
    """A few pairs of sets that give upper bounds on r, each with the larger reach of the two."""
    lonely = np.argsort(network.degrees, kind="stable")[:2].tolist()
    half = network.n // 2
    pairs: list[Pair] = [
        ((lonely[0],), (lonely[1],)),
        (tuple(range(half)), tuple(range(half, network.n))),
        (tuple(range(0, network.n, 2)), tuple(range(1, network.n, 2))),
    ]
    return [(max(_subsets.reach(network, part) for part in pair), pair) for pair in pairs]

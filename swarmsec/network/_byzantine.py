"""The number of Byzantine daemons that a network tolerates, wherever they are."""

from __future__ import annotations

import time
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple

from swarmsec.errors import ParameterError
from swarmsec.network import _integer_programs
from swarmsec.network._robustness import PROGRAM_TO, Robustness, robustness

if TYPE_CHECKING:
    from swarmsec.network._network import Network

ENUMERATE_TO = 14
"""The largest network for which all sets of faulty daemons are enumerated, in a few seconds at worst."""


class Byzantine(NamedTuple):
    """The number of Byzantine daemons in the whole network with which W-MSR still makes the others agree.

    W-MSR with parameter F tolerates F Byzantine daemons if and only if the network is (F+1)-robust without any set of
    at most F daemons.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013.

    Attributes:
        f: The largest proven F; −1 where honest daemons alone need not agree.
        f_at_most: An upper bound on F; equal to `f` where F is known exactly.
        liars: At most f_at_most + 1 daemons without which the network is not (f_at_most + 2)-robust; None where the
            bound follows from the number of daemons alone.
    """

    f: int
    f_at_most: int
    liars: tuple[int, ...] | None

    @property
    def exact(self) -> bool:
        """Whether f is the largest F."""
        return self.f == self.f_at_most


def byzantine(network: Network, *, found: Robustness | None = None, time_limit: float = 60.0) -> Byzantine:
    """The number of Byzantine daemons that a network tolerates.

    The network's robustness gives bounds. Between them, all sets of faulty daemons are enumerated for up to 14
    daemons, and mixed-integer programs are solved for up to 200 daemons while time allows.

    Args:
        network: Any network, directed or not.
        found: Its robustness, if known.
        time_limit: Seconds after which bounds are returned. With 0, no program is solved.

    Examples:
        >>> from swarmsec.network import topology
        >>> byzantine(topology("complete", n=7)).f, robustness(topology("complete", n=7)).f_max
        (2, 3)
    """
    if not time_limit >= 0:
        raise ParameterError(f"{time_limit} given; must be at least 0 seconds", where="time_limit")
    deadline = time.monotonic() + time_limit
    found = robustness(network, time_limit=time_limit) if found is None else found
    n = network.n
    # (2F+1)-robustness suffices: without F daemons, every daemon has at most F neighbors fewer. Malicious daemons are a
    # special case of Byzantine ones, and n − F daemons are at most ⌈(n−F)/2⌉-robust. Both bound F from above.
    least = found.f_local
    most = min(found.f_max if found.exact else found.r_at_most - 1, (n - 1) // 3)
    if network.regular_degree == n - 1:
        return Byzantine(most, most, None)
    liars = None
    for f in range(least + 1, most + 1):
        breaking = _find_breaking_set(network, f, deadline if time_limit else None)
        if breaking is None:
            break
        if breaking is not True:
            most, liars = f - 1, breaking
            break
        least = f
    return Byzantine(least, most, liars)


def _find_breaking_set(network: Network, f: int, deadline: float | None) -> tuple[int, ...] | Literal[True] | None:
    """At most f daemons without which the network is not (f+1)-robust; True if there are none, None if unknown."""
    if network.n <= ENUMERATE_TO:
        sets = (liars for size in range(f + 1) for liars in combinations(range(network.n), size))
        return next((liars for liars in sets if robustness(network.without(liars)).r <= f), True)
    if network.n > PROGRAM_TO or deadline is None:
        return None
    return _integer_programs.breaking_set(network, f, deadline)

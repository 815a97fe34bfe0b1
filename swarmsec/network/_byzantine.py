"""How many Byzantine daemons a network withstands, whoever they are."""

from __future__ import annotations

import time
from itertools import combinations
from typing import TYPE_CHECKING, Literal, NamedTuple

from swarmsec.errors import ParameterError
from swarmsec.network import _programs
from swarmsec.network._robustness import PROGRAM_TO, Robustness, robustness

if TYPE_CHECKING:
    from swarmsec.network._network import Network

ENUMERATE_TO = 14
"""Daemons up to which all sets of liars are gone through, in some seconds at worst."""


class Byzantine(NamedTuple):
    """How many daemons may tell everybody something else, while W-MSR still makes the others agree.

    W-MSR with parameter F withstands any F of them in all if and only if, whoever they are, and if they are fewer,
    the network without them is (F+1)-robust.

    Source: LeBlanc, Zhang, Koutsoukos, Sundaram, Resilient asymptotic consensus in robust networks, IEEE JSAC 2013.

    Attributes:
        f: The largest F that is proven; −1 where even honest daemons need not agree.
        f_at_most: What the largest F may be at most; `f` itself where that is known.
        liars: At most f_at_most + 1 daemons without whom the rest is not (f_at_most + 2)-robust; None where counting
            alone bounds F.
    """

    f: int
    f_at_most: int
    liars: tuple[int, ...] | None

    @property
    def exact(self) -> bool:
        """Whether f is the largest F that there is."""
        return self.f == self.f_at_most


def byzantine(network: Network, *, found: Robustness | None = None, time_limit: float = 60.0) -> Byzantine:
    """How many Byzantine daemons a network withstands.

    Between what the network's robustness says already, up to 14 daemons by going through all sets of liars, up to
    200 by mixed-integer programs as far as time allows.

    Args:
        network: Any network, directed or not.
        found: Its robustness, if that is known.
        time_limit: Seconds after which bounds must do. With 0 no program is tried.

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
    # (2F+1)-robust suffices: F liars are F neighbors fewer. Byzantine liars can do what malicious ones can; and F
    # of them leave n − F daemons, which are at most ⌈(n−F)/2⌉-robust.
    least = found.f_local
    most = min(found.f_max if found.exact else found.r_at_most - 1, (n - 1) // 3)
    if network.regular_degree == n - 1:
        return Byzantine(most, most, None)
    liars = None
    for f in range(least + 1, most + 1):
        fooled = _fooled_by(network, f, deadline if time_limit else None)
        if fooled is None:
            break
        if fooled is not True:
            most, liars = f - 1, fooled
            break
        least = f
    return Byzantine(least, most, liars)


def _fooled_by(network: Network, f: int, deadline: float | None) -> tuple[int, ...] | Literal[True] | None:
    """Liars, at most f of them, without whom the rest is not (f+1)-robust; True if there are none, None if unknown."""
    if network.n <= ENUMERATE_TO:
        sets = (liars for size in range(f + 1) for liars in combinations(range(network.n), size))
        return next((liars for liars in sets if robustness(network.without(liars)).r <= f), True)
    if network.n > PROGRAM_TO or deadline is None:
        return None
    return _programs.fooling(network, f, deadline)

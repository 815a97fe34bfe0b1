"""(r, s)-robustness by enumerating every set of daemons.

There are 3^n pairs of disjoint sets, but only 2^n sets. The minimum over the subsets of each set takes n passes over an
array of 2^n values, and the best partner of a set is a subset of its complement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from swarmsec.network._network import Network

Pair = tuple[tuple[int, ...], tuple[int, ...]]
"""Two disjoint sets of daemons, each ascending."""

_Counts: TypeAlias = "npt.NDArray[np.int16]"
"""(2^n,) one number for each set of daemons; daemon i is in set number S if bit i of S is 1."""

NONE = 10_000
"""The value of a set that must not be chosen."""


def reach(network: Network, daemons: tuple[int, ...]) -> int:
    """The largest r for which a set is r-reachable."""
    inside = np.zeros(network.n, dtype=bool)
    inside[list(daemons)] = True
    heard = inside[network.receivers] & ~inside[network.indices]
    return int(np.bincount(network.receivers[heard], minlength=1).max(initial=0))


def r_robustness(network: Network) -> tuple[int, Pair]:
    """The largest r for which a network is r-robust, and two disjoint sets that are not (r+1)-reachable."""
    reached = np.zeros(2**network.n, dtype=np.int16)
    for members, outside in _heard_outside(network):
        members(reached)[...] = np.maximum(members(reached), members(outside))
    reached[0] = NONE
    least = _least_within(reached)
    first = int(np.argmin(np.maximum(reached, least[::-1])))
    everyone = 2**network.n - 1
    partners = np.flatnonzero(reached == least[everyone - first])
    second = int(partners[(partners & first) == 0][0])
    return int(max(reached[first], reached[second])), (_members(first), _members(second))


def s_robustness(network: Network, r: int) -> int:
    """The largest s for which an r-robust network is (r, s)-robust."""
    size, reached = np.zeros(2**network.n, dtype=np.int16), np.zeros(2**network.n, dtype=np.int16)
    for members, outside in _heard_outside(network):
        members(size)[...] += 1
        members(reached)[...] += members(outside) >= r
    # A set whose daemons are all r-reached satisfies the definition with any partner.
    reached[reached == size] = NONE
    return min(network.n, int((reached + _least_within(reached)[::-1]).min()))


def _heard_outside(network: Network) -> Iterator[tuple[_Members, _Counts]]:
    """For each daemon: a selector of the sets that contain it, and how many it listens to outside each set."""
    for i in range(network.n):
        heard = np.zeros(network.n, dtype=np.int16)
        heard[network.neighbors(i)] = 1
        outside = np.full(1, heard.sum(), dtype=np.int16)
        for one in heard:
            outside = np.concatenate([outside, outside - one])
        yield _Members(i), outside


class _Members:
    """Selects, as a view, the entries of the sets that contain daemon i."""

    def __init__(self, i: int) -> None:
        self._shape = (-1, 2, 2**i)

    def __call__(self, counts: _Counts) -> npt.NDArray[np.int16]:
        return counts.reshape(self._shape)[:, 1]


def _least_within(counts: _Counts) -> _Counts:
    """(2^n,) the minimum over the subsets of each set, itself included."""
    least = counts.copy()
    for i in range(counts.size.bit_length() - 1):
        halves = least.reshape(-1, 2, 2**i)
        np.minimum(halves[:, 1], halves[:, 0], out=halves[:, 1])
    return least


def _members(number: int) -> tuple[int, ...]:
    """The daemons of a set by its number."""
    return tuple(i for i in range(number.bit_length()) if number >> i & 1)

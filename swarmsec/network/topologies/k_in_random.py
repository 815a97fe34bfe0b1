"""Networks in which every daemon listens to k random others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Keys, Network, check_size, from_keys
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.network.topologies._random import complement
from swarmsec.parameters import Ge, Help


@dataclass(kw_only=True)
class KInRandom(Topology):
    """Every daemon listens to k others, drawn at random; a daemon that is listened to need not listen back.

    It is directed, like one round of a gossip protocol with random peers.
    """

    n: Daemons
    k: Annotated[int, Ge(0), Help("The number of daemons that each one listens to.")]

    def __post_init__(self) -> None:
        if self.k >= self.n:
            raise ParameterError(f"{self.k} given; with n: {self.n} must be at most {self.n - 1}", where="k")

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return self.n * self.k

    def build(self, rng: np.random.Generator) -> Network:
        """Draw rows that would be more than half full as the complement of sparse ones."""
        check_size(self.n * self.k)
        if 2 * self.k <= self.n:
            return from_keys(self.n, _random_rows(self.n, self.k, rng))
        return complement(from_keys(self.n, _random_rows(self.n, self.n - 1 - self.k, rng)))


def _random_rows(n: int, k: int, rng: np.random.Generator) -> Keys:
    """Sorted keys of n rows with k different senders each, none of them the receiver.

    Duplicates within a row are drawn again until there are none. All daemons are treated alike, so all sets of k are
    equally likely.
    """
    own = np.arange(n)[:, None]
    senders = rng.integers(max(n - 1, 1), size=(n, k))
    rows = np.arange(n)
    while rows.size:
        there = np.sort(senders[rows], axis=1)
        again = np.zeros_like(there, dtype=bool)
        again[:, 1:] = there[:, 1:] == there[:, :-1]
        there[again] = rng.integers(n - 1, size=int(again.sum())) if again.any() else 0
        senders[rows] = there
        rows = rows[again.any(axis=1)]
    senders += senders >= own
    return np.sort((own * n + senders).ravel())

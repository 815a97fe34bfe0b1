"""Random regular networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.errors import ParameterError
from swarmsec.network._network import Keys, Network, check_size, from_pairs
from swarmsec.network.topologies._base import Daemons, Topology
from swarmsec.network.topologies._random import REPAIRS_MAX, complement, first_of_each, pair_keys, within
from swarmsec.parameters import Ge, Help


@dataclass(kw_only=True)
class RandomRegular(Topology):
    """Every daemon has `degree` neighbors, drawn at random.

    The configuration model: shuffle the n · degree ends of edges and join them two by two. Each self-loop or
    duplicate then trades ends with a random edge until none is left, so the network is uniform in the limit of large n.

    Source: Bollobás 1980; the trade is that of McKay and Wormald, J. Algorithms 1990.
    """

    n: Daemons
    degree: Annotated[int, Ge(0), Help("How many neighbors every daemon has.")]

    def __post_init__(self) -> None:
        if self.degree >= self.n:
            raise ParameterError(f"{self.degree} given; with n: {self.n} must be at most {self.n - 1}", where="degree")
        if self.n * self.degree % 2:
            raise ParameterError(f"{self.degree} given; n × degree must be even, and n is {self.n}", where="degree")

    def size(self) -> int:
        return self.n

    def edges_expected(self) -> int:
        return self.n * self.degree

    def build(self, rng: np.random.Generator) -> Network:
        """Draw a dense network as the complement of a sparse one."""
        check_size(self.n * self.degree)
        if 2 * self.degree <= self.n - 1:
            return from_pairs(self.n, *_regular_pairs(self.n, self.degree, rng))
        return complement(from_pairs(self.n, *_regular_pairs(self.n, self.n - 1 - self.degree, rng)))


def _regular_pairs(n: int, degree: int, rng: np.random.Generator) -> tuple[Keys, Keys]:
    """The (k,) ends of a simple network in which every daemon has `degree` ≤ (n−1) / 2 edges."""
    for _ in range(REPAIRS_MAX):
        stubs = np.repeat(np.arange(n), degree)
        rng.shuffle(stubs)
        ends, others = stubs[::2].copy(), stubs[1::2].copy()
        if _repair(n, ends, others, rng):
            return ends, others
    raise AssertionError(f"no {degree}-regular network of {n} daemons in {REPAIRS_MAX} attempts")


def _repair(n: int, ends: Keys, others: Keys, rng: np.random.Generator) -> bool:
    """Let each self-loop and duplicate trade ends with a random edge, in place; whether none is left."""
    for _ in range(REPAIRS_MAX):
        keys = pair_keys(n, ends, others)
        known = np.sort(keys)
        twice = known[1:][known[1:] == known[:-1]]
        wrong = ends == others
        suspects = np.flatnonzero(within(keys, twice))
        wrong[suspects] |= ~first_of_each(keys[suspects])
        bad = np.flatnonzero(wrong)
        made = np.zeros(0, np.int64)
        # A trade adds no self-loop and no duplicate, so `known` may be out of date for a few rounds.
        for _ in range(8):
            if not bad.size:
                return True
            partner = rng.integers(ends.size, size=bad.size)
            flip = rng.random(bad.size) < 0.5
            near, far = np.where(flip, ends[partner], others[partner]), np.where(flip, others[partner], ends[partner])
            new = np.concatenate([pair_keys(n, ends[bad], near), pair_keys(n, others[bad], far)])
            # Both new edges must be new, and no other trade of this round may make the same or use the partner.
            fresh = ~within(new, known) & ~within(new, made) & _unique(new)
            fine = fresh[: bad.size] & fresh[bad.size :] & (ends[bad] != near) & (others[bad] != far)
            fine &= ~wrong[partner] & first_of_each(partner)
            repaired, partner = bad[fine], partner[fine]
            ends[partner], others[partner] = others[repaired], far[fine]
            others[repaired] = near[fine]
            wrong[repaired] = False
            made = np.sort(np.concatenate([made, new[np.tile(fine, 2)]]))
            bad = bad[~fine]
    return False


def _unique(values: Keys) -> Bools:
    """(k,) which values occur once."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(count[place] == 1)

"""Random networks without growth: Erdős–Rényi, random regular, small world, stochastic blocks, k in random.

Each is drawn with whole arrays, by one code at every size; a million daemons of degree 8 take about a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.errors import ParameterError
from swarmsec.network._network import Keys, Network, check_size, from_keys, from_pairs
from swarmsec.network._topology_base import Daemons, Share, Topology
from swarmsec.parameters import Ge, Help, MinLen

ROUNDS_MAX = 200
"""Rounds of repair after which a drawing gives up; one in a hundred is what dense small networks may need."""


@dataclass(frozen=True, kw_only=True)
class ErdosRenyi(Topology):
    """Each pair of daemons is joined with probability p, whatever the others do.

    Source: Gilbert, Random graphs, 1959; drawn by geometric skipping (Batagelj and Brandes, Phys. Rev. E 2005).
    """

    n: Daemons
    p: Annotated[Share, Help("How likely two daemons are joined.")]

    def build(self, rng: np.random.Generator) -> Network:
        """Skip through the pairs from one edge to the next."""
        return from_pairs(self.n, *_random_pairs(self.n, self.p, rng))


@dataclass(frozen=True, kw_only=True)
class RandomRegular(Topology):
    """Everyone has `degree` neighbors, drawn at random.

    The configuration model: shuffle the n · degree ends of edges and join them two by two. Each self-loop or
    duplicate then trades ends with a random edge until none is left, so the network is uniform in the limit of large n.

    Source: Bollobás 1980; the trade is that of McKay and Wormald, J. Algorithms 1990.
    """

    n: Daemons
    degree: Annotated[int, Ge(0), Help("How many neighbors everyone has.")]

    def __post_init__(self) -> None:
        if self.degree >= self.n:
            raise ParameterError(f"{self.degree} given; with n: {self.n} must be at most {self.n - 1}", where="degree")
        if self.n * self.degree % 2:
            raise ParameterError(f"{self.degree} given; n × degree must be even, and n is {self.n}", where="degree")

    def build(self, rng: np.random.Generator) -> Network:
        """A sparse network directly, a dense one as what a sparse one lacks."""
        check_size(self.n * self.degree)
        if 2 * self.degree <= self.n - 1:
            return from_pairs(self.n, *_regular_pairs(self.n, self.degree, rng))
        sparse = from_pairs(self.n, *_regular_pairs(self.n, self.n - 1 - self.degree, rng))
        return _complement(sparse)


@dataclass(frozen=True, kw_only=True)
class SmallWorld(Topology):
    """A ring on which everyone is joined to the nearest `neighbors`, with a share of the edges rewired at random.

    A rewired edge keeps one end and moves the other to a daemon that the first is not joined to yet; it stays where
    it is if there is none.

    Source: Watts and Strogatz, Collective dynamics of small-world networks, Nature 1998.
    """

    n: Daemons
    neighbors: Annotated[int, Ge(0), Help("How many neighbors everyone has before rewiring; even.")]
    rewire: Annotated[Share, Help("How likely an edge is rewired.")] = 0.1

    def __post_init__(self) -> None:
        if self.neighbors % 2:
            raise ParameterError(f"{self.neighbors} given; must be even, half on either side", where="neighbors")
        if self.neighbors >= self.n:
            most = (self.n - 1) // 2 * 2
            raise ParameterError(f"{self.neighbors} given; with n: {self.n} must be at most {most}", where="neighbors")

    def build(self, rng: np.random.Generator) -> Network:
        """The ring, then rounds in which every edge that still has to move proposes a new end."""
        n, reach = self.n, self.neighbors // 2
        check_size(n * self.neighbors)
        here = np.repeat(np.arange(n), reach)
        there = (here + np.tile(np.arange(1, reach + 1), n)) % n
        keys = _pair_keys(n, here, there)
        moving = np.flatnonzero(rng.random(keys.size) < self.rewire)
        for _ in range(ROUNDS_MAX):
            if not moving.size:
                break
            ends = rng.integers(n, size=moving.size)
            proposed = _pair_keys(n, here[moving], ends)
            free = (ends != here[moving]) & ~_among(proposed, np.sort(keys)) & _first_of_its_kind(proposed)
            there[moving[free]], keys[moving[free]] = ends[free], proposed[free]
            moving = moving[~free]
        return from_pairs(n, here, there)


@dataclass(frozen=True, kw_only=True)
class StochasticBlocks(Topology):
    """Data centers: daemons in blocks, joined more often within a block than across.

    Give `sizes`, or n and the number of `blocks` to share it among as evenly as possible. A block's daemons have
    consecutive numbers.

    Source: Holland, Laskey, Leinhardt, Stochastic blockmodels, Social Networks 1983.
    """

    n: Daemons | None = None
    blocks: Annotated[int, Ge(1), Help("How many blocks; needs n.")] | None = None
    sizes: Annotated[list[Daemons], MinLen(1), Help("How many daemons each block has.")] | None = None
    p_in: Annotated[Share, Help("How likely two daemons of one block are joined.")]
    p_out: Annotated[Share, Help("How likely two daemons of different blocks are joined.")]

    def __post_init__(self) -> None:
        if self.sizes is None:
            if self.n is None or self.blocks is None:
                raise ParameterError("missing; give sizes, or n and blocks", where="sizes")
            if self.blocks > self.n:
                raise ParameterError(f"{self.blocks} given; with n: {self.n} must be at most that", where="blocks")
            return
        if self.n not in (None, sum(self.sizes)):
            raise ParameterError(f"{self.n} given; must be {sum(self.sizes)}, the sum of sizes", where="n")
        if self.blocks not in (None, len(self.sizes)):
            raise ParameterError(f"{self.blocks} given; must be {len(self.sizes)}, as sizes says", where="blocks")

    def build(self, rng: np.random.Generator) -> Network:
        """The edges across are those of one Erdős–Rényi network that do not fall within a block."""
        sizes = np.array(self.sizes if self.sizes is not None else _shares(self.n or 1, self.blocks or 1))
        n = int(sizes.sum())
        block = np.repeat(np.arange(sizes.size), sizes)
        ends, others = _random_pairs(n, self.p_out, rng)
        across = block[ends] != block[others]
        pairs = [(ends[across], others[across])]
        for start, size in zip(np.cumsum(sizes) - sizes, sizes.tolist(), strict=True):
            ends, others = _random_pairs(size, self.p_in, rng)
            pairs.append((ends + start, others + start))
        return from_pairs(n, np.concatenate([pair[0] for pair in pairs]), np.concatenate([pair[1] for pair in pairs]))


@dataclass(frozen=True, kw_only=True)
class KInRandom(Topology):
    """Everyone listens to k others, drawn at random; who is listened to need not listen back.

    What a gossip protocol with random peers sees in one round. Directed.
    """

    n: Daemons
    k: Annotated[int, Ge(0), Help("How many daemons everyone listens to.")]

    def __post_init__(self) -> None:
        if self.k >= self.n:
            raise ParameterError(f"{self.k} given; with n: {self.n} must be at most {self.n - 1}", where="k")

    def build(self, rng: np.random.Generator) -> Network:
        """A row that would be more than half full is drawn as what it lacks."""
        check_size(self.n * self.k)
        if 2 * self.k <= self.n:
            return from_keys(self.n, _random_rows(self.n, self.k, rng))
        return _complement(from_keys(self.n, _random_rows(self.n, self.n - 1 - self.k, rng)))


def _random_pairs(n: int, p: float, rng: np.random.Generator) -> tuple[Keys, Keys]:
    """Each of the n (n−1) / 2 pairs with probability p: (k,) larger ends, (k,) smaller ends."""
    pairs = n * (n - 1) // 2
    check_size(int(2 * p * pairs))
    if p == 0 or pairs == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    chosen: list[Keys] = []
    last = -1
    while last < pairs:
        left = p * (pairs - last)
        gaps = rng.geometric(p, size=int(left + 5 * left**0.5) + 8)
        places = last + np.cumsum(np.minimum(gaps, pairs + 1))
        chosen.append(places[: np.searchsorted(places, pairs)])
        last = int(places[-1])
    place = np.concatenate(chosen)
    # Pair number a (a−1) / 2 + b joins a and b < a. The root of a large number can be one off.
    larger = ((1 + np.sqrt(8.0 * place + 1)) / 2).astype(np.int64)
    larger -= larger * (larger - 1) // 2 > place
    larger += larger * (larger + 1) // 2 <= place
    return larger, place - larger * (larger - 1) // 2


def _regular_pairs(n: int, degree: int, rng: np.random.Generator) -> tuple[Keys, Keys]:
    """The (k,) ends of a simple network in which everyone has `degree` ≤ (n−1) / 2 edges."""
    for _ in range(ROUNDS_MAX):
        stubs = np.repeat(np.arange(n), degree)
        rng.shuffle(stubs)
        ends, others = stubs[::2].copy(), stubs[1::2].copy()
        if _repair(n, ends, others, rng):
            return ends, others
    raise AssertionError(f"no {degree}-regular network of {n} daemons in {ROUNDS_MAX} drawings")


def _repair(n: int, ends: Keys, others: Keys, rng: np.random.Generator) -> bool:
    """Let each self-loop and duplicate trade ends with a random edge, in place; whether none is left."""
    for _ in range(ROUNDS_MAX):
        keys = _pair_keys(n, ends, others)
        known = np.sort(keys)
        twice = known[1:][known[1:] == known[:-1]]
        wrong = ends == others
        suspects = np.flatnonzero(_among(keys, twice))
        wrong[suspects] |= ~_first_of_its_kind(keys[suspects])
        bad = np.flatnonzero(wrong)
        made = np.zeros(0, np.int64)
        # A trade makes no new wrong, so a few rounds in which `known` grows old are as good as a new survey.
        for _ in range(8):
            if not bad.size:
                return True
            partner = rng.integers(ends.size, size=bad.size)
            flip = rng.random(bad.size) < 0.5
            near, far = np.where(flip, ends[partner], others[partner]), np.where(flip, others[partner], ends[partner])
            new = np.concatenate([_pair_keys(n, ends[bad], near), _pair_keys(n, others[bad], far)])
            # Both new edges must be new, and no other trade of this round may make the same or use the partner.
            fresh = ~_among(new, known) & ~_among(new, made) & _only_one_of_its_kind(new)
            fine = fresh[: bad.size] & fresh[bad.size :] & (ends[bad] != near) & (others[bad] != far)
            fine &= ~wrong[partner] & _first_of_its_kind(partner)
            mended, partner = bad[fine], partner[fine]
            ends[partner], others[partner] = others[mended], far[fine]
            others[mended] = near[fine]
            wrong[mended] = False
            made = np.sort(np.concatenate([made, new[np.tile(fine, 2)]]))
            bad = bad[~fine]
    return False


def _random_rows(n: int, k: int, rng: np.random.Generator) -> Keys:
    """Keys of n rows with k different senders each, none its own; sorted.

    What a row has twice is drawn again until nothing is. No daemon is treated unlike another, so all sets of k are
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


def _complement(network: Network) -> Network:
    """Who listens to whom exactly where `network` has no edge. Costs n² and is for dense networks."""
    absent = np.ones((network.n, network.n), dtype=bool)
    absent[network.receivers, network.indices] = False
    np.fill_diagonal(absent, False)
    return from_keys(network.n, np.flatnonzero(absent))


def _pair_keys(n: int, ends: Keys, others: Keys) -> Keys:
    """One number for each undirected pair."""
    return np.minimum(ends, others) * n + np.maximum(ends, others)


def _among(values: Keys, known: Keys) -> Bools:
    """(k,) which values are in the sorted array `known`."""
    if not known.size:
        return np.zeros(values.size, dtype=bool)
    found = known[np.minimum(np.searchsorted(known, values), known.size - 1)]
    return np.asarray(found == values)


def _first_of_its_kind(values: Keys) -> Bools:
    """(k,) which values did not occur before."""
    first = np.zeros(values.size, dtype=bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first


def _only_one_of_its_kind(values: Keys) -> Bools:
    """(k,) which values occur once."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(count[place] == 1)


def _shares(n: int, blocks: int) -> list[int]:
    return [n // blocks + (i < n % blocks) for i in range(blocks)]

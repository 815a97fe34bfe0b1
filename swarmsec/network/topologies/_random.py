"""Helpers of random networks. Each is drawn with whole arrays; a million daemons of degree 8 take about a second."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.network._network import Keys, Network, check_size, from_keys

REPAIRS_MAX = 200
"""Rounds of repair after which a draw is given up."""


def random_pairs(n: int, p: float, rng: np.random.Generator) -> tuple[Keys, Keys]:
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


def complement(network: Network) -> Network:
    """The network with exactly the edges that `network` lacks. Costs n² and is for dense networks."""
    absent = np.ones((network.n, network.n), dtype=bool)
    absent[network.receivers, network.indices] = False
    np.fill_diagonal(absent, False)
    return from_keys(network.n, np.flatnonzero(absent))


def pair_keys(n: int, ends: Keys, others: Keys) -> Keys:
    """One number for each undirected pair of (k,) ends."""
    return np.minimum(ends, others) * n + np.maximum(ends, others)


def within(values: Keys, known: Keys) -> Bools:
    """(k,) which values are in the sorted array `known`."""
    if not known.size:
        return np.zeros(values.size, dtype=bool)
    found = known[np.minimum(np.searchsorted(known, values), known.size - 1)]
    return np.asarray(found == values)


def first_of_each(values: Keys) -> Bools:
    """(k,) which values do not occur before their position."""
    first = np.zeros(values.size, dtype=bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first

"""Shapley values: dividing the value of a group among its members (Shapley 1953, A value for n-person games).

A member's share is its marginal contribution to the members before it, averaged over all orders of the group:

    φ_i = Σ_{S ∌ i} |S|! (k − |S| − 1)! / k! · (v(S ∪ {i}) − v(S))

It is the only division with shares that sum to v(all) − v(∅) (efficiency), are equal for members with equal
contributions (symmetry), are 0 for a member that never contributes, and are additive in v. For large groups, orders are
sampled: the estimate is unbiased, and its shares still sum to exactly v(all) − v(∅) (Castro, Gómez & Tejada 2009).

All arithmetic is in exact fractions, so that the sum of the shares is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np

Coalition = frozenset[int]
Value = Callable[[Coalition], float]
"""The value of a coalition."""

EXACT_MOST = 6
"""Up to this number of members, all coalitions are run: 64 for 6 members."""


def coalitions(members: int) -> list[Coalition]:
    """All coalitions of this many members, by rising size."""
    return [frozenset(some) for size in range(members + 1) for some in combinations(range(members), size)]


def orders(members: int, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Random orders of the members, drawn independently and uniformly."""
    return [tuple(rng.permutation(members).tolist()) for _ in range(count)]


def prefix_coalitions(drawn: Iterable[Sequence[int]]) -> list[Coalition]:
    """All coalitions that are a prefix of some given order, each once, by rising size."""
    found = {frozenset(order[:size]) for order in drawn for size in range(len(order) + 1)}
    return sorted(found, key=lambda some: (len(some), sorted(some)))


def shapley(members: int, value: Value) -> list[Fraction]:
    """The exact share of each member.

    Args:
        members: The number of members.
        value: The value of a coalition; called for all 2^members.

    Examples:
        Two members with the values 10 and 30 alone, and 60 together:

        >>> [int(share) for share in shapley(2, lambda some: {0: 0, 1: 10 + 20 * (1 in some), 2: 60}[len(some)])]
        [20, 40]
    """
    known = {some: Fraction(value(some)) for some in coalitions(members)}
    shares = [Fraction(0)] * members
    for some, value_of_some in known.items():
        for member in range(members):
            if member not in some:
                weight = Fraction(factorial(len(some)) * factorial(members - len(some) - 1), factorial(members))
                shares[member] += weight * (known[some | {member}] - value_of_some)
    return shares


def marginals(order: Sequence[int], value: Value) -> list[Fraction]:
    """The marginal contribution of each member in one order."""
    added = [Fraction(0)] * len(order)
    before = Fraction(value(frozenset()))
    for place, member in enumerate(order):
        after = Fraction(value(frozenset(order[: place + 1])))
        added[member], before = after - before, after
    return added

"""How to divide what a group achieves among its members (Shapley 1953, A value for n-person games).

A member's share is what it adds to those who were there before it, on average over all orders in which the group can
come together:

    φ_i = Σ_{S ∌ i} |S|! (k − |S| − 1)! / k! · (v(S ∪ {i}) − v(S))

It is the only division that gives out exactly v(all) − v(nobody) (efficiency), the same to members who add the same
(symmetry), nothing to one who never adds anything, and that is additive in v. Of large groups orders are drawn, and
what is drawn is an unbiased estimate that still gives out exactly everything (Castro, Gómez & Tejada 2009).

Everything is a fraction, since a float is one: what is given out is v(all) − v(nobody) to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np

Coalition = frozenset[int]
Value = Callable[[Coalition], float]
"""What a coalition achieves."""

EXACT_MOST = 6
"""Up to so many members all coalitions are played: 64 of 6."""


def coalitions(members: int) -> list[Coalition]:
    """All coalitions of so many members, the small ones first."""
    return [frozenset(some) for size in range(members + 1) for some in combinations(range(members), size)]


def orders(members: int, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Orders in which members come together, drawn evenly and each for itself."""
    return [tuple(rng.permutation(members).tolist()) for _ in range(count)]


def met(drawn: Iterable[Sequence[int]]) -> list[Coalition]:
    """All coalitions that come together in some orders, each once and the small ones first."""
    found = {frozenset(order[:size]) for order in drawn for size in range(len(order) + 1)}
    return sorted(found, key=lambda some: (len(some), sorted(some)))


def shapley(members: int, value: Value) -> list[Fraction]:
    """The exact share of each member.

    Args:
        members: How many there are.
        value: What a coalition achieves; asked of all 2^members.

    Examples:
        Two who achieve 10 and 30 alone, and 60 together:

        >>> [int(share) for share in shapley(2, lambda some: {0: 0, 1: 10 + 20 * (1 in some), 2: 60}[len(some)])]
        [20, 40]
    """
    known = {some: Fraction(value(some)) for some in coalitions(members)}
    shares = [Fraction(0)] * members
    for some, achieved in known.items():
        for member in range(members):
            if member not in some:
                weight = Fraction(factorial(len(some)) * factorial(members - len(some) - 1), factorial(members))
                shares[member] += weight * (known[some | {member}] - achieved)
    return shares


def marginals(order: Sequence[int], value: Value) -> list[Fraction]:
    """What each member adds to those who came before it in one order."""
    added = [Fraction(0)] * len(order)
    before = Fraction(value(frozenset()))
    for place, member in enumerate(order):
        after = Fraction(value(frozenset(order[: place + 1])))
        added[member], before = after - before, after
    return added

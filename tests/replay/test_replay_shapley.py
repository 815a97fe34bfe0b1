"""Shapley's axioms hold exactly, since shares are fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.replay.shapley import coalitions, marginals, orders, prefix_coalitions, shapley

bills = st.floats(min_value=-1e9, max_value=1e9, allow_nan=False)


@st.composite
def games(draw: st.DrawFn, members: int | None = None) -> tuple[int, dict[frozenset[int], float]]:
    """Some members, and the value of each coalition."""
    count = draw(st.integers(1, 4)) if members is None else members
    return count, {some: draw(bills) for some in coalitions(count)}


@given(games())
def test_shares_add_up_to_the_value_of_the_group_exactly(game):
    members, value = game
    everybody = frozenset(range(members))
    assert sum(shapley(members, value.__getitem__)) == Fraction(value[everybody]) - Fraction(value[frozenset()])


@given(games(members=4), st.integers(0, 2**32))
def test_marginals_add_up_to_the_value_of_the_group_in_every_order(game, seed):
    members, value = game
    total = Fraction(value[frozenset(range(members))]) - Fraction(value[frozenset()])
    drawn = orders(members, 5, np.random.default_rng(seed))
    assert [sum(marginals(order, value.__getitem__)) for order in drawn] == [total] * 5


@given(games(members=3), st.integers(0, 2))
def test_a_member_without_contribution_has_a_share_of_0(game, idle):
    members, value = game
    game_without = {some: value[some - {idle}] for some in value}
    assert shapley(members, game_without.__getitem__)[idle] == 0


@given(games(members=3))
def test_members_with_equal_contributions_have_equal_shares(game):
    members, value = game
    swapped = {0: 1, 1: 0, 2: 2}
    alike = {some: value[min(some, frozenset(swapped[one] for one in some), key=sorted)] for some in value}
    shares = shapley(members, alike.__getitem__)
    assert shares[0] == shares[1]


@given(games(members=3), games(members=3))
def test_shares_of_a_sum_of_games_are_the_sums_of_the_shares(first, second):
    def combine_guarantees(some):
        return Fraction(first[1][some]) + Fraction(second[1][some])

    alone = [shapley(3, game[1].__getitem__) for game in (first, second)]
    assert shapley(3, combine_guarantees) == [one + other for one, other in zip(*alone, strict=True)]


@given(games())
def test_all_orders_drawn_once_give_the_exact_shares(game):
    from itertools import permutations

    members, value = game
    by_order = [marginals(order, value.__getitem__) for order in permutations(range(members))]
    means = [sum(added) / len(by_order) for added in zip(*by_order, strict=True)]
    assert means == shapley(members, value.__getitem__)


def test_the_glove_game_gives_the_scarce_glove_two_thirds():
    """One left glove, two right ones; a pair is worth 1 (Shapley & Shubik 1969)."""
    assert shapley(3, lambda some: float(0 in some and len(some) > 1)) == [
        Fraction(2, 3),
        Fraction(1, 6),
        Fraction(1, 6),
    ]


def test_sampled_orders_need_only_their_prefix_coalitions():
    assert prefix_coalitions([(0, 1, 2), (0, 2, 1)]) == [
        frozenset(),
        frozenset({0}),
        frozenset({0, 1}),
        frozenset({0, 2}),
        frozenset({0, 1, 2}),
    ]

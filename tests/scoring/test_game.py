"""Worst cases, saddle points and equilibria: known games, and von Neumann's theorem on any."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from swarmsec.scoring.game import minimax, nash, saddle_point

payoffs = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=st.floats(-1e6, 1e6, width=32))
)
matching_pennies = np.array([[1.0, -1.0], [-1.0, 1.0]])
rock_paper_scissors = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])


@pytest.mark.parametrize("game", [matching_pennies, rock_paper_scissors])
def test_a_symmetric_game_has_uniform_mixtures_and_value_0(game):
    found = nash(game)
    assert found.value == pytest.approx(0.0, abs=1e-12)
    assert found.rows == pytest.approx(np.full(len(game), 1 / len(game)))
    assert found.columns == pytest.approx(np.full(len(game), 1 / len(game)))
    assert not found.pure


def test_a_two_by_two_game_without_a_saddle_point_has_the_closed_form_solution():
    """v = (ad − bc) / (a + d − b − c); the row of a has probability (d − c) / (a + d − b − c)."""
    found = nash(np.array([[3.0, -1.0], [-2.0, 4.0]]))
    assert found.value == pytest.approx((3 * 4 - 2) / 10)
    assert found.rows == pytest.approx([0.6, 0.4])
    assert found.columns == pytest.approx([0.5, 0.5])


def test_a_saddle_point_gives_pure_strategies():
    game = np.array([[4.0, 1.0, 3.0], [2.0, 1.0, 0.0], [5.0, 3.0, 8.0]])
    assert saddle_point(game) == (2, 1) == minimax(game)
    found = nash(game)
    assert (found.value, found.pure) == (3.0, True)
    assert found.rows.tolist() == [0, 0, 1]
    assert found.columns.tolist() == [0, 1, 0]


def test_a_dominated_strategy_has_probability_0():
    game = np.vstack([rock_paper_scissors, rock_paper_scissors[0] - 1.0])
    assert nash(game).rows[3] == 0


def test_the_value_of_a_constant_game_is_its_constant():
    assert nash(np.full((3, 2), 7.0)).value == 7.0


def test_the_unit_does_not_change_the_mixtures():
    dollars = nash(1e7 + 1e6 * rock_paper_scissors)
    assert dollars.value == pytest.approx(1e7)
    assert dollars.rows == pytest.approx(np.full(3, 1 / 3))


@given(payoffs)
@settings(max_examples=150, deadline=None)
def test_no_team_gains_by_leaving_an_equilibrium(game):
    found = nash(game)
    slack = 1e-6 * (1 + np.ptp(game))
    assert (game @ found.columns).max() <= found.value + slack
    assert (found.rows @ game).min() >= found.value - slack
    assert found.rows.sum() == pytest.approx(1)
    assert found.columns.sum() == pytest.approx(1)
    assert (found.rows >= 0).all()
    assert (found.columns >= 0).all()


@given(payoffs)
def test_the_value_is_between_maximin_and_minimax(game):
    found = nash(game)
    slack = 1e-6 * (1 + np.ptp(game))
    assert game.min(axis=1).max() - slack <= found.value <= game.max(axis=0).min() + slack
    assert found.pure == (game.min(axis=1).max() == game.max(axis=0).min())


@given(payoffs)
def test_the_minimax_column_has_the_least_worst_case(game):
    row, column = minimax(game)
    assert game[row, column] == game[:, column].max() == game.max(axis=0).min()

"""The zero-sum game of attacks against defenses: worst cases, saddle points and mixed equilibria.

Red picks a row and wants the payoff large, blue picks a column and wants it small (von Neumann 1928).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats

_NEGLIGIBLE = 1e-9
"""A probability under this is the noise of the solver."""


class Equilibrium(NamedTuple):
    """A Nash equilibrium: neither team gains by a change of its own strategy alone.

    Attributes:
        value: The expected payoff.
        rows: (r,) the probability with which red plays each row.
        columns: (c,) the probability with which blue plays each column.
        pure: Whether it is a saddle point, in pure strategies.
    """

    value: float
    rows: Floats
    columns: Floats
    pure: bool


def minimax(payoff: Floats) -> tuple[int, int]:
    """The column with the least largest payoff, and the row of that payoff; the first of equals.

    Args:
        payoff: (r, c) the payoff to red, with at least one row and one column.

    Returns:
        The row, and the column.

    Examples:
        >>> minimax(np.array([[3.0, 1.0], [0.0, 2.0]]))
        (1, 1)
    """
    column = int(payoff.max(axis=0).argmin())
    return int(payoff[:, column].argmax()), column


def saddle_point(payoff: Floats) -> tuple[int, int] | None:
    """The first row and column that are best responses to each other, or None if there are none.

    Examples:
        >>> saddle_point(np.array([[4.0, 2.0], [3.0, 1.0]]))
        (0, 1)
    """
    is_saddle = (payoff == payoff.max(axis=0)) & (payoff == payoff.min(axis=1)[:, None])
    found = np.argwhere(is_saddle)
    return (int(found[0, 0]), int(found[0, 1])) if len(found) else None


def nash(payoff: Floats) -> Equilibrium:
    """An equilibrium of the game: a saddle point if there is one, otherwise mixed strategies by linear programming.

    All equilibria have the same value. Red's largest guaranteed payoff is a linear program, and blue's least is its
    dual (Dantzig 1951).

    Args:
        payoff: (r, c) the finite payoff to red, with at least one row and one column.
    """
    found = saddle_point(payoff)
    if found is not None:
        row, column = found
        return Equilibrium(
            float(payoff[found]), np.eye(payoff.shape[0])[row], np.eye(payoff.shape[1])[column], pure=True
        )
    # The solver's tolerances are absolute and meant for values near 1, so payoffs are scaled to [0, 1].
    low, width = float(payoff.min()), float(np.ptp(payoff))
    scaled = (payoff - low) / width
    columns = _minimax_strategy(scaled)
    rows = _minimax_strategy(1.0 - scaled.T)
    return Equilibrium(low + width * float(rows @ scaled @ columns), rows, columns, pure=False)


def _minimax_strategy(loss: Floats) -> Floats:
    """(c,) the probabilities of columns that minimize the largest expected loss over rows; `loss` is (r, c)."""
    from scipy.optimize import linprog

    rows, columns = loss.shape
    solved = linprog(
        np.append(np.zeros(columns), 1.0),
        A_ub=np.hstack([loss, -np.ones((rows, 1))]),
        b_ub=np.zeros(rows),
        A_eq=np.append(np.ones(columns), 0.0)[None, :],
        b_eq=[1.0],
        bounds=[(0, 1)] * columns + [(None, None)],
        method="highs",
    )
    assert solved.status == 0, solved.message  # A finite game has a solution (von Neumann 1928).
    mixture = np.where(solved.x[:-1] > _NEGLIGIBLE, solved.x[:-1], 0.0)
    return np.asarray(mixture / mixture.sum())

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
    """What both play so that neither can do better by itself.

    Attributes:
        value: The payoff.
        rows: (r,) the probability with which red plays each row.
        columns: (c,) the probability with which blue plays each column.
        pure: Whether it is a saddle point, so that nobody needs to mix.
    """

    value: float
    rows: Floats
    columns: Floats
    pure: bool


def minimax(payoff: Floats) -> tuple[int, int]:
    """The column whose largest payoff is least, and the row that reaches it; the first of equals.

    Args:
        payoff: (r, c) what red gets, at least one of each.

    Returns:
        The row, and the column.

    Examples:
        >>> minimax(np.array([[3.0, 1.0], [0.0, 2.0]]))
        (1, 1)
    """
    column = int(payoff.max(axis=0).argmin())
    return int(payoff[:, column].argmax()), column


def saddle_point(payoff: Floats) -> tuple[int, int] | None:
    """A row and a column of which each is the best answer to the other; the first one, or None if there is none.

    Examples:
        >>> saddle_point(np.array([[4.0, 2.0], [3.0, 1.0]]))
        (0, 1)
    """
    is_saddle = (payoff == payoff.max(axis=0)) & (payoff == payoff.min(axis=1)[:, None])
    found = np.argwhere(is_saddle)
    return (int(found[0, 0]), int(found[0, 1])) if len(found) else None


def nash(payoff: Floats) -> Equilibrium:
    """An equilibrium of the game: a saddle point if there is one, and a mixture by linear programming else.

    Where there are several, all have this value. (Dantzig 1951: red's largest guaranteed payoff is a linear program,
    and blue's least is its dual.)

    Args:
        payoff: (r, c) what red gets, finite, at least one of each.
    """
    found = saddle_point(payoff)
    if found is not None:
        row, column = found
        return Equilibrium(
            float(payoff[found]), np.eye(payoff.shape[0])[row], np.eye(payoff.shape[1])[column], pure=True
        )
    # Payoffs in dollars or in beliefs are the same game: the solver's tolerances are made for numbers about 1.
    low, width = float(payoff.min()), float(np.ptp(payoff))
    scaled = (payoff - low) / width
    columns = _cautious(scaled)
    rows = _cautious(1.0 - scaled.T)
    return Equilibrium(low + width * float(rows @ scaled @ columns), rows, columns, pure=False)


def _cautious(loss: Floats) -> Floats:
    """(c,) the mixture of columns whose largest mean loss over rows, (r, c), is least."""
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
    assert solved.status == 0, solved.message  # The game is finite: von Neumann's theorem.
    mixture = np.where(solved.x[:-1] > _NEGLIGIBLE, solved.x[:-1], 0.0)
    return np.asarray(mixture / mixture.sum())

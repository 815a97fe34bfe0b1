"""A center that buys compute for all blocs by a linear program in every round."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats

SEGMENTS = 8
"""The linear pieces of a bloc's falling value of work."""


def dispatch(value: Floats, slope: Floats, cost: Floats, supply: Floats, work: Floats) -> Floats:
    """What to buy: maximize Σ_b V_b(Y_b) − Σ_br cost_br y_br with Y_b = Σ_r y_br ≤ work_b and Σ_b y_br ≤ supply_r.

    V_b' falls from value_b by slope_b per unit, in `SEGMENTS` linear pieces, each as wide as the part of the work that
    is worth doing in the cheapest region.

    Args:
        value: (B,) the value of the first unit of work, USD.
        slope: (B,) by how much each further unit is worth less, at least 0.
        cost: (B, R) the cost of a unit, USD.
        supply: (R,) the units for sale.
        work: (B,) the units that can be used.

    Returns:
        (B, R) units.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    blocs, regions = cost.shape
    useful = np.divide(value - cost.min(axis=1), slope, out=np.full(blocs, np.inf), where=slope > 0)
    width = np.clip(np.minimum(work, useful), 0.0, None) / SEGMENTS
    middle = value[:, None] - (slope * width)[:, None] * (np.arange(SEGMENTS) + 0.5)
    goal = np.concatenate([cost.ravel(), -middle.ravel()])
    size = float(np.abs(goal).max()) or 1.0  # The solver takes very large numbers for infinite ones.
    unit = float(max(supply.max(), width.max())) or 1.0
    pairs, pieces = np.arange(blocs * regions), np.arange(blocs * SEGMENTS)
    limits = coo_array((np.ones(len(pairs)), (pairs % regions, pairs)), shape=(regions, len(pairs) + len(pieces)))
    rows = np.concatenate([pairs // regions, pieces // SEGMENTS])
    signs = np.repeat([1.0, -1.0], [len(pairs), len(pieces)])
    equal = coo_array((signs, (rows, np.arange(len(rows)))), shape=(blocs, len(rows)))
    highest = np.concatenate([np.full(len(pairs), np.inf), np.repeat(width / unit, SEGMENTS)])
    found = linprog(
        goal / size,
        A_ub=limits.tocsr(),
        b_ub=supply / unit,
        A_eq=equal.tocsr(),
        b_eq=np.zeros(blocs),
        bounds=np.stack([np.zeros(len(rows)), highest], axis=1),
        method="highs",
    )
    if found.x is None:  # A solver that gives up buys nothing.
        return np.zeros((blocs, regions))
    return np.maximum(unit * found.x[: len(pairs)].reshape(blocs, regions), 0.0)

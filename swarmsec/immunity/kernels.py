"""Loops over daemons or edges that NumPy has no function for, compiled.

This module imports numba, so only code that is about to compute imports it.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.compile import compiled

Numbers: TypeAlias = "npt.NDArray[np.int64]"


@compiled
def cell_masses(columns: Ints, splits: Floats, masses: Floats, rows: Floats, least: float, found: Floats) -> None:
    """Σ over trees and depths d of 2^d · mass of the cells that each row falls into; see `HalfSpaceTrees`.

    Args:
        columns: (t, c) the column that each inner node splits.
        splits: (t, c) where it splits.
        masses: (t, 2 c + 1) the rows learned in each cell.
        rows: (r, k) rows in the unit cube.
        least: A row goes no further down from a cell with less mass.
        found: (r,) the result.
    """
    inner = columns.shape[1]
    found[:] = 0.0
    for tree in range(len(columns)):
        column, split, mass = columns[tree], splits[tree], masses[tree]
        for row in range(len(rows)):
            cell, weight = 0, 1.0
            while True:
                found[row] += weight * mass[cell]
                if mass[cell] < least or cell >= inner:
                    break
                cell, weight = 2 * cell + 1 + (rows[row, column[cell]] >= split[cell]), 2.0 * weight


@compiled
def nearest_ball(rows: Floats, centers: Floats, squares: Floats, found: Floats) -> None:
    """The least |x − c|² / r² of each row over all balls.

    Args:
        rows: (k, r) the rows, column by column.
        centers: (b, k) the centers c of the balls.
        squares: (b,) their r².
        found: (r,) the result.
    """
    apart = np.empty(rows.shape[1])
    found[:] = np.inf
    for ball in range(len(centers)):
        apart[:] = 0.0
        for column in range(len(rows)):
            center = centers[ball, column]
            for row in range(len(apart)):
                apart[row] += (rows[column, row] - center) * (rows[column, row] - center)
        for row in range(len(apart)):
            found[row] = min(found[row], apart[row] / squares[ball])


@compiled
def near_in_group(starts: Ints, values: Floats, tolerance: Floats, found: Ints) -> None:
    """How many values of the same group, itself included, are at most the tolerance away from each.

    Args:
        starts: (g + 1,) where each group begins.
        values: (k,) finite values.
        tolerance: (g,) that of each group.
        found: (k,) the result.
    """
    for group in range(len(starts) - 1):
        start, stop = starts[group], starts[group + 1]
        for place in range(start, stop):  # Faster than to sort, up to some hundreds.
            low, high = values[place] - tolerance[group], values[place] + tolerance[group]
            count = 0
            for other in range(start, stop):
                count += (values[other] >= low) & (values[other] <= high)
            found[place] = count


@compiled
def present(mature: Bools, k: Floats, populations: Ints, sampled: Floats, presented: Floats, by_k: Floats) -> None:
    """Mature cells present what they sampled: added to `presented`, and times their k to `by_k`; see `DendriticCells`.

    Args:
        mature: (n, c) which cells of each population are mature.
        k: (n, c) their k.
        populations: (a,) the population that samples each antigen.
        sampled: (c, a) how much of each antigen every cell has sampled; set to 0 where it presents.
        presented: (a,) how much of each was presented.
        by_k: (a,) the same, times k.
    """
    for antigen in range(len(populations)):
        population = populations[antigen]
        for cell in range(len(sampled)):
            if mature[population, cell]:
                presented[antigen] += sampled[cell, antigen]
                by_k[antigen] += sampled[cell, antigen] * k[population, cell]
                sampled[cell, antigen] = 0.0


@compiled
def find_edges(indptr: Ints, indices: Ints, senders: Numbers, receivers: Numbers, found: Numbers) -> None:
    """The edge from each sender to its receiver; −1 where there is none, or no such daemon.

    Args:
        indptr: (n + 1,) where the row of each receiver begins.
        indices: (m,) the senders, ascending in a row.
        senders: (k,) numbers.
        receivers: (k,) daemons.
        found: (k,) the result.
    """
    for number in range(len(senders)):
        low, high = indptr[receivers[number]], indptr[receivers[number] + 1]
        stop = high
        while low < high:
            middle = (low + high) // 2
            if indices[middle] < senders[number]:
                low = middle + 1
            else:
                high = middle
        found[number] = low if low < stop and indices[low] == senders[number] else -1

"""Half-space trees: the share of usual rows in random cells around a row."""

from __future__ import annotations

import importlib
import importlib.util
from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.errors import ParameterError

RANGE = 10.0
"""The trees split columns up to this distance from the median, in robust deviations; farther rows are clipped."""

LEAST_MASS = 0.1
"""A row goes no further down from a cell with less than this share of the learned rows (Tan, Ting & Liu 2011)."""


class HalfSpaceForest(NamedTuple):
    """Trees in the order of a heap: the children of node v are 2v + 1, for values below its split, and 2v + 2.

    Attributes:
        columns: (t, 2^h − 1) the column that each inner node splits.
        splits: (t, 2^h − 1) where it splits.
        masses: (t, 2^(h + 1) − 1) the number of learned rows in each cell.
    """

    columns: Ints
    splits: Floats
    masses: Floats


class HalfSpaceTrees:
    """Score rows by the rows that a forest learned in their cells (Tan, Ting & Liu, IJCAI 2011).

    score = 1 − Σ over trees and depths d of 2^d · mass / (t · r · (2^(h + 1) − 1)), down to the first cell with few of
    the r learned rows. Rows are scaled to the unit cube by median and MAD. The trees are made for streams; here they
    learn the warm-up and no row after that, so an attack cannot become usual, and a score depends on its row alone.

    Args:
        trees: The number of trees.
        height: The number of splits above a cell.
        seed: The seed of the splits.
        package: `numpy`, with splits in the middle of random ranges as in the paper; or `river`, whose trees are grown
            and filled by that package, row by row.
    """

    def __init__(self, *, trees: int, height: int, seed: int, package: str = "numpy") -> None:
        self._trees, self._height, self._seed, self._package = trees, height, seed, package

    def fit(self, rows: Floats) -> None:
        """Learn (r, k) normal rows."""
        self._median = np.median(rows, axis=0)
        spread = MAD_TO_DEVIATION * np.median(np.abs(rows - self._median), axis=0)
        negligible = 1e-9 * (1.0 + np.abs(self._median))
        self._scale = np.maximum(np.where(spread > negligible, spread, rows.std(axis=0)), negligible)
        grow = _by_river if self._package == "river" else _by_numpy
        self._forest = grow(self._unit(rows), self._trees, self._height, self._seed)

    def score(self, rows: Floats) -> Floats:
        """(r, k) → (r,), higher is more anomalous; infinite where a row is not finite."""
        from swarmsec.immunity.kernels import cell_masses

        finite: Bools = np.asarray(np.isfinite(rows).all(axis=1))
        unit = self._unit(np.where(finite[:, None], rows, self._median))
        learned, found = float(self._forest.masses[0, 0]), np.empty(len(rows))
        cell_masses(*self._forest, np.ascontiguousarray(unit), LEAST_MASS * learned, found)
        largest = self._trees * learned * (2 ** (self._height + 1) - 1)
        return np.where(finite, 1.0 - found / largest, np.inf)

    def _unit(self, rows: Floats) -> Floats:
        with np.errstate(over="ignore"):
            return np.clip(0.5 + 0.5 / RANGE * (rows - self._median) / self._scale, 0.0, 1.0)


def _paths(forest: HalfSpaceForest, rows: Floats, height: int) -> list[Ints]:
    """The cell of each row in each tree, (r, t), by depth."""
    tree, row = np.arange(len(forest.columns)), np.arange(len(rows))[:, None]
    cells = [np.zeros((len(rows), len(tree)), dtype=np.int32)]
    for _ in range(height):
        at = cells[-1]
        above = rows[row, forest.columns[tree, at]] >= forest.splits[tree, at]
        cells.append(2 * at + 1 + above)
    return cells


def _by_numpy(rows: Floats, trees: int, height: int, seed: int) -> HalfSpaceForest:
    """Split the middle of a random column's range again and again; the ranges differ from tree to tree."""
    rng = np.random.Generator(np.random.PCG64(seed))
    width, inner = rows.shape[1], 2**height - 1
    center = rng.random((trees, width))
    reach = 2.0 * np.maximum(center, 1.0 - center)
    low, high = (center - reach)[:, None], (center + reach)[:, None]
    columns, splits = np.zeros((trees, inner), dtype=np.int32), np.zeros((trees, inner))
    for depth in range(height):
        at = slice(2**depth - 1, 2 ** (depth + 1) - 1)
        columns[:, at] = rng.integers(width, size=(trees, 2**depth))
        split = columns[:, at, None] == np.arange(width)
        middle = (low + high) / 2
        splits[:, at] = middle[split].reshape(trees, -1)
        low = np.stack([low, np.where(split, middle, low)], axis=2).reshape(trees, -1, width)
        high = np.stack([np.where(split, middle, high), high], axis=2).reshape(trees, -1, width)
    forest = HalfSpaceForest(columns, splits, np.zeros((trees, 2 * inner + 1)))
    for cells in _paths(forest, rows, height):
        np.add.at(forest.masses, (np.arange(trees), cells), 1.0)
    return forest


def _by_river(rows: Floats, trees: int, height: int, seed: int) -> HalfSpaceForest:
    """Let river grow the trees and count the rows, in one window."""
    check_river()
    grow = importlib.import_module("river.anomaly").HalfSpaceTrees
    model = grow(n_trees=trees, height=height, window_size=len(rows), seed=seed)
    for row in rows.tolist():
        model.learn_one(dict(enumerate(row)))
    inner = 2**height - 1
    forest = HalfSpaceForest(
        np.zeros((trees, inner), dtype=np.int32), np.zeros((trees, inner)), np.zeros((trees, 2 * inner + 1))
    )
    for tree, root in enumerate(model.trees):
        nodes = [root]
        for at in range(2 * inner + 1):
            forest.masses[tree, at] = nodes[at].r_mass
            if at < inner:
                forest.columns[tree, at], forest.splits[tree, at] = nodes[at].feature, nodes[at].threshold
                nodes.extend(nodes[at].children)
    return forest


def check_river() -> None:
    """Check that the optional package river is installed, without importing it, which takes seconds.

    Raises:
        ParameterError: It is not.
    """
    if importlib.util.find_spec("river") is None:
        raise ParameterError("river is not installed: pip install 'swarmsec[river]'", where="package")

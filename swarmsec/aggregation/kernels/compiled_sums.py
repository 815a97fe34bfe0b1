"""The compiled sums of the rules over many rows: one pass over (n, d) numbers each, and no copy of them.

Every sum has one fixed order, so that the result does not depend on threads or libraries. This file stands alone,
because numba's cache only notices changes in a function's own file.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Floats
from swarmsec.compile import compiled

Places = npt.NDArray[np.int64]


@compiled
def column_sums(rows: Floats, sums: Floats) -> None:
    """The sum of every column: four rows are added at a time, as (a + b) + (c + d)."""
    n, d = rows.shape
    for j in range(d):
        sums[j] = 0.0
    for i in range(0, n - 3, 4):
        for j in range(d):
            sums[j] += (rows[i, j] + rows[i + 1, j]) + (rows[i + 2, j] + rows[i + 3, j])
    for i in range(n - n % 4, n):
        for j in range(d):
            sums[j] += rows[i, j]


@compiled
def weighed_sums(weights: Floats, rows: Floats, sums: Floats) -> None:
    """The sum of every column with a weight for each row: two rows are added at a time."""
    n, d = rows.shape
    for j in range(d):
        sums[j] = 0.0
    for i in range(0, n - 1, 2):
        a, b = weights[i], weights[i + 1]
        for j in range(d):
            sums[j] += a * rows[i, j] + b * rows[i + 1, j]
    if n % 2:
        for j in range(d):
            sums[j] += weights[n - 1] * rows[n - 1, j]


@compiled
def bucket_means(rows: Floats, order: Places, s: int, means: Floats) -> None:
    """The mean of every s consecutive rows in the given order; the last bucket may have fewer rows."""
    n, d = rows.shape
    for b in range(means.shape[0]):
        end = min((b + 1) * s, n)
        size = float(end - b * s)
        if end - b * s == 2:
            i, k = order[b * s], order[b * s + 1]
            for j in range(d):
                means[b, j] = (rows[i, j] + rows[k, j]) / 2.0
            continue
        for j in range(d):
            means[b, j] = 0.0
        for p in range(b * s, end):
            i = order[p]
            for j in range(d):
                means[b, j] += rows[i, j]
        for j in range(d):
            means[b, j] /= size


@compiled
def squares_around(rows: Floats, point: Floats, squares: Floats) -> None:
    """Each row's squared distance from a point, by BLAS's inner product of one row at a time."""
    n, d = rows.shape
    apart = np.empty(d)
    for i in range(n):
        for j in range(d):
            apart[j] = rows[i, j] - point[j]
        squares[i] = np.dot(apart, apart)

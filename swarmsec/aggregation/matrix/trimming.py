"""Rules that treat each component separately: mean, median, trimmed mean, and the mean around the median.

Columns are sorted and summed in rising order, so the order of the rows changes no bit of the result.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.matrix.validation import (
    COMPILED_CELLS_MIN,
    column_sums,
    matrix,
    mean_of,
    points,
    require,
    whole,
)
from swarmsec.arrays import Floats, read_only


def mean(x: npt.ArrayLike, *, f: int = 0) -> Floats:
    """The mean of the rows. It is not robust: one liar can move it to any value.

    Args:
        x: (n, d) a row for every sender; a row that is not finite is dropped.
        f: Ignored; accepted so that all rules have the same signature.

    Returns:
        (d,)

    Raises:
        ParameterError: No row is finite, `x` is not a numeric matrix, or `f` is not an integer.
    """
    rows = matrix(x)
    require(len(rows), whole(f, "f", least=0) * 0, times=1, plus=1, rule="a mean")
    with np.errstate(all="ignore"):
        combined = column_sums(rows) / len(rows)
        # A NaN or an infinity in a row makes a sum non-finite; only then are the rows checked.
        if math.isfinite(float(np.dot(combined, combined))):
            return combined
    return mean_of(points(rows, 0, times=1, plus=1, rule="a mean").rows)


def median(x: npt.ArrayLike, *, f: int = 0) -> Floats:
    """The median of every component; for an even number, the midpoint of the middle two (Yin et al. 2018).

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1. Used only for this check.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.

    Examples:
        >>> median([[0.0], [1.0], [3.0], [1e6]])
        array([2.])
    """
    rows, _ = points(x, f, times=2, plus=1, rule="a median")
    return _trimmed(rows, (len(rows) - 1) // 2)


def trimmed_mean(x: npt.ArrayLike, *, f: int) -> Floats:
    """The mean of every component without its f largest and f smallest values (Yin et al. 2018).

    With at most f liars it stays, in every component, between the smallest and the largest honest value.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped, and one value
            fewer is then dropped at either end.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.

    Examples:
        >>> trimmed_mean([[0.0]] * 7 + [[1e6]] * 3, f=3)
        array([0.])
    """
    rows, f = points(x, f, times=2, plus=1, rule="a trimmed mean")
    return _trimmed(rows, f)


def meamed(x: npt.ArrayLike, *, f: int) -> Floats:
    """The mean around the median: of every component the n − f values nearest to its median (Xie et al. 2018).

    If two values at equal distance on either side compete for the last place, each counts half.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.
    """
    rows, f = points(x, f, times=2, plus=1, rule="a mean around the median")
    return mean_around_median(sorted_columns(rows), len(rows) - f)


def _trimmed(rows: Floats, f: int) -> Floats:
    """(d,) the mean of every column without its extremes, clipped to the hull of the kept values."""
    if rows.size >= COMPILED_CELLS_MIN:
        from swarmsec.aggregation.kernels.compiled_rows import trimmed_columns

        means = np.empty(rows.shape[1])
        trimmed_columns(read_only(np.ascontiguousarray(rows)), f, means)
        # A sum that overflows would be clipped to an end of the hull, near the largest float.
        if float(np.abs(means).max(initial=0.0)) * len(rows) < np.inf:
            return means
    kept = sorted_columns(rows)[f : len(rows) - f]
    return np.asarray(np.clip(mean_of_sorted(kept), kept[0], kept[-1]) + 0.0)


def sorted_columns(rows: Floats) -> Floats:
    """(n, d) a copy with each column in rising order."""
    if rows.size < COMPILED_CELLS_MIN:
        return np.sort(rows, axis=0)
    from swarmsec.aggregation.kernels.compiled_rows import sort_columns

    ranked = np.empty(rows.shape)
    sort_columns(read_only(np.ascontiguousarray(rows)), ranked)
    return ranked


def middle_of(ranked: Floats) -> Floats:
    """(d,) the median of sorted columns. Adding 0 turns −0 into 0."""
    low, high = ranked[(len(ranked) - 1) // 2], ranked[len(ranked) // 2]
    return np.asarray(np.where(low == high, low, 0.5 * low + 0.5 * high) + 0.0)


def mean_of_sorted(ranked: Floats) -> Floats:
    """(d,) the mean of sorted columns, summed upwards."""
    with np.errstate(over="ignore"):
        mean = np.add.reduce(ranked, axis=0) / len(ranked)
    return np.asarray(mean if np.isfinite(mean).all() else np.add.reduce(ranked / len(ranked), axis=0))


def mean_around_median(ranked: Floats, count: int) -> Floats:
    """(d,) in every sorted column, the mean of the `count` values nearest to its median."""
    spare = len(ranked) - count
    if not spare:
        return np.asarray(np.clip(mean_of_sorted(ranked), ranked[0], ranked[-1]))
    middle = middle_of(ranked)
    with np.errstate(over="ignore"):
        below, above = middle - ranked[:spare], ranked[count:] - middle
    # The kept values are consecutive in the sorted column. The window moves up while the next value above is nearer.
    first, last = (above < below).sum(axis=0), (above <= below).sum(axis=0)
    kept = _mean_of_window(ranked, first, count)
    if not np.array_equal(first, last):
        kept = 0.5 * kept + 0.5 * _mean_of_window(ranked, last, count)
    return kept


def _mean_of_window(ranked: Floats, first: npt.NDArray[np.int64], count: int) -> Floats:
    """(d,) in every sorted column, the mean of `count` values from place `first` on."""
    columns = np.arange(ranked.shape[1])
    low, high = ranked[first, columns], ranked[first + count - 1, columns]
    begin, end = int(first.min(initial=0)), int(first.max(initial=0)) + count
    place = np.arange(begin, end)[:, None]
    kept = (place >= first) & (place < first + count)
    with np.errstate(over="ignore"):
        mean = np.add.reduce(ranked[begin:end], axis=0, where=kept) / count
    if not np.isfinite(mean).all():
        mean = np.add.reduce(ranked[begin:end] / count, axis=0, where=kept)
    return np.asarray(np.clip(mean, low, high))

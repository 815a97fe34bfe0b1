"""Checks of the arguments of rules over (n, d) matrices, and their conversion to finite rows."""

from __future__ import annotations

import math
import numbers
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Floats, read_only
from swarmsec.errors import ParameterError

COMPILED_CELLS_MIN = 20_000
"""Below this many numbers NumPy is as fast, and numba is not imported."""


class Points(NamedTuple):
    """The rows that remain after non-finite rows are dropped.

    Attributes:
        rows: (n, d) finite numbers; may be the caller's memory, so it is not written to.
        f: How many of these rows may still be Byzantine: every dropped row was one.
    """

    rows: Floats
    f: int


def points(x: npt.ArrayLike, f: int, *, times: int, plus: int, rule: str) -> Points:
    """Check the arguments of a rule, and drop every row with a NaN or an infinity.

    Such a row counts as Byzantine, so with k of them `f` becomes max(f − k, 0). A precondition n ≥ times · f + plus
    that held before then holds after, unless more rows than f had to be dropped.

    Raises:
        ParameterError: `x` is not a numeric (n, d) array, `f` is not an integer from 0, or n is too small for `f`.
    """
    rows, f = matrix(x), whole(f, "f", least=0)
    require(len(rows), f, times=times, plus=plus, rule=rule)
    if all_finite(rows):
        return Points(rows, f)
    finite = np.isfinite(rows).all(axis=1)
    left = rows[finite]
    f = max(f - (len(rows) - len(left)), 0)
    require(len(left), f, times=times, plus=plus, rule=rule, dropped=len(rows) - len(left))
    return Points(left, f)


def require(n: int, f: int, *, times: int, plus: int, rule: str, dropped: int = 0) -> None:
    """Raise an error unless n ≥ times · f + plus and n ≥ 1."""
    least = max(times * f + plus, 1)
    if n >= least:
        return
    formula = (f"{times}f" if times > 1 else "f") + (f" + {plus}" if plus else "") if times else str(least)
    without = f" after {dropped} that are not finite" if dropped else ""
    raise ParameterError(f"{n} rows{without} and f = {f} given; {rule} needs n >= {formula}, so at least {least} rows")


def matrix(x: npt.ArrayLike) -> Floats:
    """Convert any numeric input of NumPy to (n, d) float64. A list of n numbers becomes n rows of one component.

    Raises:
        ParameterError: It is ragged or not numeric, or has more than two dimensions.
    """
    try:
        given = np.asarray(x)
        if given.dtype.kind not in "biuf":
            raise TypeError(f"{given.dtype} is not numeric")
        # Use one memory layout, because sums depend on it.
        rows = np.ascontiguousarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ParameterError(f"must be numbers in n rows of d components each: {error}", where="x") from error
    if given.ndim == 1:
        rows = rows[:, None]
    if rows.ndim != 2 or given.ndim == 0:
        raise ParameterError(
            f"an array of shape {given.shape} given; must be (n, d), a row for every sender", where="x"
        )
    return rows


def vector(value: npt.ArrayLike, d: int, where: str) -> Floats:
    """Convert a finite vector of d components, or one number for all of them, to (d,).

    Raises:
        ParameterError: It is not such a vector.
    """
    try:
        given = np.broadcast_to(np.asarray(value, dtype=np.float64), (d,))
    except (TypeError, ValueError) as error:
        raise ParameterError(f"must be a vector of {d} numbers: {error}", where=where) from error
    if not np.isfinite(given).all():
        raise ParameterError("must be finite numbers", where=where)
    return given


def whole(value: int, where: str, *, least: int) -> int:
    """Check that a value is an integer of at least `least`; NumPy integers are accepted, booleans are not.

    Raises:
        ParameterError: It is anything else.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral) or value < least:
        raise ParameterError(f"{value!r} given; must be a whole number, at least {least}", where=where)
    return int(value)


def positive(value: float, where: str) -> float:
    """Check that a value is a finite number above 0.

    Raises:
        ParameterError: It is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 < value < np.inf:
        raise ParameterError(f"{value!r} given; must be a number above 0", where=where)
    return float(value)


def all_finite(rows: Floats) -> bool:
    """Whether all numbers are finite; one pass without a mask if their sum of squares is finite."""
    flat = rows.reshape(-1)
    with np.errstate(all="ignore"):
        return math.isfinite(float(np.dot(flat, flat))) or bool(np.isfinite(rows).all())


def mean_of(rows: Floats, weights: Floats | None = None) -> Floats:
    """(d,) the weighted mean of finite rows, summed in one fixed order, also if the plain sum overflows.

    Args:
        rows: (n, d).
        weights: (n,) from 0; 1 unless given. Their sum is above 0.
    """
    with np.errstate(all="ignore"):
        mean = _mean(rows, weights)
    return mean if np.isfinite(mean).all() else _mean(rows / (2.0 * len(rows)), weights) * (2.0 * len(rows))


def _mean(rows: Floats, weights: Floats | None) -> Floats:
    if weights is None:
        return column_sums(rows) / len(rows)
    return np.asarray(weighed_sums(weights, rows) / weights.sum())


def column_sums(rows: Floats) -> Floats:
    """(d,) the sum of every column, in one fixed order."""
    if not _is_large(rows):
        return np.asarray(np.add.reduce(rows, axis=0))
    from swarmsec.aggregation.kernels import compiled_sums as compiled

    sums = np.empty(rows.shape[1])
    compiled.column_sums(read_only(rows), sums)
    return sums


def weighed_sums(weights: Floats, rows: Floats) -> Floats:
    """(d,) the sum of every column, each row times its weight, in one fixed order."""
    if not _is_large(rows):
        return np.asarray(np.einsum("i,ij->j", weights, rows))
    from swarmsec.aggregation.kernels import compiled_sums as compiled

    sums = np.empty(rows.shape[1])
    compiled.weighed_sums(read_only(np.ascontiguousarray(weights)), read_only(rows), sums)
    return sums


def squares_around(rows: Floats, point: Floats) -> Floats:
    """(n,) the squared distance of every row from a point."""
    if not _is_large(rows):
        apart = rows - point
        return np.asarray(np.vecdot(apart, apart))
    from swarmsec.aggregation.kernels import compiled_sums as compiled

    squares = np.empty(len(rows))
    compiled.squares_around(read_only(rows), read_only(np.ascontiguousarray(point)), squares)
    return squares


def _is_large(rows: Floats) -> bool:
    return rows.size >= COMPILED_CELLS_MIN and rows.flags.c_contiguous


def scale_for_squares(rows: Floats) -> float:
    """A power of two that makes numbers as large as possible without overflow of their sum of squares.

    A number 10¹⁵⁰ times smaller than the largest one then still has a nonzero square.
    """
    largest = float(np.abs(rows).max(initial=0.0))
    exponent_max = (1018 - int(rows.size).bit_length()) // 2
    return float(np.ldexp(1.0, int(np.clip(exponent_max - np.frexp(largest)[1], -1022, 1022)))) if largest > 0 else 1.0

"""Rules that compute a center of all rows: the geometric median and centered clipping."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.matrix.trimming import middle_of, sorted_columns
from swarmsec.aggregation.matrix.validation import (
    COMPILED_CELLS_MIN,
    mean_of,
    points,
    positive,
    scale_for_squares,
    squares_around,
    vector,
    weighed_sums,
    whole,
)
from swarmsec.arrays import Floats

TOLERANCE = 1e-10
"""The largest length of the mean unit vector towards the rows at a geometric median; at the exact one it is 0."""

STEPS_MAX = 200


def geometric_median(x: npt.ArrayLike, *, f: int = 0, tolerance: float = TOLERANCE) -> Floats:
    """The point with the smallest sum of distances to the rows, converged.

    Weiszfeld's step y ← Σ x_i/d_i / Σ 1/d_i, at a row in the form of Vardi & Zhang (2000), which also decides whether a
    row is the median. If the steps converge slowly, a Newton step is tried. The iteration ends when the unit vectors
    from y towards the rows sum to less than `tolerance` per row; then the sum of distances exceeds its minimum by at
    most `tolerance` · n ‖y − y*‖. For one component it is the median. Rows on one line may have many medians; the
    result is one of them.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1. Used only for this check.
        tolerance: See above; must be above 0.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, `tolerance` is not above 0, or `x` is not a numeric matrix.

    Examples:
        >>> geometric_median([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]]).round(6)
        array([0.695789, 0.751176])
    """
    rows, _ = points(x, f, times=2, plus=1, rule="a geometric median")
    tolerance = positive(tolerance, "tolerance")
    if rows.shape[1] <= 1 or len(rows) <= 2:
        return middle_of(np.sort(rows, axis=0))
    large = rows.size >= COMPILED_CELLS_MIN
    centered = _centered(rows, mean_of if large else _middle)
    with np.errstate(over="ignore", invalid="ignore"):  # A step that overflows is rejected.
        found = _descend(centered.rows, centered.first, tolerance)
    if large and _is_blurred(centered, found):
        centered = _centered(rows, _middle)
        with np.errstate(over="ignore", invalid="ignore"):
            found = _descend(centered.rows, centered.first, tolerance)
    return (centered.origin + found) / centered.scale


def centered_clipping(
    x: npt.ArrayLike,
    *,
    f: int = 0,
    center: npt.ArrayLike | None = None,
    tau: float | None = None,
    iterations: int = 1,
) -> Floats:
    """Move from a center by the mean of the differences to the rows, each clipped to a length of τ.

    v ← v + 1/n Σ (x_i − v) min(1, τ/‖x_i − v‖); Karimireddy, He, Jaggi 2021.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1. Used only for this check.
        center: (d,) where to start, or one number for all components; in the paper the aggregate of the previous round.
            The median of every component unless given.
        tau: The length of the largest step that one row can cause, over 0. By default, in every iteration, the
            median distance of the rows from the center.
        iterations: The number of iterations, at least 1.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, an option is out of bounds, or `x` is not a numeric matrix.

    Examples:
        >>> rows = [[1, 0], [-1, 0], [0, 1], [0, -1], [1e6, 0]]
        >>> centered_clipping(rows, center=0, tau=1)
        array([0.2, 0. ])
    """
    rows, _ = points(x, f, times=2, plus=1, rule="centered clipping")
    iterations = whole(iterations, "iterations", least=1)
    tau = None if tau is None else positive(tau, "tau")
    v = middle_of(sorted_columns(rows)) if center is None else vector(center, rows.shape[1], "center")
    for _ in range(iterations):
        v = _clipped_step(rows, v, tau)
    return v


class _CenteredRows(NamedTuple):
    """Rows relative to an origin near them, scaled by a power of two if their squares would overflow or vanish."""

    rows: Floats
    origin: Floats
    scale: float
    first: Floats
    """(d,) the starting point, relative to the origin."""


def _centered(rows: Floats, center: Callable[[Floats], Floats]) -> _CenteredRows:
    scale = 1.0
    with np.errstate(all="ignore"):
        first = center(rows)
        squares = np.vecdot(rows, rows)
        if not 1e-200 < squares.max(initial=0.0) < 1e200:
            scale = scale_for_squares(rows)
            rows = rows * scale
            first = center(rows)
            squares = np.vecdot(rows, rows)
        if 4.0 * float(first @ first) < float(np.median(squares)):
            # The origin already lies among the rows.
            return _CenteredRows(rows, np.zeros_like(first), scale, first)
    return _CenteredRows(rows - first, first, scale, np.zeros_like(first))


def _middle(rows: Floats) -> Floats:
    return middle_of(sorted_columns(rows))


def _is_blurred(centered: _CenteredRows, point: Floats) -> bool:
    """Whether half of the rows are much nearer to a point than the origin is, so that differences lose digits."""
    near = float(np.median(squares_around(centered.rows, point)))
    return near < 1e-4 * float(point @ point)


class _PointDistances(NamedTuple):
    """A point (d,), the rows' distances (n,) from it, and their sum."""

    point: Floats
    distances: Floats
    total: float


def _descend(rows: Floats, first: Floats, tolerance: float) -> Floats:
    """(d,) the geometric median of rows around the origin, iterated from `first`."""
    n = len(rows)
    squares = np.vecdot(rows, rows)
    seen = _distances_from(rows, squares, first)
    slope_before = np.inf
    asked: set[int] = set()
    for _ in range(STEPS_MAX):
        nearest = int(np.argmin(seen.distances))
        if seen.distances[nearest] <= 0.05 * seen.distances.mean() and nearest not in asked:
            asked.add(nearest)
            away = _vardi_zhang_step(rows, nearest)
            if away is None:
                return np.array(rows[nearest])
            if seen.distances[nearest] == 0.0:
                seen = _distances_from(rows, squares, away)
                continue
        pulls = 1.0 / np.where(seen.distances > 0, seen.distances, np.inf)
        strength = float(pulls.sum())
        slope = weighed_sums(pulls, rows) - strength * seen.point
        length = float(np.sqrt(slope @ slope))
        if length <= tolerance * n:
            break
        step = slope / strength
        following = None
        if length > 0.3 * slope_before:
            following = _distances_from(rows, squares, seen.point + _newton(rows, seen, pulls, step))
        if following is None or not following.total <= seen.total * (1 + 1e-14):
            following = _distances_from(rows, squares, seen.point + step)
        seen, slope_before = following, length
    return seen.point


def _distances_from(rows: Floats, squares: Floats, point: Floats) -> _PointDistances:
    own = float(point @ point)
    distances = squares - 2.0 * np.vecdot(rows, point) + own
    # If two large numbers nearly cancel, the difference of the vectors is computed directly.
    blurred = np.flatnonzero(distances <= 1e-6 * (squares + own))
    if len(blurred):
        apart = rows[blurred] - point
        distances[blurred] = np.vecdot(apart, apart)
    distances = np.sqrt(distances)
    return _PointDistances(point, distances, float(distances.sum()))


def _vardi_zhang_step(rows: Floats, i: int) -> Floats | None:
    """The step of Vardi and Zhang from row i, or None if that row is the median."""
    apart = rows - rows[i]
    distances = np.sqrt(np.vecdot(apart, apart))
    same = distances == 0.0
    pulls = 1.0 / np.where(same, np.inf, distances)
    pull = weighed_sums(pulls, apart)
    length = float(np.sqrt(pull @ pull))
    if length <= np.count_nonzero(same):
        return None
    return np.asarray(rows[i] + (1.0 - np.count_nonzero(same) / length) * pull / pulls.sum())


def _newton(rows: Floats, seen: _PointDistances, pulls: Floats, step: Floats) -> Floats:
    """Newton's step from Weiszfeld's: solve (I − M) p = step by conjugate gradients, where M is Σ u uᵀ/d over Σ 1/d."""
    strength = float(pulls.sum())
    found, residual = np.zeros_like(step), step
    direction, size = step, float(step @ step)
    least = 1e-8 * size
    for _ in range(min(len(step), 20)):
        share = (np.vecdot(rows, direction) - float(seen.point @ direction)) * pulls * (pulls / strength) * pulls
        image = direction - (weighed_sums(share, rows) - float(share.sum()) * seen.point)
        curvature = float(direction @ image)
        if curvature <= 0.0:
            break
        along = size / curvature
        found = found + along * direction
        residual = residual - along * image
        size, before = float(residual @ residual), size
        if size <= least:
            break
        direction = residual + (size / before) * direction
    return found if found.any() else step


def _clipped_step(rows: Floats, v: Floats, tau: float | None) -> Floats:
    distances, unit = _distances(rows, v)
    cut = float(np.median(distances)) if tau is None else tau * unit
    factors = np.minimum(1.0, cut / np.where(distances > 0, distances, cut)) if cut > 0 else (distances == 0.0) * 1.0
    with np.errstate(all="ignore"):
        step = (weighed_sums(factors, rows) - float(factors.sum()) * v) / len(rows)
    if np.isfinite(step).all() and not factors.min() < 1e-3:
        return v + step
    # A clipped row is far away, and rounding would lose its difference from v, so differences are taken first.
    return v + weighed_sums(factors / len(rows), np.clip(rows - v, -_LARGEST, _LARGEST))


def _distances(rows: Floats, v: Floats) -> tuple[Floats, float]:
    """(n,) distances times a power of two, and that power; it is 1 unless squares would overflow or vanish."""
    with np.errstate(all="ignore"):
        squares = squares_around(rows, v)
    if 1e-200 < squares.max(initial=0.0) < 1e300:
        return np.sqrt(squares), 1.0
    with np.errstate(over="ignore"):
        apart = np.clip(rows - v, -_LARGEST, _LARGEST)
    scale = scale_for_squares(apart)
    return np.sqrt(squares_around(apart * scale, np.zeros_like(v))), scale


_LARGEST = sys.float_info.max

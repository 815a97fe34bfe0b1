"""Rules that select rows by their norm, or by their position relative to a trusted row."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.matrix.trimming import middle_of, sorted_columns
from swarmsec.aggregation.matrix.validation import (
    Points,
    matrix,
    mean_of,
    points,
    require,
    scale_for_squares,
    squares_around,
    vector,
    whole,
)
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError


def cge(x: npt.ArrayLike, *, f: int) -> Floats:
    """Comparative gradient elimination: the mean of the n − f rows of the smallest norm (Gupta, Liu, Vaidya 2021).

    It is designed for gradients, which converge to 0: it depends on the position of the origin. Rows of equal norm at
    the limit share the remaining weight equally.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.
    """
    rows, f = points(x, f, times=2, plus=1, rule="comparative gradient elimination")
    return _mean_of_smallest(rows, _squares(rows), len(rows) - f)


def monna(x: npt.ArrayLike, *, f: int, own: int | npt.ArrayLike | None = None) -> Floats:
    """The mean of the n − f rows nearest to the own row (MoNNA; Farhadkhani et al. 2023).

    Rows at equal distance at the limit share the remaining weight equally.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1.
        own: The index of the own row, or a vector (d,) in its place. By default the median of every component, which
            is our addition to the paper, for calls without an own row.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, `own` is not a row or not finite, or `x` is not a numeric matrix.
    """
    (rows, f), mine = _with_reference(x, f, own, "own", "MoNNA")
    with np.errstate(all="ignore"):
        squares = squares_around(rows, mine)
        if not 1e-200 < squares.max(initial=0.0) < np.inf:
            squares = _squares(rows - mine)
    return _mean_of_smallest(rows, squares, len(rows) - f)


def fltrust(x: npt.ArrayLike, *, f: int = 0, server: int | npt.ArrayLike | None = None) -> Floats:
    """Average rows, weighted by cosine similarity to a trusted row and scaled to its norm.

    FLTrust (Cao et al. 2021): Σ t_i ‖s‖/‖x_i‖ x_i / Σ t_i with t_i = max(0, cos(x_i, s)).
    The result is s if no row has a positive similarity.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine: up to n, because only the server is trusted. Only checked.
        server: The server's own vector (d,), or the index of its row, which is then excluded from the average. By
            default the median of every component, which is our addition to the paper.

    Returns:
        (d,)

    Raises:
        ParameterError: `f` is above n, `server` is not a row or not finite, or `x` is not a numeric matrix.
    """
    (rows, _), trusted = _with_reference(x, f, server, "server", "FLTrust", times=1, plus=0)
    if isinstance(server, (int, np.integer)):
        rows = matrix(x)
        rows = np.delete(rows, int(server), axis=0)
        rows = rows[np.isfinite(rows).all(axis=1)]
    units = _units(rows)
    trust = np.maximum(np.vecdot(units, _units(trusted[None])[0]), 0.0)
    if not trust.any():
        return np.array(trusted)
    # Scale to the trusted row's length in units of its largest number first, which cannot overflow.
    largest = float(np.abs(trusted).max())
    return np.asarray(mean_of(units, trust) * float(np.linalg.norm(trusted / largest)) * largest)


def _with_reference(
    x: npt.ArrayLike, f: int, given: int | npt.ArrayLike | None, where: str, rule: str, *, times: int = 2, plus: int = 1
) -> tuple[Points, Floats]:
    """The finite rows, and the reference vector that they are compared with."""
    given_rows = matrix(x)
    if given is None:
        found = points(given_rows, f, times=times, plus=plus, rule=rule)
        return found, middle_of(sorted_columns(found.rows))
    if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
        require(len(given_rows), whole(f, "f", least=0), times=times, plus=plus, rule=rule)
        place = whole(int(given), where, least=0)
        if place >= len(given_rows):
            raise ParameterError(f"{place} given; must be one of the {len(given_rows)} rows, from 0", where=where)
        reference = vector(given_rows[place], given_rows.shape[1], where)
    else:
        reference = vector(given, given_rows.shape[1], where)
    return points(given_rows, f, times=times, plus=plus, rule=rule), reference


def _mean_of_smallest(rows: Floats, sizes: Floats, count: int) -> Floats:
    """(d,) the mean of the `count` smallest rows; rows of equal size at the limit share the remaining weight."""
    if count == len(rows):
        return mean_of(rows)
    last = np.partition(sizes, count - 1)[count - 1]
    smaller, at_last = sizes < last, sizes == last
    shares = smaller + at_last * ((count - np.count_nonzero(smaller)) / np.count_nonzero(at_last))
    return mean_of(rows, shares)


def _squares(rows: Floats) -> Floats:
    """(n,) squared norms, up to one common factor where they would overflow or vanish."""
    with np.errstate(all="ignore"):
        squares = np.vecdot(rows, rows)
    if not 1e-200 < squares.max(initial=0.0) < np.inf:
        rows = np.clip(rows, -_LARGEST, _LARGEST)
        rows = rows * scale_for_squares(rows)
        squares = np.vecdot(rows, rows)
    return np.asarray(squares)


def _units(rows: Floats) -> Floats:
    """(n, d) each row scaled to length 1; a zero row stays zero. Lengths are in units of the row's largest number."""
    largest = np.abs(rows).max(axis=1, initial=0.0)
    units = rows / np.where(largest > 0, largest, 1.0)[:, None]
    lengths = np.sqrt(np.vecdot(units, units))
    return np.asarray(units / np.where(lengths > 0, lengths, 1.0)[:, None])


_LARGEST = sys.float_info.max

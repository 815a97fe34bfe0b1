"""Rules that prefer rows with many others nearby: Krum, multi-Krum, Bulyan, and nearest-neighbor mixing.

Squared distances come from inner products, ‖a‖² + ‖b‖² − 2ab. Their rounding error is that of the norms, which matters
for rows close together but far from the origin; if it could decide, the distances of these rows are computed directly.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.matrix.trimming import mean_around_median, sorted_columns
from swarmsec.aggregation.matrix.validation import mean_of, points, scale_for_squares, whole
from swarmsec.arrays import Floats
from swarmsec.errors import ParameterError

Places: TypeAlias = "npt.NDArray[np.intp]"

DIRECT_CELLS_MAX = 2**15
"""Up to this many differences, n²d, are computed directly."""

COMPILED_ROWS_MIN = 100
"""Below this many rows NumPy finds the smallest distances as fast as compiled code."""


def krum(x: npt.ArrayLike, *, f: int) -> Floats:
    """The row with the smallest sum of squared distances to its n − f − 2 nearest others (Blanchard et al. 2017).

    Of rows with equal scores, the first is selected.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 3.

    Returns:
        (d,) one of the rows.

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.

    Examples:
        >>> krum([[0.0], [0.1], [0.2], [0.4], [1e6]], f=1)
        array([0.1])
    """
    rows, f = points(x, f, times=2, plus=3, rule="KrumRule")
    return np.array(rows[_closest(rows, len(rows) - f - 2, 1)[0]])


def multi_krum(x: npt.ArrayLike, *, f: int, m: int | None = None) -> Floats:
    """The mean of the m rows that Krum finds best (Blanchard et al. 2017, section 5).

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 3.
        m: From 1, which is Krum, to n − f. By default n − f − 2, the largest m with proven resilience
            (El Mhamdi, Guerraoui, Rouault 2018).

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, `m` is out of bounds, or `x` is not a numeric matrix.
    """
    rows, f = points(x, f, times=2, plus=3, rule="multi-Krum")
    n = len(rows)
    m = n - f - 2 if m is None else whole(m, "m", least=1)
    if m > n - f:
        raise ParameterError(f"{m} given; must be at most n - f, so at most {n - f}", where="m")
    return mean_of(rows[np.sort(_closest(rows, n - f - 2, m))])


def bulyan(x: npt.ArrayLike, *, f: int) -> Floats:
    """Select n − 2f rows by Krum one after the other, then take the mean around their median (El Mhamdi et al. 2018).

    Krum is computed again for every selection, without the rows that were selected before. Of the selected rows, every
    component is the mean of the n − 4f values nearest to its median.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 4f + 3.

    Returns:
        (d,)

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.
    """
    rows, f = points(x, f, times=4, plus=3, rule="Bulyan")
    n = len(rows)
    selected = _closest_in_turn(squared_distances(rows), f, n - 2 * f)
    return mean_around_median(sorted_columns(rows[selected]), n - 4 * f)


def nnm(x: npt.ArrayLike, *, f: int) -> Floats:
    """Nearest-neighbor mixing: every row becomes the mean of the n − f rows nearest to it (Allouah et al. 2023).

    Each of the rules here is robust to order f/n on the mixed rows. A row counts as nearest to itself. Rows at equal
    distance at the limit share the remaining weight equally.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; n ≥ 2f + 1.

    Returns:
        (n, d) mixed rows, without those that were dropped.

    Raises:
        ParameterError: Too few rows for `f`, or `x` is not a numeric matrix.
    """
    rows, f = points(x, f, times=2, plus=1, rule="nearest-neighbor mixing")
    n = len(rows)
    distances = squared_distances(rows)
    reach = np.partition(distances, n - f - 1, axis=1)[:, n - f - 1 : n - f]
    shares = (distances < reach).astype(np.float64)
    at_reach = distances == reach
    shares += at_reach * ((n - f - shares.sum(axis=1, keepdims=True)) / at_reach.sum(axis=1, keepdims=True))
    shares /= n - f
    with np.errstate(all="ignore"):
        mixed = shares @ rows
    mixed = mixed if np.isfinite(mixed).all() else (shares @ (rows / n)) * n
    # BLAS may round two equal rows of a product differently, depending on their position in its blocks.
    return mixed[_first_equal(shares)]


def squared_distances(rows: Floats) -> Floats:
    """(n, n) squared distances, up to one common factor where they would overflow or vanish; 0 on the diagonal."""
    if rows.size * len(rows) <= DIRECT_CELLS_MAX:
        return _direct(_scaled(rows).rows)
    # Equal rows get equal distances: BLAS may round them differently, and ties matter.
    first = _first_equal(rows)
    distances = _distances_by_products(rows)
    return distances if (first == np.arange(len(rows))).all() else distances[np.ix_(first, first)]


def _distances_by_products(rows: Floats) -> Floats:
    """`squared_distances` by one matrix product; equal rows may differ in the last bits."""
    n = len(rows)
    sizes = _scaled(rows)
    rows = sizes.rows
    nearest = max(n // 2, 1)
    for _ in range(2):
        # Exactly symmetric, because ties matter.
        distances = -2.0 * (sizes.rows @ sizes.rows.T)
        distances += sizes.squares + sizes.squares[:, None]
        np.maximum(distances, 0.0, out=distances)
        np.fill_diagonal(distances, 0.0)
        sums = np.partition(distances, nearest, axis=1)[:, : nearest + 1].sum(axis=1)
        blurred = np.flatnonzero(sums < 1e-6 * nearest * sizes.squares)
        if not len(blurred):
            return distances
        sizes = _centered(rows, int(np.argmin(sums)))
    for i in blurred:
        distances[i] = distances[:, i] = _distances_from(rows, i)
    return distances


def _first_equal(rows: Floats) -> Places:
    """(n,) the index of the first row that equals each row."""
    first: dict[bytes, int] = {}
    # Adding 0 turns -0 into 0, because equal numbers must have equal bytes.
    return np.array([first.setdefault((row + 0.0).tobytes(), i) for i, row in enumerate(rows)], dtype=np.intp)


class _ScaledRows(NamedTuple):
    """Rows whose squared norms (n,) neither overflow nor all vanish; `usual` if float32 can hold them too."""

    rows: Floats
    squares: Floats
    usual: bool


def _scaled(rows: Floats) -> _ScaledRows:
    """The rows, scaled by a power of two if their squared norms would overflow or vanish."""
    with np.errstate(all="ignore"):
        squares = _norms(rows)
    if 1e-12 < squares.max(initial=0.0) < 1e24:
        return _ScaledRows(rows, squares, True)
    rows = rows * scale_for_squares(rows)
    return _ScaledRows(rows, _norms(rows), False)


def _norms(rows: Floats) -> Floats:
    return np.asarray(np.vecdot(rows, rows))


def _centered(rows: Floats, i: int) -> _ScaledRows:
    rows = rows - rows[i]
    return _ScaledRows(rows, _norms(rows), False)


def _direct(rows: Floats) -> Floats:
    apart = rows[:, None] - rows
    return np.asarray(np.einsum("ijk,ijk->ij", apart, apart))


def _distances_from(rows: Floats, i: np.intp) -> Floats:
    """(n,) squared distances of all rows from row i, measured one by one."""
    apart = rows - rows[i]
    return np.asarray(np.einsum("ij,ij->i", apart, apart))


def _closest(rows: Floats, neighbors: int, count: int) -> Places:
    """The `count` rows with the smallest sums of squared distances to their nearest `neighbors`, the best one first."""
    sized = _scaled(rows)
    if rows.size * len(rows) <= DIRECT_CELLS_MAX:
        scores = np.add.reduce(np.sort(_direct(sized.rows), axis=0)[1 : neighbors + 1], axis=0)
        return np.argsort(scores, kind="stable")[:count]
    rough = _ApproximateScores.of(sized, neighbors)
    if count == 1:
        best = int(np.argmin(rough.scores))
        if np.count_nonzero(rough.scores - rough.error <= rough.scores[best] + rough.error[best]) == 1:
            return np.array([best])
    if rough.unsure(count).sum() > 8:
        rough = _ApproximateScores.of(_centered(sized.rows, int(np.argmin(rough.scores))), neighbors)
    unsure = np.flatnonzero(rough.unsure(count))
    scores = rough.scores.copy()
    for i in unsure[rough.error[unsure] > 0]:
        distances = _distances_from(sized.rows, i)
        scores[i] = np.partition(distances, neighbors)[: neighbors + 1].sum()
    sure = np.flatnonzero(rough.sure(count))
    found = np.concatenate([sure, unsure[np.argsort(scores[unsure], kind="stable")[: count - len(sure)]]])
    return found[np.argsort(scores[found], kind="stable")]


class _ApproximateScores(NamedTuple):
    """Krum's scores (n,) from inner products, and the bounds of their rounding errors (n,)."""

    scores: Floats
    error: Floats

    @classmethod
    def of(cls, sized: _ScaledRows, neighbors: int) -> _ApproximateScores:
        """Compute them in float32 if it can represent the norms: it is fast, and almost always precise enough."""
        n, d = sized.rows.shape
        precision = np.dtype(np.float32 if sized.usual else np.float64)
        rows: npt.NDArray[Any] = sized.rows.astype(precision, copy=False)
        gram = rows @ rows.T
        scores = np.empty(n)
        if n < COMPILED_ROWS_MIN:
            distances = sized.squares - 2.0 * gram
            distances += sized.squares[:, None]
            np.fill_diagonal(distances, -1.0)  # The row itself comes first, and is excluded.
            distances.partition(neighbors, axis=1)
            scores = np.maximum(distances[:, 1 : neighbors + 1], 0.0).sum(axis=1)
        else:
            from swarmsec.aggregation.kernels.compiled_distances import nearest_sums

            nearest_sums(gram, sized.squares, neighbors, scores, np.empty(n))
        # An inner product is off by at most d roundings of |a||b|; and |b| is at most |a| and their distance.
        rounding = (d + 4) * (2.0**-23 if sized.usual else 2.0**-52)
        error = rounding * (3.0 * neighbors * sized.squares + 2.0 * scores)
        return cls(scores, error)

    def sure(self, count: int) -> npt.NDArray[np.bool_]:
        """(n,) the rows that are among the best `count` for every possible rounding error."""
        high = self.scores + self.error
        return np.asarray(np.searchsorted(np.sort(self.scores - self.error), high, side="right") <= count)

    def unsure(self, count: int) -> npt.NDArray[np.bool_]:
        """(n,) the rows that are among them for some possible rounding errors only."""
        cut = np.partition(self.scores + self.error, count - 1)[count - 1]
        return np.asarray((self.scores - self.error <= cut) & ~self.sure(count))


def _closest_in_turn(distances: Floats, f: int, count: int) -> Places:
    """The rows that Krum finds best one after the other, each time among the remaining rows.

    Two rows that are each other's nearest have equal scores if one neighbor counts; the one closer to all others is
    selected first.
    """
    if count == len(distances):
        return np.arange(count)
    left = np.arange(len(distances))
    order = np.argsort(distances, axis=1, kind="stable")
    # Each row's distances to the other remaining rows, rising; the row itself comes first and is excluded.
    others = order != left[:, None]
    near = np.take_along_axis(distances, order, axis=1)[others].reshape(len(left), -1)
    whose = order[others].reshape(len(left), -1)
    selected: list[int] = []
    while len(selected) < count:
        neighbors = max(len(left) - f - 2, 1)
        scores = near[:, :neighbors].sum(axis=1)
        equal = np.flatnonzero(scores == scores.min())
        best = int(equal[np.argmin(near[equal].sum(axis=1))])
        selected.append(int(left[best]))
        stay = whose != left[best]
        stay[best] = False
        left = np.delete(left, best)
        near = near[stay].reshape(len(left), -1)
        whose = whose[stay].reshape(len(left), -1)
    return np.array(selected, dtype=np.intp)

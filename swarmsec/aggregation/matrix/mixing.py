"""Preprocessing of rows before a rule combines them: it makes honest rows more alike, so that liars stand out more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation.matrix.validation import COMPILED_CELLS_MIN, all_finite, points, require, whole
from swarmsec.arrays import Floats, read_only


def bucketing(x: npt.ArrayLike, *, f: int = 0, s: int | None = None, rng: np.random.Generator | None = None) -> Floats:
    """Shuffle the rows into buckets of s, and return the mean of each bucket (Karimireddy, He, Jaggi 2022).

    Means of honest rows differ less than the rows do, and at most f of the ⌈n/s⌉ buckets contain a liar.

    Args:
        x: (n, d) a row for every sender; a row that is not finite counts as Byzantine and is dropped.
        f: The number of rows that may be Byzantine; ⌈n/s⌉ ≥ 2f + 1, otherwise liars could be in half of the buckets.
        s: The number of rows in a bucket; the last one may have fewer. By default 2, or 1 if 2 is too many for `f`.
        rng: Shuffles the rows. Without a generator, consecutive rows form a bucket.

    Returns:
        (⌈n/s⌉, d)

    Raises:
        ParameterError: Too few rows for `f` and `s`, or `x` is not a numeric matrix.

    Examples:
        >>> bucketing([[0.0], [2.0], [4.0], [8.0], [9.0]], s=2)
        array([[1.],
               [6.],
               [9.]])
    """
    rows, f = points(x, f, times=2, plus=1, rule="bucketing")
    n = len(rows)
    if s is None:
        s = 2 if -(-n // 2) >= 2 * f + 1 else 1
    s = whole(s, "s", least=1)
    require(-(-n // s), f, times=2, plus=1, rule=f"what follows bucketing by {s}")
    order = np.arange(n, dtype=np.int64) if rng is None else rng.permutation(n).astype(np.int64, copy=False)
    return _means_of_buckets(rows, order, s)


def _means_of_buckets(rows: Floats, order: npt.NDArray[np.int64], s: int) -> Floats:
    buckets = -(-len(rows) // s)
    if rows.size >= COMPILED_CELLS_MIN:
        from swarmsec.aggregation.kernels.compiled_sums import bucket_means

        means = np.empty((buckets, rows.shape[1]))
        bucket_means(read_only(rows), read_only(order), s, means)
    else:
        starts = np.arange(0, len(rows), s)
        sizes = np.minimum(s, len(rows) - starts)
        with np.errstate(over="ignore"):
            means = np.add.reduceat(rows[order], starts, axis=0) / sizes[:, None]
    # If a sum overflows, it is computed again from scaled-down numbers.
    return means if all_finite(means) else _means_of_buckets(rows / s, order, s) * s

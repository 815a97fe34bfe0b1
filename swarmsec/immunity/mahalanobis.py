"""Mahalanobis distance from the center of the most central rows, which outliers in the training data do not move."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Bools, Floats

LEAST_EIGENVALUE = 1e-6
"""The smallest eigenvalue of the scatter, relative to the largest: columns that depend on each other divide by it."""

CONSTANT_SCALE = 1e-9
"""The scale of a column that was constant, relative to its value: a row with another value there is far away."""


class TrimmedMahalanobis:
    """d² = (x − c)ᵀ S⁻¹ (x − c), with c and S of a share of the rows, found by C-steps.

    A C-step keeps the `support` share of rows with the smallest distances, and takes their mean and covariance; no step
    raises the determinant (Rousseeuw & Van Driessen, Technometrics 1999, theorem 1). The first distances are those from
    the median by column, in MADs. At the end d² is scaled so that its median over all rows is the median of χ² with k
    degrees of freedom. It resists less than 1 − support of outliers, unless they are both near and much denser than the
    other rows: then they have the smallest determinant.

    Args:
        support: The share of rows that determine center and scatter.
        steps_max: The largest number of C-steps.
    """

    def __init__(self, *, support: float = 0.75, steps_max: int = 50) -> None:
        self._support = support
        self._steps_max = steps_max

    def fit(self, rows: Floats) -> None:
        """Fit to (r, k) finite rows."""
        from scipy.stats import chi2

        self._median = np.median(rows, axis=0)
        self._scale = _scale(rows, self._median)
        standard = (rows - self._median) / self._scale
        count = min(len(rows), int(np.ceil(self._support * len(rows))))
        squared, kept = (standard**2).sum(axis=1), np.empty(0, dtype=np.intp)
        for _ in range(self._steps_max):
            before, kept = kept, np.sort(np.argsort(squared, kind="stable")[:count])
            if np.array_equal(before, kept):
                break
            self._center, self._root = _center_and_root(standard[kept])
            squared = self._squared(standard)
        middle = float(np.median(squared))
        self._root *= np.sqrt(chi2.ppf(0.5, rows.shape[1]) / middle) if middle > 0 else 1.0

    def score(self, rows: Floats) -> Floats:
        """(r, k) → (r,) distances; infinite where a row is not finite. A row's score does not depend on the others."""
        finite: Bools = np.asarray(np.isfinite(rows).all(axis=1))
        with np.errstate(over="ignore"):
            usable = rows if finite.all() else np.where(finite[:, None], rows, self._median)
            standard = (usable - self._median) / self._scale
            squared = self._squared(np.clip(standard, -1e100, 1e100))
        return np.where(finite, np.sqrt(squared), np.inf)

    def _squared(self, standard: Floats) -> Floats:
        centered = np.ascontiguousarray((standard - self._center).T)
        # Not `@`: it may sum a row in another order if there are more rows. By column it is three times faster.
        whitened = np.einsum("kr,kj->jr", centered, self._root)
        squared: Floats = np.ascontiguousarray((whitened**2).T).sum(axis=1)
        return squared


def _scale(rows: Floats, median: Floats) -> Floats:
    """(k,) the robust deviation of each column; its standard deviation where most values are equal."""
    spread = MAD_TO_DEVIATION * np.median(np.abs(rows - median), axis=0)
    negligible = CONSTANT_SCALE * (1.0 + np.abs(median))
    spread = np.where(spread > negligible, spread, rows.std(axis=0))
    scale: Floats = np.maximum(spread, negligible)
    return scale


def _center_and_root(rows: Floats) -> tuple[Floats, Floats]:
    """(k,) the mean of rows, and a (k, k) root of the inverse of their covariance; 1 for a column without variance."""
    center = rows.mean(axis=0)
    centered = rows - center
    scatter = centered.T @ centered / max(len(rows) - 1, 1)
    constant = np.diagonal(scatter) <= 0
    scatter[constant, constant] = 1.0
    values, vectors = np.linalg.eigh(scatter)
    return center, vectors / np.sqrt(np.maximum(values, LEAST_EIGENVALUE * values[-1]))

"""Negative selection with real-valued detectors of variable radius."""

from __future__ import annotations

import math

import numpy as np

from swarmsec.arrays import Bools, Floats


class NegativeSelection:
    """V-detector: balls in the unit cube that cover everything except self (Ji & Dasgupta, GECCO 2004).

    Points are drawn at random from the cube. A point nearer to a sample of self than `self_radius` is dropped, one that
    a detector covers already is counted as covered, and any other becomes a detector whose radius is its distance to
    self less `self_radius`. It ends when 1/(1 − coverage) points in a row were covered, or with `detectors_max`. That
    estimate of the share of non-self that is covered is optimistic: around a ring of self it is 0.83 for 0.9, and 0.97
    for 0.99. A row is anomalous if a detector covers it; its score is how deep inside one it is, at most 1. Rows
    outside the cube count as on its surface. The nearest samples of self are found in a k-d tree. Where the cube has
    more than about five dimensions, detectors become too small to cover it (Stibor, Timmis & Eckert, ICARIS 2006).

    Args:
        rng: Draws the candidates.
        self_radius: How far around a sample of self is self.
        coverage: The estimated share of non-self that is covered.
        detectors_max: The largest number of detectors.
    """

    def __init__(
        self, rng: np.random.Generator, *, self_radius: float = 0.05, coverage: float = 0.99, detectors_max: int = 1000
    ) -> None:
        self._rng, self._self_radius, self._most = rng, self_radius, detectors_max
        self._in_a_row = math.ceil(1.0 / (1.0 - coverage))
        self.centers: Floats = np.zeros((0, 0))
        self.radii: Floats = np.zeros(0)

    def fit(self, samples: Floats) -> None:
        """Generate detectors around (r, k) samples of self in the unit cube."""
        from scipy.spatial import cKDTree

        width = samples.shape[1]
        tree = cKDTree(samples)
        self.centers, self.radii = np.zeros((0, width)), np.zeros(0)
        covered_in_a_row = 0
        for _ in range(20 * self._most):
            candidates = self._rng.random((64, width))
            reach = tree.query(candidates)[0] - self._self_radius
            for candidate, radius in zip(candidates[reach > 0], reach[reach > 0], strict=True):
                if self._covers(candidate):
                    covered_in_a_row += 1
                else:
                    covered_in_a_row = 0
                    self.centers = np.vstack([self.centers, candidate])
                    self.radii = np.append(self.radii, radius)
                if covered_in_a_row >= self._in_a_row or len(self.radii) >= self._most:
                    return

    def score(self, rows: Floats) -> Floats:
        """(r, k) → (r,): the largest 1 − distance/radius over the detectors; above 0 is anomalous."""
        if not len(self.radii):
            return np.full(len(rows), -np.inf)
        from swarmsec.immunity.kernels import nearest_ball

        nearest = np.empty(len(rows))
        nearest_ball(np.ascontiguousarray(np.clip(rows, 0.0, 1.0).T), self.centers, self.radii**2, nearest)
        return np.asarray(1.0 - np.sqrt(nearest))

    def anomalous(self, rows: Floats) -> Bools:
        """(r,) whether a detector covers each of (r, k) rows."""
        return np.asarray(self.score(rows) > 0.0)

    def _covers(self, point: Floats) -> bool:
        return bool((np.linalg.norm(self.centers - point, axis=1) < self.radii).any())

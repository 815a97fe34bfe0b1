"""Map rows of features into the unit cube, in which the usual is around the center."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Floats


class UnitCube:
    """u = ½ + ½ · z/(4 + |z|), with z the row in robust deviations from the median of the rows that it was fitted to.

    Four deviations are half of the way to the surface. The deviation of a column that hardly varies is that of all rows
    about the median, or 1.
    """

    def __init__(self, rows: Floats) -> None:
        self._center = np.median(rows, axis=0)
        mad = MAD_TO_DEVIATION * np.median(np.abs(rows - self._center), axis=0)
        least = 1e-9 * (1.0 + np.abs(self._center))
        spread = np.where(mad > least, mad, rows.std(axis=0))
        self._scale = np.where(spread > least, spread, 1.0)

    def place(self, rows: Floats) -> Floats:
        """(r, k) → (r, k) in the unit cube."""
        z = np.clip((rows - self._center) / self._scale, -1e9, 1e9)
        return np.asarray(0.5 + 0.5 * z / (4.0 + np.abs(z)))

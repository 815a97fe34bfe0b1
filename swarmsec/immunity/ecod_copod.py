"""ECOD and COPOD relative to a fixed reference, for many rows at once."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats


class FrozenTails:
    """Scores by tail probabilities in a reference: ECOD (Li et al. 2022) and COPOD (Li et al. 2020).

    Both rank a row against its batch. Here each row is ranked against the reference and itself alone, as pyod does for
    a batch of one row, except that the skewness is that of the reference.

    Args:
        reference: (r, k) normal rows.
        method: How the two tails are combined: `ECOD` takes the larger, `COPOD` their mean.
    """

    def __init__(self, reference: Floats, method: str) -> None:
        from scipy.stats import skew

        self._sorted = np.sort(reference, axis=0)
        side = np.sign(np.nan_to_num(skew(reference, axis=0)))
        self._left_counts, self._right_counts = side <= 0, side >= 0
        self._method = method

    def score(self, rows: Floats) -> Floats:
        """(r, k) → (r,); higher is more anomalous."""
        size = len(self._sorted)
        columns = range(rows.shape[1])
        below = np.stack([np.searchsorted(self._sorted[:, c], rows[:, c], side="right") for c in columns], axis=1)
        above = size - np.stack([np.searchsorted(self._sorted[:, c], rows[:, c], side="left") for c in columns], axis=1)
        left, right = -np.log((below + 1.0) / (size + 1.0)), -np.log((above + 1.0) / (size + 1.0))
        skewed = left * self._left_counts + right * self._right_counts
        tails = np.maximum(left, right) if self._method == "ECOD" else (left + right) / 2
        return np.asarray(np.maximum(skewed, tails).sum(axis=1), dtype=np.float64)

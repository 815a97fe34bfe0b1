"""Conformal thresholds: they bound the rate of false alarms for every distribution of scores."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


def p_values(calibration: Floats, scores: Floats) -> Floats:
    """The conformal p-value of each score: p = (1 + #{calibration ≥ score}) / (n + 1).

    Under exchangeability P(p ≤ α) ≤ α (Vovk, Gammerman, Shafer 2005, ch. 2); given the calibration set, the rate is
    Beta(l, n + 1 − l), l = ⌊α(n + 1)⌋ (Vovk 2012).

    Args:
        calibration: (n,) scores of normal rows, sorted ascending.
        scores: (k,) scores to test; higher is more anomalous.

    Returns:
        (k,) in (0, 1].
    """
    at_least = len(calibration) - np.searchsorted(calibration, scores, side="left")
    return np.asarray((1.0 + at_least) / (len(calibration) + 1.0), dtype=np.float64)


def benjamini_hochberg(p: Floats, rate: float) -> Bools:
    """Select the p-values to reject at a false discovery rate of at most `rate` (Benjamini & Hochberg 1995).

    Examples:
        >>> benjamini_hochberg(np.array([0.001, 0.2, 0.012, 0.9]), 0.05).tolist()
        [True, False, True, False]
    """
    ranked = np.sort(p)
    passing = np.flatnonzero(ranked <= rate * np.arange(1, len(p) + 1) / len(p))
    return p <= ranked[passing[-1]] if len(passing) else np.zeros(len(p), dtype=bool)

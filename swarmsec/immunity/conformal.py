"""Conformal thresholds: an alarm rate that holds whatever the scores are distributed like."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


def p_values(calibration: Floats, scores: Floats) -> Floats:
    """How unusual each score is: p = (1 + #{calibration ≥ score}) / (n + 1) (Vovk, Gammerman, Shafer 2005, ch. 2).

    Under exchangeability P(p ≤ α) ≤ α; given the calibration set, the rate is Beta(l, n + 1 − l), l = ⌊α(n + 1)⌋
    (Vovk 2012).

    Args:
        calibration: (n,) scores of harmless rows, sorted ascending.
        scores: (k,) scores to judge; higher is stranger.

    Returns:
        (k,) in (0, 1].
    """
    at_least = len(calibration) - np.searchsorted(calibration, scores, side="left")
    return np.asarray((1.0 + at_least) / (len(calibration) + 1.0), dtype=np.float64)


def benjamini_hochberg(p: Floats, rate: float) -> Bools:
    """Which of many p-values to reject so that at most `rate` of the rejected are false (Benjamini & Hochberg 1995).

    Examples:
        >>> benjamini_hochberg(np.array([0.001, 0.2, 0.012, 0.9]), 0.05).tolist()
        [True, False, True, False]
    """
    ranked = np.sort(p)
    passing = np.flatnonzero(ranked <= rate * np.arange(1, len(p) + 1) / len(p))
    return p <= ranked[passing[-1]] if len(passing) else np.zeros(len(p), dtype=bool)

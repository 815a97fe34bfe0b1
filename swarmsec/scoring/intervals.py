"""A mean and its 95% interval over seeds."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.rng import stream

CONFIDENCE = 0.95

BOOTSTRAP_SEEDS_MIN = 8
"""Under so many seeds a bootstrap interval is too narrow, and Student's t is used."""

_RESAMPLES = 9_999


class Interval(NamedTuple):
    """A mean with the ends of its interval; None where a single seed leaves them open."""

    mean: float
    low: float | None
    high: float | None

    def to_dict(self) -> dict[str, float | None]:
        """As plain data."""
        return {"mean": self.mean, "low": self.low, "high": self.high}


def of_mean(values: Floats) -> Interval:
    """The mean of one value a seed, (k,), with its 95% interval: BCa bootstrap, Student's t under 8 seeds."""
    return of_ratio(values, np.ones(len(values)))


def of_ratio(numerator: Floats, denominator: Floats) -> Interval:
    """The ratio of two means over the same seeds, with its paired 95% interval.

    Seeds are resampled as pairs (BCa; Efron 1987). Under 8 seeds the ratio is linearized: the interval is Student's
    for the residuals numerator − ratio · denominator (Cochran 1977, §6.3).

    Args:
        numerator: (k,) one value a seed.
        denominator: (k,) its partner; their mean is not 0.
    """
    count, scale = len(numerator), float(denominator.mean())
    ratio = float(numerator.mean()) / scale
    residuals = (numerator - ratio * denominator) / scale
    if count < 2:
        return Interval(ratio, None, None)
    if np.ptp(residuals) <= 1e-12 * (1.0 + abs(ratio)):
        return Interval(ratio, ratio, ratio)
    ends = _bootstrapped(numerator, denominator) if count >= BOOTSTRAP_SEEDS_MIN else None
    return Interval(ratio, *(ends or _student(ratio, residuals)))


def _student(ratio: float, residuals: Floats) -> tuple[float, float]:
    from scipy.special import stdtrit

    count = len(residuals)
    half = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2)) * float(residuals.std(ddof=1)) / count**0.5
    return ratio - half, ratio + half


def _bootstrapped(numerator: Floats, denominator: Floats) -> tuple[float, float] | None:
    """The ends of the BCa interval; None where a resample can have nothing to divide by, or they degenerate."""
    from scipy.stats import bootstrap

    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ends = bootstrap(
            (numerator, denominator),
            lambda top, bottom, axis=-1: top.mean(axis=axis) / bottom.mean(axis=axis),
            paired=True,
            vectorized=True,
            n_resamples=_RESAMPLES,
            confidence_level=CONFIDENCE,
            method="BCa",
            rng=stream(0, "", 0, "bootstrap"),
        ).confidence_interval
    low, high = float(ends.low), float(ends.high)
    return (low, high) if np.isfinite([low, high]).all() else None

"""Make the observations of a stream independent and standardized, by what a warm-up showed."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Floats


class Whitener:
    """Autoregression of order 1: z_t = (x_t − c − φ (x_{t−1} − c)) / σ.

    Center c and deviation σ of each stream are medians over the warm-up; φ is one number for all streams, the median of
    their lag-1 autocorrelations, so that a few streams that lie in the warm-up do not decide it. It matters: at φ = ½ a
    one-sided CUSUM with h = 4 raises a false alarm every 70 observations on values that were not whitened, instead of
    every 335.

    Args:
        n: The number of streams.
    """

    def __init__(self, n: int) -> None:
        self._seen: list[Floats] = []
        self._last = np.full(n, np.nan)
        self._center, self._deviation = np.zeros(n), np.ones(n)
        self.phi = 0.0

    def collect(self, x: Floats) -> None:
        """Keep (n,) observations of the warm-up."""
        self._seen.append(np.array(x, dtype=np.float64))

    def learn(self) -> None:
        """Estimate c, φ and σ from the warm-up, and forget it.

        Raises:
            ValueError: The warm-up has fewer than three observations.
        """
        if len(self._seen) < 3:
            raise ValueError(f"{len(self._seen)} observations in the warm-up; at least 3 are needed")
        seen = np.stack(self._seen)
        self._center = np.nan_to_num(_median(seen))
        centered = seen - self._center
        energy = np.nansum(centered**2, axis=0)
        lagged = np.nansum(centered[1:] * centered[:-1], axis=0)
        moving = energy > 0
        self.phi = float(np.clip(np.median(lagged[moving] / energy[moving]), -0.99, 0.99)) if moving.any() else 0.0
        residuals = centered[1:] - self.phi * centered[:-1]
        deviation = MAD_TO_DEVIATION * _median(np.abs(residuals - _median(residuals)))
        floor = np.nanmedian(deviation) if np.isfinite(deviation).any() else 1.0
        self._deviation = np.maximum(np.nan_to_num(deviation), floor or 1.0)
        self._last = seen[-1]
        self._seen = []

    def whiten(self, x: Floats) -> Floats:
        """(n,) observations → (n,) standardized ones; NaN where this one or the last was not observed."""
        now, before = x - self._center, self._last - self._center
        self._last = np.array(x, dtype=np.float64)
        return np.asarray((now - self.phi * before) / self._deviation)


def _median(values: Floats) -> Floats:
    """(n,) the medians over time; NaN of a stream without an observation."""
    seen = ~np.isnan(values)
    found = np.full(values.shape[1], np.nan)
    some = seen.any(axis=0)
    found[some] = np.nanmedian(values[:, some], axis=0)
    return found

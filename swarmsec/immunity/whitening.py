"""Make the observations of a stream independent and standardized, by what a warm-up showed."""

from __future__ import annotations

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Floats, Ints


class Whitener:
    """Autoregression of order 1: z_t = (x_t − c − φ (x_{t−1} − c)) / σ.

    Center c and deviation σ of each stream are medians over the warm-up; φ is one number for all streams, the median of
    their lag-1 autocorrelations, so that a few streams that lie in the warm-up do not decide it. It matters: at φ = ½ a
    one-sided CUSUM with h = 4 raises a false alarm every 70 observations on values that were not whitened, instead of
    every 335. A stream's σ is at least the median of all.

    Args:
        n: The number of streams.
        groups: (n,) numbers from 0: the streams of each group have their own φ and their own least σ, so that a daemon
            can compute those of its edges. None: all are one group.
    """

    def __init__(self, n: int, *, groups: Ints | None = None) -> None:
        self._seen: list[Floats] = []
        self._groups = groups
        self._last = np.full(n, np.nan)
        self._center, self._deviation = np.zeros(n), np.ones(n)
        self._phi: Floats = np.zeros(n)

    @property
    def phi(self) -> float:
        """The median of φ over all streams."""
        return float(np.median(self._phi)) if len(self._phi) else 0.0

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
        correlation = np.divide(lagged, energy, out=np.full(len(energy), np.nan), where=energy > 0)
        self._phi = np.clip(np.nan_to_num(self._of_group(correlation)), -0.99, 0.99)
        residuals = centered[1:] - self._phi * centered[:-1]
        deviation = MAD_TO_DEVIATION * _median(np.abs(residuals - _median(residuals)))
        floor = np.nan_to_num(self._of_group(deviation))
        self._deviation = np.maximum(np.nan_to_num(deviation), np.where(floor > 0, floor, 1.0))
        self._last = seen[-1]
        self._seen = []

    def whiten(self, x: Floats) -> Floats:
        """(n,) observations → (n,) standardized ones; NaN where this one or the last was not observed."""
        now, before = x - self._center, self._last - self._center
        self._last = np.array(x, dtype=np.float64)
        return np.asarray((now - self._phi * before) / self._deviation)

    def extend(self, places: Ints, n: int, groups: Ints | None = None) -> None:
        """Go on with n streams, of which the former ones are at `places`; the others are as usual in their group."""
        self._groups = groups
        self._center, self._last = (_placed(each, places, n) for each in (self._center, self._last))
        self._center = np.nan_to_num(self._center)
        usual = (self._of_group(_placed(each, places, n)) for each in (self._phi, self._deviation))
        phi, deviation = (np.where(np.isnan(each), other, each) for each, other in zip(usual, (0.0, 1.0), strict=True))
        phi[places], deviation[places] = self._phi, self._deviation
        self._phi, self._deviation = phi, deviation
        self._seen = [_placed(each, places, n) for each in self._seen]

    def _of_group(self, values: Floats) -> Floats:
        """(n,) the median of each stream's group, without NaN; NaN of a group without any."""
        groups = np.zeros(len(values), dtype=np.int32) if self._groups is None else self._groups
        return group_medians(values, groups)[groups]


def group_medians(values: Floats, groups: Ints) -> Floats:
    """(g,) the median of the values of each group, without NaN; NaN of a group without any.

    Examples:
        >>> group_medians(np.array([1.0, 9.0, 2.0, 4.0, np.nan]), np.array([0, 1, 0, 1, 1])).tolist()
        [1.5, 6.5]
    """
    count = int(groups.max(initial=-1)) + 1
    order = np.lexsort((values, groups))  # NaN is last in each group.
    sizes = np.bincount(groups[~np.isnan(values)], minlength=count)
    starts = np.concatenate([[0], np.cumsum(np.bincount(groups, minlength=count))[:-1]]).astype(np.intp)
    ranked, some = values[order], sizes > 0
    medians = np.full(count, np.nan)
    low, high = (starts + each for each in ((sizes - 1) // 2, sizes // 2))
    medians[some] = (ranked[low[some]] + ranked[high[some]]) / 2
    return medians


def _placed(values: Floats, places: Ints, n: int) -> Floats:
    """(n,) the values at their places, and NaN at all others."""
    placed = np.full(n, np.nan)
    placed[places] = values
    return placed


def _median(values: Floats) -> Floats:
    """(n,) the medians over time; NaN of a stream without an observation."""
    seen = ~np.isnan(values)
    if seen.all():
        return np.asarray(np.median(values, axis=0))
    found = np.full(values.shape[1], np.nan)
    some = seen.any(axis=0)
    found[some] = np.nanmedian(values[:, some], axis=0)
    return found

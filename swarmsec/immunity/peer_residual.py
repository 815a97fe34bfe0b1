"""How far each daemon is from its peers, compared with how far it usually is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION, neighborhood_spread
from swarmsec.arrays import Floats
from swarmsec.network import Network

_NARROWEST = 0.5
"""A deviation is at least so many times that of the median daemon."""

_FARTHEST = 2.0
"""The largest distance of a daemon's usual difference from the median one, in robust deviations over all daemons."""

_TRAVEL = 3.0
"""How far a daemon's usual difference moves after the warm-up at most, in deviations of the daemon."""


class Residual(NamedTuple):
    """What was seen of each daemon beside its peers.

    Attributes:
        z: (n, d) the difference to the peers, minus the usual difference, in usual deviations; 0 where unknown.
        least: (n, d) the same, from the closest value between the usual difference of the daemon and that of most
            daemons. It is smaller than z where a poisoned warm-up made a wrong difference usual.
        among: (n, d) the difference to the peers, in robust deviations of the differences of all daemons.
        expected: (n, d) the value that the daemon's peers let expect.
        deviation: (n, d) the usual deviation.
    """

    z: Floats
    least: Floats
    among: Floats
    expected: Floats
    deviation: Floats


class PeerResidual:
    """z = (x − m − c) / σ, with m the median of the neighbors' values now, and c and σ of x − m in a warm-up.

    A daemon that always differs from its neighbors has a z near 0, unlike in a comparison with neighbors alone. So has
    a change that all daemons see, such as news, unlike in a comparison with the daemon's own past alone. c and σ are
    the median and 1.4826 MAD of each daemon. σ is clipped to 0.5 to `widest` times the median σ, and c to 2 robust
    deviations around the median c, so that a lie in the warm-up does not become usual. After the warm-up c follows
    normal residuals slowly, by at most 3 σ.

    Args:
        follow: The share of each normal residual by which c moves.
        normal: Residuals up to this are normal, in deviations.
        widest: A deviation is at most so many times that of the median daemon. A low one keeps out who makes noise in
            the warm-up, a high one lets daemons differ.
    """

    def __init__(self, *, follow: float, normal: float, widest: float) -> None:
        self._follow, self._normal, self._widest = follow, normal, widest
        self._seen: list[Floats] = []
        self.learned = False

    def collect(self, values: Floats, network: Network) -> None:
        """Keep what (n, d) values of the warm-up show; NaN where nothing was seen."""
        self._seen.append(values - neighborhood_spread(network, values).median)

    def learn(self) -> None:
        """Compute what is usual from the warm-up, and forget it. Nothing is learned if there was none."""
        if not self._seen:
            return
        seen, self._seen = np.stack(self._seen), []
        usual = np.nan_to_num(_median(seen))
        deviation = MAD_TO_DEVIATION * np.nan_to_num(_median(np.abs(seen - usual)))
        typical = np.median(deviation, axis=0)
        smallest = np.sqrt(np.finfo(np.float64).eps) * (1.0 + np.abs(usual).max(axis=0))
        self._deviation = np.maximum(np.clip(deviation, _NARROWEST * typical, self._widest * typical), smallest)
        self._center = np.median(usual, axis=0)
        apart = MAD_TO_DEVIATION * np.median(np.abs(usual - self._center), axis=0)
        typical = np.median(self._deviation, axis=0)
        self._width = np.hypot(apart, typical)
        farthest = _FARTHEST * np.maximum(apart, typical)
        self._first = self._usual = np.clip(usual, self._center - farthest, self._center + farthest)
        self.learned = True

    def observe(self, values: Floats, network: Network) -> Residual:
        """What (n, d) values show, after `learn`; NaN where nothing is seen."""
        median = neighborhood_spread(network, values).median
        usual, deviation = self._usual, self._deviation
        difference = np.where(np.isnan(values), usual, values - median)
        nearest = np.clip(difference, np.minimum(usual, self._center), np.maximum(usual, self._center))
        z = (difference - usual) / deviation
        moved = usual + np.where(np.abs(z) <= self._normal, self._follow * (difference - usual), 0.0)
        farthest = _TRAVEL * deviation
        self._usual = np.clip(moved, self._first - farthest, self._first + farthest)
        return Residual(
            z=z,
            least=(difference - nearest) / deviation,
            among=(difference - self._center) / self._width,
            expected=median + usual,
            deviation=deviation,
        )


def _median(seen: Floats) -> Floats:
    """The medians over time of (t, n, d) values; NaN where none is known."""
    if np.isfinite(seen).all():
        return np.asarray(np.median(seen, axis=0))
    known = np.isfinite(seen).any(axis=0)
    found: Floats = np.full(seen.shape[1:], np.nan)
    found[known] = np.nanmedian(seen[:, known], axis=0)
    return found

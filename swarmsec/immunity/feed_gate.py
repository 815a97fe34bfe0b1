"""Replace readings that are far from what the feeds of a daemon's peers let expect, at once or over time."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.immunity.peer_residual import PeerResidual
from swarmsec.immunity.sequential import PageTest
from swarmsec.network import Network

_ALLOWANCE = 1.0  # Deviations per round that do not add up.
_SUM = 8.0  # The sum of deviations above which a small lasting difference counts.

_WIDEST = 1.5  # See `PeerResidual`.
_FADES = 0.9  # The share of a distance to the peers that still counts a round later.


class FeedGate:
    """Both tests of `PeerResidual` z over all feeds: |z| above a threshold, and Page's sums of z on both sides.

    Args:
        threshold: In deviations.
        follow: See `PeerResidual`.
        normal: See `PeerResidual`.

    Attributes:
        apart: See `filter`; None before it was called.
    """

    def __init__(self, *, threshold: float, follow: float, normal: float) -> None:
        self._threshold = threshold
        self._residual = PeerResidual(follow=follow, normal=normal, widest=_WIDEST)
        self._above, self._below = PageTest(1.5 * _SUM), PageTest(1.5 * _SUM)
        self.apart: Floats | None = None

    def collect(self, signals: Floats, network: Network) -> None:
        """Keep (n, d) signals of the warm-up."""
        self._residual.collect(signals, network)

    def filter(self, signals: Floats, network: Network) -> Floats:
        """(n, d) → (n, d): the signals, and in place of those that are far the expected ones.

        `apart` then has (n,) how far each was from its peers in the last rounds, in robust deviations of all daemons.
        """
        if not self._residual.learned:
            self._residual.learn()
        if not self._residual.learned:
            return signals
        seen = self._residual.observe(signals, network)
        now = np.abs(seen.among).max(axis=1)
        self.apart = now if self.apart is None else np.maximum(now, _FADES * self.apart)
        z = np.clip(seen.z, -self._threshold, self._threshold)
        lasting = np.maximum(self._above.observe(z - _ALLOWANCE), self._below.observe(-z - _ALLOWANCE)) > _SUM
        far = (np.abs(seen.z) > self._threshold) | lasting
        return np.where(far, seen.expected, signals) if far.any() else signals

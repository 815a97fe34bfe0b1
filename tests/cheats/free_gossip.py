"""Ask neighbors without a message."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats


@dataclass(kw_only=True)
class FreeGossip(Defense):
    """Compute the mean of the neighbors from the array of all signals, so that no message is counted.

    s_i <- the neighbors' mean.
    """

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        network = blue.network
        total = np.bincount(network.receivers, signals[network.indices, 0], minlength=blue.n)
        mean = (total / np.maximum(network.degrees, 1))[:, None]
        return np.where(np.abs(signals - mean) > 0.7, mean, signals)

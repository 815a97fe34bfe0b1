"""Look at everybody, one round late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats


@dataclass(kw_only=True)
class SwarmMeanLate(Defense):
    """Ignore all signals if the mean of the swarm was not 0 in the round before.

    An alarm of the whole swarm, one round late, for which no daemon told another anything.
    """

    def begin(self, blue: BlueView) -> None:
        self._mean = np.zeros(1)

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        moved = bool((np.abs(self._mean) > 1.0).any())
        self._mean = signals.mean(axis=0)
        return np.zeros_like(signals) if moved else signals

"""Score a daemon by its company."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Vantage


@dataclass(kw_only=True)
class BatchScores(Defense):
    """Isolate the strangest hundredth of a round by its rank, however many liars there are.

    A daemon is scored by its company.
    """

    vantage = Vantage.MONITOR

    def respond(self, blue: BlueView) -> None:
        values = blue.features.values
        rank = np.argsort(np.argsort(values, axis=0), axis=0) / len(values)
        score = np.maximum(-np.log(rank + 1e-9), -np.log(1 - rank + 1e-9)).sum(axis=1)
        odd = score > np.quantile(score, 0.99)
        blue.release(np.flatnonzero(blue.quarantined & ~odd))
        blue.isolate(np.flatnonzero(odd))

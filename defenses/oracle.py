"""Isolate exactly the daemons that are under attack: the null that no detector can beat at detecting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats, Surface, Vantage


@dataclass(kw_only=True)
class Oracle(Defense):
    """Told the truth: isolate who is under attack, take the neighbors' median for its signal, and release it after.

    It shows what a perfect detector could reach with the responses at hand. It is not a defense: nobody is told.
    """

    vantage = Vantage.ORACLE
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Do not believe a feed under attack."""
        attacked = blue.truth
        if not attacked.any():
            return signals
        honest = np.where(attacked[:, None], np.nan, signals)
        median = blue.neighborhoods.median_and_mad(honest).median
        median = np.where(np.isfinite(median), median, np.nanmedian(honest, axis=0) if not attacked.all() else 0.0)
        return np.where(attacked[:, None], median, signals)

    def respond(self, blue: BlueView) -> None:
        """Isolate who is under attack, and nobody else."""
        attacked = blue.truth
        blue.release(np.flatnonzero(blue.quarantined & ~attacked))
        blue.isolate(np.flatnonzero(attacked & ~blue.quarantined))

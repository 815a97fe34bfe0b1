"""Isolate exactly the daemons that are under attack: the null with perfect detection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Floats, Surface, Vantage


@dataclass(kw_only=True)
class Oracle(Defense):
    """From ground truth, isolate daemons under attack, and replace their signals by the neighbors' median.

    A daemon is released when it is no longer under attack.

    It shows the effect of perfect detection with these responses. It is not a real defense: ground truth is not
    observable.
    """

    ignores = False
    vantage = Vantage.ORACLE
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        """Replace the signals under attack by the median of the neighbors' honest ones."""
        attacked = blue.truth
        if not attacked.any():
            return signals
        honest = np.where(attacked[:, None], np.nan, signals)
        median = blue.neighborhoods.median_and_mad(honest).median
        median = np.where(np.isfinite(median), median, np.nanmedian(honest, axis=0) if not attacked.all() else 0.0)
        return np.where(attacked[:, None], median, signals)

    def respond(self, blue: BlueView) -> None:
        """Isolate the daemons under attack, and release all others."""
        attacked = blue.truth
        blue.release(np.flatnonzero(blue.quarantined & ~attacked))
        blue.isolate(np.flatnonzero(attacked & ~blue.quarantined))

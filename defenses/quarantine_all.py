"""Isolate everybody: the null that shows what the cure costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Surface, Vantage


@dataclass(kw_only=True)
class QuarantineAll(Defense):
    """Isolate all daemons from round 0 on, or as many as the rules allow, in their order.

    Nobody hears anybody: no lie spreads, and no word of honest daemons either.
    """

    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    def respond(self, blue: BlueView) -> None:
        """Isolate whoever is not."""
        if not blue.quarantined.all():
            blue.isolate(np.flatnonzero(~blue.quarantined))

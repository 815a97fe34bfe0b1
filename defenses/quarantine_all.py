"""Isolate all daemons: the null that shows the cost of quarantine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.teams import BlueView, Defense, Surface, Vantage


@dataclass(kw_only=True)
class QuarantineAll(Defense):
    """Isolate all daemons from round 0 on, or as many as the rules allow, in an order that it draws.

    No message is admitted, whether false or honest.
    """

    ignores = False
    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON

    def respond(self, blue: BlueView) -> None:
        """Isolate the daemons that are not isolated."""
        free = np.flatnonzero(blue.joined & ~blue.quarantined)
        if len(free):
            blue.isolate(blue.rng.permutation(free))

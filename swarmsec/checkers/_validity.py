"""Validity: honest daemons never leave the range that honest daemons started from."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.checkers.hull import hull_of
from swarmsec.checkers.violation import Violation


def validity(states: Floats, honest: Bools, *, tolerance: float = 0.0) -> Violation | None:
    """Check that every honest value of every round lies within the hull of the honest values of round 0.

    The validity (safety) condition of resilient asymptotic consensus (LeBlanc et al. 2013, definition 3).

    Args:
        states: (rounds, n, d) what daemons held, from what they started with on; all finite.
        honest: (n,) who counts.
        tolerance: How far outside is still inside, for the rounding of long sums.

    Returns:
        None if it holds, or if nobody is honest. Otherwise the first round in which one is outside, the honest daemon
        farthest outside, and how far.
    """
    daemons = np.flatnonzero(honest)
    if not len(daemons):
        return None
    start = hull_of(states[0, daemons])
    for round, values in enumerate(states[:, daemons]):
        amount = hull_of(values).beyond(start)
        # A value that is no number is inside nothing, and compares with nothing.
        if not amount <= tolerance:
            outside = np.maximum(values - start.high, start.low - values).max(axis=1)
            worst = int(np.argmax(np.where(np.isnan(outside), np.inf, outside)))
            return Violation(round, int(daemons[worst]), amount if np.isfinite(amount) else float("inf"))
    return None

"""Validity: honest daemons never leave the range of the initial honest values."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.checkers.hull import hull_of
from swarmsec.checkers.violation import Violation


def validity(states: Floats, honest: Bools, *, tolerance: float = 0.0) -> Violation | None:
    """Check that every honest value of every round lies within the hull of the honest values of round 0.

    The validity (safety) condition of resilient asymptotic consensus (LeBlanc et al. 2013, definition 3).

    Args:
        states: (rounds, n, d) the values of daemons by round; round 0 has the initial values.
        honest: (n,) the daemons that are checked.
        tolerance: The distance outside that is allowed, for rounding errors.

    Returns:
        None if it holds, or if no daemon is honest. Otherwise the first round with an honest value outside, the
        honest daemon farthest outside, and its distance; infinite for a non-finite value.
    """
    daemons = np.flatnonzero(honest)
    if not len(daemons):
        return None
    start = hull_of(states[0, daemons])
    for round, values in enumerate(states[:, daemons]):
        amount = hull_of(values).beyond(start)
        # Written so that NaN counts as outside.
        if not amount <= tolerance:
            outside = np.maximum(values - start.high, start.low - values).max(axis=1)
            worst = int(np.argmax(np.where(np.isnan(outside), np.inf, outside)))
            return Violation(round, int(daemons[worst]), amount if np.isfinite(amount) else float("inf"))
    return None

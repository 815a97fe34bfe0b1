"""Agreement: honest daemons end with one value."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.checkers.hull import hull_of
from swarmsec.checkers.violation import Violation


def agreement(states: Floats, honest: Bools, *, tolerance: float = 1e-6) -> Violation | None:
    """Check that honest daemons end within `tolerance` of one another.

    The agreement condition of resilient asymptotic consensus (LeBlanc et al. 2013, definition 3), at the end of the
    run. A daemon without a finite value violates it.

    Args:
        states: (rounds, n, d) the values or decisions of daemons by round, NaN where there is none.
        honest: (n,) the daemons that are checked.
        tolerance: The largest allowed difference, in the unit of the values.

    Returns:
        None if they agree, or if fewer than two are honest. Otherwise the last round, the honest daemon farthest from
        the center of the honest values, and the width of their hull.
    """
    daemons = np.flatnonzero(honest)
    if len(daemons) < 2:
        return None
    last, values = len(states) - 1, states[-1, daemons]
    silent = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if silent.size:
        return Violation(last, int(daemons[silent[0]]), float("inf"))
    held = hull_of(values)
    if held.width <= tolerance:
        return None
    away = np.abs(values - (held.low + held.high) / 2).max(axis=1)
    return Violation(last, int(daemons[np.argmax(away)]), held.width)

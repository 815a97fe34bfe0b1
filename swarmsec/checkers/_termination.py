"""Termination: honest daemons end with a value that no longer changes."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.checkers.violation import Violation


def termination(states: Floats, honest: Bools, *, tolerance: float = 0.0, rounds: int = 1) -> Violation | None:
    """Check that every honest daemon has a value, and that it is unchanged in the last rounds.

    A tolerance of 0 checks the termination of a vote, whose decisions are final; asymptotic consensus terminates
    within a tolerance.

    Args:
        states: (rounds, n, d) the values or decisions of daemons by round, NaN where there is none.
        honest: (n,) the daemons that are checked.
        tolerance: The largest allowed change in a round, in the unit of the values.
        rounds: The number of rounds at the end that are checked.

    Returns:
        None if it holds. Otherwise the first of these rounds in which a value changed or was missing, the daemon with
        the largest change, and the change; infinite where a value is missing.
    """
    daemons = np.flatnonzero(honest)
    first = max(len(states) - 1 - rounds, 0)
    if not len(daemons):
        return None
    for round in range(first + 1, len(states)) if len(states) > 1 else [0]:
        step = np.abs(states[round, daemons] - states[max(round - 1, 0), daemons]).max(axis=1)
        step = np.where(np.isfinite(states[round, daemons]).all(axis=1), step, np.inf)
        step = np.where(np.isnan(step), np.inf, step)  # It had no value in the round before.
        if step.max() > tolerance:
            worst = int(np.argmax(step))
            return Violation(round, int(daemons[worst]), float(step[worst]))
    return None

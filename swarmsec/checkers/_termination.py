"""Termination: honest daemons come to an end, each with a value."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.checkers.violation import Violation


def termination(states: Floats, honest: Bools, *, tolerance: float = 0.0, rounds: int = 1) -> Violation | None:
    """Check that every honest daemon has a value, and that it did not move in the last rounds.

    With a tolerance of 0 it is the termination of a vote, in which a decision once made stands; asymptotic consensus
    comes to rest within a tolerance.

    Args:
        states: (rounds, n, d) what daemons held or decided, round by round, NaN where nothing.
        honest: (n,) who counts.
        tolerance: How far a step may still go, in the unit of the values.
        rounds: How many steps at the end must be that small; at most all that there are.

    Returns:
        None if it holds. Otherwise the first of those rounds in which one moved, or has no value; that daemon, and how
        far it went, infinite where it has no value.
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

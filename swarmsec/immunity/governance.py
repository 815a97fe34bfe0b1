"""Limits on decisions: what a daemon may decide, given what it would decide if it did not act."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools, Floats


def is_drastic(decisions: Floats, reference: Floats, threshold: float) -> Bools:
    """(n,) the daemons whose decision is farther than `threshold` from the reference in some component."""
    return np.asarray((np.abs(decisions - reference) > threshold).any(axis=1))


def limit_change(decisions: Floats, reference: Floats, largest: Floats) -> Floats:
    """(n, k) the decisions, moved towards the reference until no component differs by more than `largest` (n,)."""
    least, most = reference - largest[:, None], reference + largest[:, None]
    return np.clip(decisions, least, most)


def share_budget(decisions: Floats, reference: Floats, budget: float) -> Floats:
    """(n, k) the decisions, such that all acts of a component together are at most `budget`.

    An act is a decision minus its reference. All acts of a component are scaled down by the same factor, so that the
    daemons share a scarce budget in proportion to what they ask for: proportional rationing.

    Examples:
        >>> share_budget(np.array([[3.0], [1.0]]), np.zeros((2, 1)), 2.0).tolist()
        [[1.5], [0.5]]
    """
    acts = decisions - reference
    total = np.abs(acts).sum(axis=0)
    over = total > budget
    return np.where(over, reference + acts * (budget / np.where(over, total, 1.0)), decisions)


def yielding(acts: Floats, first: Bools, slack: float) -> Bools:
    """(n,) the daemons that act against those with priority: in some component the other way than their sum.

    Args:
        acts: (n, k) decisions minus what the daemons would decide if they did not act.
        first: (n,) the daemons with priority.
        slack: Acts of at most this size, and a mean of the first of at most this size, are no conflict.
    """
    if not first.any():
        return np.zeros(len(acts), dtype=bool)
    wanted = acts[first].mean(axis=0)
    side = np.where(np.abs(wanted) > slack, np.sign(wanted), 0.0)
    against: Bools = np.asarray(((np.abs(acts) > slack) & (np.sign(acts) * side < 0)).any(axis=1))
    return against & ~first

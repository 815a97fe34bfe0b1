"""Queues of divisible jobs with a deadline, the oldest first."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Floats


class JobQueue:
    """The jobs of n owners, by the round in which they arrived.

    Args:
        arriving: (n,) what arrives in a usual round.
        rounds: D, the rounds that a job can wait. One that is not done in D rounds is late, and leaves.
        filled: The share of D usual rounds that waits at the start.

    Attributes:
        waiting: (n, D) jobs, the oldest first.
    """

    def __init__(self, arriving: Floats, rounds: int, *, filled: float = 0.25) -> None:
        self._usual = np.maximum(arriving, np.finfo(np.float64).tiny)
        self._rounds = rounds
        ages = np.clip(rounds * filled - np.arange(rounds)[::-1], 0.0, 1.0)  # The newest first, the last one in part.
        self.waiting: Floats = arriving[:, None] * ages

    @property
    def total(self) -> Floats:
        """(n,) all jobs that wait."""
        total: Floats = self.waiting.sum(axis=1)
        return total

    @property
    def pressure(self) -> Floats:
        """(n,) the jobs that wait as a share of those that can wait before one is late, at most 1."""
        return np.minimum(self.total / (self._rounds * self._usual), 1.0)

    def serve(self, amount: Floats) -> Floats:
        """Do (n,) as much of the oldest jobs; returns what was done, at most all."""
        before = np.cumsum(self.waiting, axis=1)
        done: Floats = np.minimum(amount, before[:, -1])
        self.waiting = np.minimum(self.waiting, np.maximum(before - done[:, None], 0.0))
        return done

    def turn(self, arriving: Floats) -> Floats:
        """End the round: (n,) new jobs arrive, and the oldest are late; returns these, (n,)."""
        late: Floats = self.waiting[:, 0].copy()
        self.waiting = np.concatenate([self.waiting[:, 1:], arriving[:, None]], axis=1)
        return late

"""Vertical queues at bottlenecks: the point queue (Vickrey 1969; Newell 1982)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from swarmsec.arrays import Floats


class Queues(Protocol):
    """The queues in front of some approaches.

    Attributes:
        waiting: (approaches,) the vehicles that wait, after the last step.
        arrived: (approaches,) the vehicles that have arrived since the start.
        departed: (approaches,) those that have passed.
    """

    waiting: Floats
    arrived: Floats
    departed: Floats

    def step(self, flows: Floats, capacities: Floats) -> Floats:
        """Let one round pass.

        Args:
            flows: (approaches,) the vehicles that arrive, per hour.
            capacities: (approaches,) the vehicles that can pass, per hour.

        Returns:
            (approaches,) the hours that vehicles have waited in this round.
        """
        ...


class PointQueues:
    """Q ← max(0, Q + (flow − capacity) · dt), without a length in space.

    The waiting time of a round is the area under the queue, which is the area between the curves of arrivals and
    departures (Newell): exact while flow and capacity are constant, also if the queue ends within the round.
    """

    def __init__(self, approaches: int, *, hours: float) -> None:
        self.waiting: Floats = np.zeros(approaches)
        self.arrived: Floats = np.zeros(approaches)
        self.departed: Floats = np.zeros(approaches)
        self._hours = hours

    def step(self, flows: Floats, capacities: Floats) -> Floats:
        """Let one round pass; see `Queues.step`."""
        before, arriving = self.waiting, flows * self._hours
        passing = np.minimum(before + arriving, capacities * self._hours)
        after = before + arriving - passing
        # A queue that ends within the round is a triangle that ends earlier.
        ends = after <= 0.0
        falls = np.maximum(capacities - flows, 0.0)
        until = np.divide(before, falls, out=np.full_like(before, self._hours), where=ends & (falls > 0.0))
        waited = 0.5 * (before + after) * np.minimum(until, self._hours)
        self.waiting = after
        self.arrived = self.arrived + arriving
        self.departed = self.departed + passing
        return waited

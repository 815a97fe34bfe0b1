"""Behavioral features of daemons, computed from all traffic."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import neighborhood_spread
from swarmsec.arrays import Floats, read_only
from swarmsec.messages import Messages
from swarmsec.network import Network

FEATURES = ("distance", "deviation", "deviation_ewma", "step", "jerk", "flips", "rate", "equivocation")

EWMA_WEIGHT = 0.1
"""The weight of the newest observation in moving averages."""


class Features(NamedTuple):
    """The behavior of every daemon in one observation.

    Attributes:
        names: (k,) the name of each column.
        values: (n, k) one row per daemon.
    """

    names: tuple[str, ...]
    values: Floats


class BehaviorTracker:
    """Updates the features of every daemon by observations of the traffic.

    distance        its value minus the median of its neighborhood; distant liars cannot make it small
    deviation       the distance in units of the neighborhood's spread
    deviation_ewma  moving average of the deviation, for small lasting lies
    step            its change since the last observation, in units of the spread
    jerk            the change of its step
    flips           moving average of changes of the step's sign
    rate            messages per edge
    equivocation    the largest difference between its messages to two neighbors, in units of the spread

    The spread is the neighborhood's robust deviation plus the swarm's median deviation, so that it is not 0
    where a few neighbors agree by chance. Of the d components, the one with the largest deviation counts.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._values: Floats | None = None
        self._step: Floats = np.zeros(network.n)
        self._ewma: Floats = np.zeros(network.n)
        self._flips: Floats = np.zeros(network.n)

    def observe(self, messages: Messages) -> Features:
        """The features after one more observation.

        Args:
            messages: The messages of the last exchange of the round, as they were sent.
        """
        values = self._mean_payload(messages)
        median, spread = self._surroundings(values)
        distance = _largest(values - median)
        deviation = _largest((values - median) / spread)
        step = np.zeros(len(values)) if self._values is None else _largest((values - self._values) / spread)
        self._ewma = (1 - EWMA_WEIGHT) * self._ewma + EWMA_WEIGHT * deviation
        self._flips = (1 - EWMA_WEIGHT) * self._flips + EWMA_WEIGHT * (step * self._step < 0)
        columns = (
            distance,
            deviation,
            self._ewma,
            step,
            step - self._step,
            self._flips,
            self._rate(messages),
            self._equivocation(messages, spread),
        )
        self._values, self._step = values, step
        return Features(FEATURES, read_only(np.stack(columns, axis=1)))

    def _mean_payload(self, messages: Messages) -> Floats:
        """(n, d) the mean of each daemon's messages over its listeners; non-finite values count as 0."""
        if messages.per_edge is None:
            return np.nan_to_num(messages.broadcast, nan=0.0, posinf=0.0, neginf=0.0)
        per_edge = np.nan_to_num(messages.per_edge, nan=0.0, posinf=0.0, neginf=0.0)
        return self._per_sender(per_edge) / np.maximum(self._listeners, 1)[:, None]

    def _surroundings(self, values: Floats) -> tuple[Floats, Floats]:
        """(n, d) each: the median of every neighborhood, and its spread."""
        around = neighborhood_spread(self._network, values)
        floor = np.median(around.mad, axis=0) + np.finfo(np.float64).eps * (1.0 + np.abs(values).max(axis=0))
        return around.median, around.mad + floor

    def _rate(self, messages: Messages) -> Floats:
        if messages.copies is None:
            return np.ones(self._network.n)
        copies = messages.copies.astype(np.float64)[:, None]
        rate: Floats = self._per_sender(copies)[:, 0] / np.maximum(self._listeners, 1)
        return rate

    def _equivocation(self, messages: Messages, spread: Floats) -> Floats:
        if messages.per_edge is None:
            return np.zeros(self._network.n)
        per_edge = np.nan_to_num(messages.per_edge, nan=0.0, posinf=0.0, neginf=0.0)
        highest, lowest = np.full(spread.shape, -np.inf), np.full(spread.shape, np.inf)
        np.maximum.at(highest, self._network.indices, per_edge)
        np.minimum.at(lowest, self._network.indices, per_edge)
        apart = np.where(self._listeners[:, None] > 0, highest - lowest, 0.0)
        scaled: Floats = (apart / spread).max(axis=1)
        return scaled

    def _per_sender(self, on_edges: Floats) -> Floats:
        """Sums over the edges from each daemon: (m, d) → (n, d)."""
        sums = [np.bincount(self._network.indices, column, minlength=self._network.n) for column in on_edges.T]
        return np.stack(sums, axis=1)

    @property
    def _listeners(self) -> Floats:
        return np.diff(self._network.outgoing.indptr).astype(np.float64)


def _largest(values: Floats) -> Floats:
    """(n, d) → (n,): the entry of each row with the largest absolute value, signed."""
    if values.shape[1] == 1:
        return values[:, 0]
    farthest = np.abs(values).argmax(axis=1)
    return np.take_along_axis(values, farthest[:, None], axis=1)[:, 0]

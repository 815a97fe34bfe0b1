"""Behavioral features: how every daemon behaves in the eyes of whoever watches all traffic."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import MAD_TO_DEVIATION
from swarmsec.arrays import Floats, read_only
from swarmsec.messages import Messages
from swarmsec.network import Network

FEATURES = ("distance", "deviation", "deviation_ewma", "step", "jerk", "flips", "rate", "equivocation")

EWMA_WEIGHT = 0.1
"""How much the newest look counts in the moving averages."""


class Features(NamedTuple):
    """The behavior of every daemon at one look.

    Attributes:
        names: (k,) what each column is.
        values: (n, k) one row a daemon.
    """

    names: tuple[str, ...]
    values: Floats


class BehaviorTracker:
    """Keeps the features of every daemon up to date, one look at the traffic after the other.

    distance        what it says minus the median of its neighborhood, which no crowd of liars can make look small
    deviation       the same over the spread there
    deviation_ewma  the moving average of that: small lies that last
    step            how far it moved since the last look, over the same spread
    jerk            how much that step differs from the one before
    flips           moving average of how often its step changes its sign
    rate            messages a channel
    equivocation    how far apart it tells two neighbors different things, over the spread

    The spread is the neighborhood's robust deviation plus the swarm's median one, so that it does not vanish where
    a few neighbors agree by chance. With d components the one that deviates most is taken.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._said: Floats | None = None
        self._step: Floats = np.zeros(network.n)
        self._ewma: Floats = np.zeros(network.n)
        self._flips: Floats = np.zeros(network.n)

    def observe(self, messages: Messages) -> Features:
        """The features after one more look.

        Args:
            messages: The last exchange of the round, as it traveled.
        """
        broadcast = self._usual_words(messages)
        median, spread = self._surroundings(broadcast)
        distance = _largest(broadcast - median)
        deviation = _largest((broadcast - median) / spread)
        step = np.zeros(len(broadcast)) if self._said is None else _largest((broadcast - self._said) / spread)
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
        self._said, self._step = broadcast, step
        return Features(FEATURES, read_only(np.stack(columns, axis=1)))

    def _usual_words(self, messages: Messages) -> Floats:
        """(n, d) what each daemon says to its neighbors on average; what is no number is 0."""
        if messages.per_edge is None:
            return np.nan_to_num(messages.broadcast, nan=0.0, posinf=0.0, neginf=0.0)
        per_edge = np.nan_to_num(messages.per_edge, nan=0.0, posinf=0.0, neginf=0.0)
        return self._per_sender(per_edge) / np.maximum(self._listeners, 1)[:, None]

    def _surroundings(self, broadcast: Floats) -> tuple[Floats, Floats]:
        from swarmsec.aggregation.kernels import rows as kernels

        rows = kernels.rows_of(self._network)
        around = [kernels.median_and_mad(rows, broadcast[:, component]) for component in range(broadcast.shape[1])]
        mad = MAD_TO_DEVIATION * np.stack([one.mad for one in around], axis=1)
        floor = np.median(mad, axis=0) + np.finfo(np.float64).eps * (1.0 + np.abs(broadcast).max(axis=0))
        return np.stack([one.median for one in around], axis=1), mad + floor

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
        """Sums over the edges that each daemon speaks on: (m, d) → (n, d)."""
        sums = [np.bincount(self._network.indices, column, minlength=self._network.n) for column in on_edges.T]
        return np.stack(sums, axis=1)

    @property
    def _listeners(self) -> Floats:
        return np.diff(self._network.outgoing.indptr).astype(np.float64)


def _largest(values: Floats) -> Floats:
    """(n, d) → (n,): of each row the entry that is farthest from 0, with its sign."""
    if values.shape[1] == 1:
        return values[:, 0]
    farthest = np.abs(values).argmax(axis=1)
    return np.take_along_axis(values, farthest[:, None], axis=1)[:, 0]

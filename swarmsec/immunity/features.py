"""Behavioral features of daemons, computed from all traffic."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import neighborhood_spread
from swarmsec.arrays import Bools, Floats, frozen
from swarmsec.messages import Messages
from swarmsec.network import Joined, Network

FEATURES = (
    "distance",
    "deviation",
    "deviation_ewma",
    "step",
    "jerk",
    "flips",
    "rate",
    "equivocation",
    "edge_deviation",
    "similarity",
)

LARGEST_PAYLOAD = 1e100
"""Payloads are clipped to this absolute value, so that all features and their squares are finite."""

EWMA_WEIGHT = 0.1
"""The weight of the newest observation in moving averages."""


class Features(NamedTuple):
    """The behavior of every daemon, or of the sender on every edge, in one observation.

    Attributes:
        names: (k,) the name of each column.
        values: (n, k) one row per daemon, or (m, k) one row per edge; finite.
        non_finite: (n,) or (m,) whether a message was not finite. An honest daemon sends none, so this is a finding,
            whatever a detector of `values` says.
    """

    names: tuple[str, ...]
    values: Floats
    non_finite: Bools


class BehaviorTracker:
    """Updates the features of every daemon by observations of the traffic.

    distance        its value minus the median of its neighborhood
    deviation       the distance in units of the neighborhood's spread
    deviation_ewma  moving average of the deviation, for small lasting lies
    step            its change since the last observation, in units of the spread
    jerk            the change of its step
    flips           moving average of changes of the step's sign
    rate            messages per edge
    equivocation    the largest difference between its messages to two neighbors, in units of the spread
    edge_deviation  the deviation of the message that is farthest from the neighborhood's median
    similarity      the distance to the closest value of a neighbor, in units of the spread

    Its value is the mean of its messages. Liars that are a majority of each other's neighborhoods have a small
    distance, and the honest daemons beside them a large one; where such liars say the same, their similarity is 0. A
    daemon that lies up and down may have a distance of 0; its equivocation and edge_deviation are large.

    The spread is the neighborhood's robust deviation plus the swarm's median deviation, so that it is not 0
    where a few neighbors agree by chance. Of the d components, the one with the largest deviation counts.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._values: Floats | None = None
        self._step: Floats = np.zeros(network.n)
        self._ewma: Floats = np.zeros(network.n)
        self._flips: Floats = np.zeros(network.n)

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined."""
        self._network = joined.network

    def observe(self, messages: Messages) -> Features:
        """The features after one more observation.

        Args:
            messages: The messages of the last exchange of the round, as they were sent.
        """
        values = self._mean_payload(messages)
        median, spread = self._surroundings(values)
        distance = largest(values - median)
        deviation = largest((values - median) / spread)
        step = np.zeros(len(values)) if self._values is None else largest((values - self._values) / spread)
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
            self._edge_deviation(messages, median, spread, deviation),
            self._similarity(values, spread),
        )
        self._values, self._step = values, step
        return Features(FEATURES, frozen(np.stack(columns, axis=1)), self._non_finite(messages))

    def _mean_payload(self, messages: Messages) -> Floats:
        """(n, d) the mean of each daemon's messages over its listeners; non-finite values count as 0."""
        if messages.per_edge is None:
            return _clipped(messages.broadcast)
        per_edge = _clipped(messages.per_edge)
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
        per_edge = _clipped(messages.per_edge)
        highest, lowest = np.full(spread.shape, -np.inf), np.full(spread.shape, np.inf)
        np.maximum.at(highest, self._network.indices, per_edge)
        np.minimum.at(lowest, self._network.indices, per_edge)
        apart = np.where(self._listeners[:, None] > 0, highest - lowest, 0.0)
        scaled: Floats = (apart / spread).max(axis=1)
        return scaled

    def _edge_deviation(self, messages: Messages, median: Floats, spread: Floats, deviation: Floats) -> Floats:
        if messages.per_edge is None:
            return np.abs(deviation)
        senders = self._network.indices
        finite = np.isfinite(messages.per_edge)
        apart = np.where(finite, _clipped(messages.per_edge) - median[senders], 0.0) / spread[senders]
        farthest = np.zeros(self._network.n)
        np.maximum.at(farthest, senders, np.abs(apart).max(axis=1))
        return farthest

    def _similarity(self, values: Floats, spread: Floats) -> Floats:
        network = self._network
        closest = np.full(network.n, np.inf)
        for component in range(values.shape[1]):
            column, width = values[:, component], spread[:, component]
            apart = np.abs(column[network.indices] - column[network.receivers]) / width[network.receivers]
            nearest = np.full(network.n, np.inf)
            some = network.degrees > 0
            if some.any():
                nearest[some] = np.minimum.reduceat(apart, network.indptr[:-1][some])
            closest = nearest if component == 0 else np.maximum(closest, nearest)
        return np.where(np.isfinite(closest), closest, 0.0)

    def _non_finite(self, messages: Messages) -> Bools:
        """(n,) whether a daemon sent a non-finite message."""
        bad: Bools = ~np.asarray(np.isfinite(messages.rows).all(axis=1))
        if messages.per_edge is None and messages.copies is None:
            return frozen(bad)
        bad = messages.by_edge(bad)
        if messages.copies is not None:
            bad = bad & (messages.copies > 0)
        found = np.zeros(self._network.n, dtype=bool)
        found[self._network.indices[bad]] = True
        return frozen(found)

    def _per_sender(self, on_edges: Floats) -> Floats:
        """Sums over the edges from each daemon: (m, d) → (n, d)."""
        sums = [np.bincount(self._network.indices, column, minlength=self._network.n) for column in on_edges.T]
        return np.stack(sums, axis=1)

    @property
    def _listeners(self) -> Floats:
        return np.diff(self._network.outgoing.indptr).astype(np.float64)


def _clipped(payload: Floats) -> Floats:
    """The payload within ±1e100; 0 where it is not finite."""
    return np.clip(np.nan_to_num(payload, nan=0.0, posinf=0.0, neginf=0.0), -LARGEST_PAYLOAD, LARGEST_PAYLOAD)


def largest(values: Floats) -> Floats:
    """(n, d) → (n,): the entry of each row with the largest absolute value, signed."""
    if values.shape[1] == 1:
        return values[:, 0]
    farthest = np.abs(values).argmax(axis=1)
    return np.take_along_axis(values, farthest[:, None], axis=1)[:, 0]

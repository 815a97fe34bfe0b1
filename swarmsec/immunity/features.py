"""Behavioral features of daemons, computed from all traffic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeAlias

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


Column: TypeAlias = "Floats | Callable[[], Floats]"


class Features:
    """The behavior of every daemon, or of the sender on every edge, in one observation.

    Columns are computed, and `values` stacked, when they are read: over all edges that takes longer than the rest.

    Args:
        names: (k,) the name of each column.
        values: (n, k) the values; or the k columns, (n,) each, or functions that compute them.
        non_finite: See below.

    Attributes:
        names: (k,) the name of each column.
        non_finite: (n,) or (m,) whether a message was not finite. An honest daemon sends none, so this is a finding,
            whatever a detector of `values` says.
    """

    def __init__(self, names: tuple[str, ...], values: Floats | Sequence[Column], non_finite: Bools) -> None:
        self.names, self.non_finite = names, non_finite
        self._columns: list[Column] = list(values.T if isinstance(values, np.ndarray) else values)

    def __iter__(self) -> Iterator[Any]:
        """Names, values and non_finite, in this order."""
        return iter((self.names, self.values, self.non_finite))

    @cached_property
    def values(self) -> Floats:
        """(n, k) one row per daemon, or (m, k) one row per edge; finite."""
        return frozen(np.stack([self._computed(name) for name in self.names], axis=1))

    def column(self, name: str) -> Floats:
        """(n,) or (m,) one feature."""
        return frozen(self._computed(name))

    def columns(self, names: Sequence[str]) -> Floats:
        """(n, c) or (m, c) some features, stored column by column."""
        return np.stack([self._computed(name) for name in names]).T

    def _computed(self, name: str) -> Floats:
        number = self.names.index(name)
        column = self._columns[number]
        if callable(column):
            column = self._columns[number] = column()
        return column


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
        values = _mean_payload(self._network, messages)
        median, spread = self._surroundings(values)
        distance = largest(values - median)
        deviation = largest((values - median) / spread)
        step = np.zeros(len(values)) if self._values is None else largest((values - self._values) / spread)
        self._ewma = (1 - EWMA_WEIGHT) * self._ewma + EWMA_WEIGHT * deviation
        self._flips = (1 - EWMA_WEIGHT) * self._flips + EWMA_WEIGHT * (step * self._step < 0)
        network, jerk = self._network, step - self._step
        columns: tuple[Column, ...] = (
            distance,
            deviation,
            self._ewma,
            step,
            jerk,
            self._flips,
            lambda: _rate(network, messages),
            lambda: _equivocation(network, messages, spread),
            lambda: np.abs(deviation) if messages.per_edge is None else _edge_deviation(messages, median, spread),
            lambda: _similarity(network, values, spread),
        )
        self._values, self._step = values, step
        return Features(FEATURES, columns, _non_finite(messages))

    def _surroundings(self, values: Floats) -> tuple[Floats, Floats]:
        """(n, d) each: the median of every neighborhood, and its spread."""
        around = neighborhood_spread(self._network, values)
        ranked, n = np.sort(around.mad, axis=0), len(values)
        typical = 0.5 * (ranked[(n - 1) // 2] + ranked[n // 2])  # The median, faster than by `np.median`.
        floor = typical + np.finfo(np.float64).eps * (1.0 + np.abs(values).max(axis=0))
        return around.median, around.mad + floor


def _mean_payload(network: Network, messages: Messages) -> Floats:
    """(n, d) the mean of each daemon's messages over its listeners; non-finite values count as 0."""
    if messages.per_edge is None:
        return _clipped(messages.broadcast)
    return _per_sender(network, _clipped(messages.per_edge)) / np.maximum(network.listeners, 1)[:, None]


def _rate(network: Network, messages: Messages) -> Floats:
    if messages.copies is None:
        return np.ones(network.n)
    copies = messages.copies.astype(np.float64)[:, None]
    rate: Floats = _per_sender(network, copies)[:, 0] / np.maximum(network.listeners, 1)
    return rate


def _equivocation(network: Network, messages: Messages, spread: Floats) -> Floats:
    some = network.listeners > 0
    apart = np.zeros(spread.shape)
    if messages.per_edge is not None and some.any():
        starts, edges = network.outgoing.indptr[:-1][some], network.outgoing.edges
        by_sender = _clipped(messages.per_edge)[edges]
        apart[some] = np.maximum.reduceat(by_sender, starts) - np.minimum.reduceat(by_sender, starts)
    scaled: Floats = (apart / spread).max(axis=1)
    return scaled


def _edge_deviation(messages: Messages, median: Floats, spread: Floats) -> Floats:
    senders, rows = messages.senders, messages.rows
    apart = np.where(np.isfinite(rows), _clipped(rows) - median[senders], 0.0) / spread[senders]
    farthest = np.zeros(len(spread))
    np.maximum.at(farthest, senders, np.abs(apart).max(axis=1))
    return farthest


def _similarity(network: Network, values: Floats, spread: Floats) -> Floats:
    some = network.degrees > 0
    closest = np.zeros(values.shape)
    if some.any():
        apart = np.abs(values.take(network.indices, axis=0) - np.repeat(values, network.degrees, axis=0))
        closest[some] = np.minimum.reduceat(apart, network.indptr[:-1][some])
    similar: Floats = (closest / spread).max(axis=1)
    return similar


def _non_finite(messages: Messages) -> Bools:
    """(n,) whether a daemon sent a non-finite message."""
    bad: Bools = ~np.asarray(np.isfinite(messages.rows).all(axis=1))
    if messages.per_edge is None and messages.copies is None:
        return frozen(bad)
    bad = messages.by_edge(bad)
    if messages.copies is not None:
        bad = bad & (messages.copies > 0)
    found = np.zeros(messages.network.n, dtype=bool)
    found[messages.senders[bad]] = True
    return frozen(found)


def _per_sender(network: Network, on_edges: Floats) -> Floats:
    """Sums over the edges from each daemon: (m, d) → (n, d)."""
    return np.stack([np.bincount(network.indices, column, minlength=network.n) for column in on_edges.T], axis=1)


def _clipped(payload: Floats) -> Floats:
    """The payload within ±1e100; 0 where it is not finite."""
    return np.clip(np.nan_to_num(payload, nan=0.0, posinf=0.0, neginf=0.0), -LARGEST_PAYLOAD, LARGEST_PAYLOAD)


def largest(values: Floats) -> Floats:
    """(n, d) → (n,): the entry of each row with the largest absolute value, signed."""
    if values.shape[1] == 1:
        return values[:, 0]
    farthest = np.abs(values).argmax(axis=1)
    return np.take_along_axis(values, farthest[:, None], axis=1)[:, 0]

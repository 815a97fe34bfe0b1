"""Features of single messages, as their receivers see them: for defenses that see no more than what arrived."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import neighborhood_spread
from swarmsec.arrays import Bools, Floats, frozen
from swarmsec.immunity.features import EWMA_WEIGHT, LARGEST_PAYLOAD, Column, Features, largest
from swarmsec.messages import Messages
from swarmsec.network import Joined, Network


class Surroundings(NamedTuple):
    """What arrived at every receiver.

    Attributes:
        payload: (m, d) the messages within ±1e100; NaN where one is.
        finite: (m,) whether a message arrived and is finite.
        median: (n, d) the median of what arrived at each receiver.
        spread: (n, d) its robust deviation, and a little more, so that it is not 0.
    """

    payload: Floats
    finite: Bools
    median: Floats
    spread: Floats


def surroundings(messages: Messages) -> Surroundings:
    """The median and the spread of the finite messages that arrived at every receiver."""
    network, broadcast = messages.network, messages.per_edge is None
    finite = messages.received
    if not messages.all_finite:
        finite = messages.by_edge(np.asarray(np.isfinite(messages.rows).all(axis=1))) & finite
    rows = np.clip(messages.rows, -LARGEST_PAYLOAD, LARGEST_PAYLOAD)
    around = neighborhood_spread(
        network,
        np.zeros((network.n, rows.shape[1])),
        None if finite.all() else finite.astype(np.float64),
        told=rows if broadcast else None,
        per_edge=None if broadcast else rows,
    )
    floor = np.sqrt(np.finfo(np.float64).eps) * (1.0 + np.abs(around.median))
    return Surroundings(messages.by_edge(rows), finite, around.median, around.mad + floor)


MESSAGE_FEATURES = ("distance", "deviation", "deviation_ewma", "step", "copies", "missing")


class MessageTracker:
    """Updates the features of the message on every edge by what arrived at its receiver.

    distance        its value minus the median of what arrived at the same receiver
    deviation       the distance in units of the spread of what arrived there
    deviation_ewma  moving average of the deviation, for small lasting lies
    step            its change since the last message on the edge, in units of the spread
    copies          how often it arrived
    missing         moving average of exchanges in which nothing arrived

    Each row depends on the messages of one receiver alone. A majority of liars among its neighbors moves the median, so
    that the honest ones deviate. Of the d components, the one with the largest deviation counts. A message that did not
    arrive leaves deviation and step at 0.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._last: Floats | None = None
        self._ewma: Floats = np.zeros(network.m)
        self._missing: Floats = np.zeros(network.m)

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined; nothing was heard on the new edges."""
        self._network = joined.network
        self._last = None if self._last is None else joined.extend(self._last, np.nan)
        self._ewma, self._missing = joined.extend(self._ewma, 0.0), joined.extend(self._missing, 0.0)

    def observe(self, messages: Messages) -> Features:
        """The features after one more observation.

        Args:
            messages: The messages that arrived in the last exchange of the round.
        """
        received, degrees = messages.received, self._network.degrees
        payload, finite, *around = surroundings(messages)
        values = _where(finite, payload, np.nan)
        median, spread = (np.repeat(each, degrees, axis=0) for each in around)
        distance = _where(finite, values - median, 0.0)
        moved = np.zeros_like(distance) if self._last is None else values - self._last
        deviation = largest(distance / spread)
        self._ewma = (1 - EWMA_WEIGHT) * self._ewma + EWMA_WEIGHT * deviation
        self._missing = (1 - EWMA_WEIGHT) * self._missing + EWMA_WEIGHT * ~received
        self._last = values if self._last is None else _where(finite, values, self._last)
        columns: tuple[Column, ...] = (
            lambda: largest(distance),
            deviation,
            self._ewma,
            lambda: largest(np.nan_to_num(moved) / spread),
            received.astype(np.float64) if messages.copies is None else np.where(received, messages.copies, 0.0),
            self._missing,
        )
        return Features(MESSAGE_FEATURES, columns, frozen(received & ~finite))


def _where(marked: Bools, values: Floats, others: Floats | float) -> Floats:
    """(m, d) the values where an edge is marked (m,), and the others elsewhere; mostly, all edges are."""
    return values if marked.all() else np.where(marked[:, None], values, others)

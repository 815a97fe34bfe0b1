"""What happens to messages between sending and arriving: links delay, lose, repeat and reorder them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.messages.batch import Messages
from swarmsec.network import Network


class _Parcel(NamedTuple):
    """Messages that were sent in one exchange and arrive in another, an edge at most once."""

    sent: int
    edges: Ints
    payload: Floats
    copies: Ints


class Transport:
    """The links of a swarm, and what is on its way on them.

    What chance does to a link is drawn for every edge in every exchange, whether or not something is sent on it: so it
    befalls the same edges in all four arms. A link keeps the order of its messages unless one may overtake; of two that
    arrive on one link together, `merge` makes one payload, (k, w) each → (k, w), and it counts as often as the later
    one came. The same message twice counts twice.

    Args:
        network: Whose links, with their `delivery`.
        merge: See `NegotiationProtocol.merge`.
        rng: Draws what happens on the links.
    """

    def __init__(self, network: Network, merge: Callable[[Floats, Floats], Floats], rng: np.random.Generator) -> None:
        self._network = network
        self._merge = merge
        self._rng = rng
        self._exchange = 0
        self._due: dict[int, list[_Parcel]] = {}
        self._newest: Ints | None = None

    def transmit(self, sent: Messages) -> Messages:
        """What arrives in this exchange, of what is sent in it and of what was sent before."""
        links = self._network.delivery
        if links.is_reliable and not links.reordering and sent.delays is None and self._newest is None:
            return sent
        goes = self._goes(sent)
        late, again, overtakes = self._late(sent.delays), self._comes_twice(), self._may_overtake()
        if self._newest is None and not late.any() and not again.any():
            self._exchange += 1
            return replace(sent.with_weights(goes.astype(np.float64)), delays=None)
        self._post(sent, goes, late, overtakes)
        if again.any():
            self._post(sent, goes & again, self._late(sent.delays), self._may_overtake())
        arrived = self._collect(sent)
        self._exchange += 1
        return arrived

    def _goes(self, sent: Messages) -> Bools:
        """(m,) which edges carry something that is not lost."""
        loss = self._network.delivery.loss
        goes = self._rng.random(self._network.m) >= loss if loss else np.ones(self._network.m, dtype=bool)
        if sent.copies is not None:
            goes &= sent.copies > 0
        if sent.weights is not None:
            goes &= sent.weights > 0
        return goes

    def _late(self, added: Ints | None) -> Ints:
        """(m,) exchanges until what is sent now arrives."""
        low, high = self._network.delivery.delay_min, self._network.delivery.delay_max
        late = self._rng.integers(low, high + 1, self._network.m, dtype=np.int32) if high else self._nothing
        return late if added is None else late + added

    def _comes_twice(self) -> Bools:
        duplication = self._network.delivery.duplication
        if not duplication:
            return np.zeros(self._network.m, dtype=bool)
        return np.asarray(self._rng.random(self._network.m) < duplication)

    def _may_overtake(self) -> Bools | None:
        """(m,) which edges do not keep the order of what is sent now; None where all do."""
        reordering = self._network.delivery.reordering
        return np.asarray(self._rng.random(self._network.m) < reordering) if reordering else None

    def _post(self, sent: Messages, goes: Bools, late: Ints, overtakes: Bools | None) -> None:
        """Put messages on their way; behind those that are on the same link already, unless they may overtake."""
        newest = np.full(self._network.m, -1, dtype=np.int32) if self._newest is None else self._newest
        arrival = self._exchange + late
        in_line = np.maximum(arrival, newest)
        if overtakes is not None:
            in_line = np.where(overtakes, arrival, in_line)
        self._newest = np.where(goes, np.maximum(newest, in_line), newest).astype(np.int32)
        for when in np.unique(in_line[goes]):
            edges = np.flatnonzero(goes & (in_line == when)).astype(np.int32)
            copies = np.ones(len(edges), np.int32) if sent.copies is None else sent.copies[edges]
            self._due.setdefault(int(when), []).append(_Parcel(self._exchange, edges, _on(sent, edges), copies))

    def _collect(self, sent: Messages) -> Messages:
        """Everything that is due, as messages on the edges: later parcels are of later sending."""
        payload = np.zeros((self._network.m, sent.broadcast.shape[1]))
        copies = np.zeros(self._network.m, dtype=np.int32)
        sent_in = np.full(self._network.m, -1, dtype=np.int64)
        for parcel in self._due.pop(self._exchange, []):
            before = sent_in[parcel.edges]
            fresh, second, later = before < 0, before == parcel.sent, (before >= 0) & (before != parcel.sent)
            payload[parcel.edges[fresh]] = parcel.payload[fresh]
            if later.any():
                payload[parcel.edges[later]] = self._merge(payload[parcel.edges[later]], parcel.payload[later])
            copies[parcel.edges] = np.where(second, copies[parcel.edges], 0) + parcel.copies
            sent_in[parcel.edges] = parcel.sent
        came = (copies > 0).astype(np.float64)
        return Messages(self._network, sent.broadcast, read_only(payload), read_only(copies), read_only(came))

    @property
    def _nothing(self) -> Ints:
        return np.zeros(self._network.m, dtype=np.int32)


def _on(sent: Messages, edges: Ints) -> Floats:
    """(k, d) what is sent on some edges."""
    return sent.broadcast[sent.network.indices[edges]] if sent.per_edge is None else sent.per_edge[edges]

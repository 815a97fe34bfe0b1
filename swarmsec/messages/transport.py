"""The links: they delay, lose, repeat and reorder messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.messages.batch import Messages
from swarmsec.network import Joined, Network

_Scalar = TypeVar("_Scalar", bound="np.generic")


class _Parcel(NamedTuple):
    """Messages that were sent in the same exchange and arrive in the same exchange, at most one an edge."""

    sent: int
    edges: Ints
    payload: Floats
    copies: Ints


class Transport:
    """The links of a swarm, and the messages in transit.

    Loss, delay, duplication and reordering are drawn for every edge in every exchange, whether or not a message is sent
    on it, so that they affect the same edges in all four arms. A link keeps the order of its messages unless reordering
    is drawn. If two messages arrive on an edge in the same exchange, `merge` makes one payload of them, (k, w) each →
    (k, w), with the copies of the later one. A duplicate adds its copies. Links of identities that joined draw from a
    stream of their own.

    Args:
        network: The network, with the `delivery` of its links.
        merge: See `NegotiationProtocol.merge`.
        rng: Draws loss, delay, duplication and reordering.
        newcomers_rng: Draws the same for the links of identities; needed if any joins.
    """

    def __init__(
        self,
        network: Network,
        merge: Callable[[Floats, Floats], Floats],
        rng: np.random.Generator,
        newcomers_rng: np.random.Generator | None = None,
    ) -> None:
        self._network = network
        self._merge = merge
        self._rng = rng
        self._newcomers_rng = newcomers_rng
        self._founding: Ints | None = None
        self._exchange = 0
        self._due: dict[int, list[_Parcel]] = {}
        self._newest: Ints | None = None

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined, and with what is in transit."""
        places = joined.places
        self._founding = places if self._founding is None else places[self._founding]
        self._newest = None if self._newest is None else joined.extend(self._newest, -1)
        for due, parcels in self._due.items():
            self._due[due] = [parcel._replace(edges=places[parcel.edges]) for parcel in parcels]
        self._network = joined.network

    def transmit(self, sent: Messages) -> Messages:
        """The messages that arrive in this exchange, of those sent now and of those in transit."""
        links = self._network.delivery
        if links.is_reliable and not links.reordering and sent.delays is None and self._newest is None:
            return sent
        carried = self._is_carried(sent)
        late, again, overtakes = self._delay(sent.delays), self._duplicated(), self._overtaking()
        if self._newest is None and not late.any() and not again.any():
            self._exchange += 1
            return replace(sent.with_weights(carried.astype(np.float64)), delays=None)
        self._put_in_transit(sent, carried, late, overtakes)
        if again.any():
            self._put_in_transit(sent, carried & again, self._delay(sent.delays), self._overtaking())
        arrived = self._collect(sent)
        self._exchange += 1
        return arrived

    def _is_carried(self, sent: Messages) -> Bools:
        """(m,) the edges with a message that is sent and not lost."""
        loss = self._network.delivery.loss
        carried = self._uniform() >= loss if loss else np.ones(self._network.m, dtype=bool)
        if sent.copies is not None:
            carried &= sent.copies > 0
        if sent.weights is not None:
            carried &= sent.weights > 0
        return carried

    def _delay(self, added: Ints | None) -> Ints:
        """(m,) the delay of messages that are sent now, in exchanges."""
        low, high = self._network.delivery.delay_min, self._network.delivery.delay_max
        late = (
            self._draw(lambda rng, size: rng.integers(low, high + 1, size, dtype=np.int32)) if high else self._no_delay
        )
        return late if added is None else late + added

    def _duplicated(self) -> Bools:
        duplication = self._network.delivery.duplication
        if not duplication:
            return np.zeros(self._network.m, dtype=bool)
        return np.asarray(self._uniform() < duplication)

    def _overtaking(self) -> Bools | None:
        """(m,) the edges where a message sent now may overtake earlier ones; None if there are none."""
        reordering = self._network.delivery.reordering
        return np.asarray(self._uniform() < reordering) if reordering else None

    def _uniform(self) -> Floats:
        return self._draw(lambda rng, size: rng.random(size))

    def _draw(self, draw: Callable[[np.random.Generator, int], npt.NDArray[_Scalar]]) -> npt.NDArray[_Scalar]:
        """(m,) one draw an edge."""
        if self._founding is None:
            return draw(self._rng, self._network.m)
        assert self._newcomers_rng is not None, "a transport that identities join has a stream for their links"
        drawn = draw(self._newcomers_rng, self._network.m)
        drawn[self._founding] = draw(self._rng, len(self._founding))
        return drawn

    def _put_in_transit(self, sent: Messages, carried: Bools, late: Ints, overtakes: Bools | None) -> None:
        """Put messages in transit, behind those in transit on the same edge unless they may overtake."""
        newest = np.full(self._network.m, -1, dtype=np.int32) if self._newest is None else self._newest
        arrival = self._exchange + late
        in_line = np.maximum(arrival, newest)
        if overtakes is not None:
            in_line = np.where(overtakes, arrival, in_line)
        self._newest = np.where(carried, np.maximum(newest, in_line), newest).astype(np.int32)
        for when in np.unique(in_line[carried]):
            edges = np.flatnonzero(carried & (in_line == when)).astype(np.int32)
            parcel = _Parcel(self._exchange, edges, sent.on(edges), sent.copies_on(edges))
            self._due.setdefault(int(when), []).append(parcel)

    def _collect(self, sent: Messages) -> Messages:
        """The messages that are due. Parcels are in the order in which they were sent."""
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
        arrived = (copies > 0).astype(np.float64)
        return Messages(self._network, sent.broadcast, read_only(payload), read_only(copies), read_only(arrived))

    @property
    def _no_delay(self) -> Ints:
        return np.zeros(self._network.m, dtype=np.int32)

"""All messages of one exchange, as arrays over the edges of the network.

While every daemon sends the same to all its listeners, the payload is a broadcast: one row a sender, (n, d), whatever
the number of edges. Only if a daemon equivocates does the payload get one row an edge, (m, d). Methods here hide which
of the two is stored; none of them makes (m, d) of a broadcast, except `payload`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from swarmsec.arrays import Bools, Floats, Ints, read_only
from swarmsec.messages.inbox import Inbox
from swarmsec.network import Joined, Network
from swarmsec.short_repr import short_repr

_Scalar = TypeVar("_Scalar", bound="np.generic")

_Edges: TypeAlias = "npt.NDArray[np.integer[Any]]"

BYTES_A_COMPONENT = 8
"""A component of a message is sent as one float64."""


@dataclass(frozen=True, eq=False, repr=False)
class Messages:
    """All messages of one exchange, on the edges of a network.

    Attributes:
        network: Edge e goes from `network.indices[e]` to `network.receivers[e]`.
        broadcast: (n, d) the payload that each daemon sends to all its listeners.
        per_edge: (m, d) the payload on each edge, in place of `broadcast`; None unless a daemon equivocates.
        copies: (m,) how often each edge carries its message; None means once. A flood sends many.
        weights: (m,) in [0, 1], the weight with which the receiver admits each message; None means 1.
        delays: (m,) exchanges of delay that attacks add to that of the link; None means 0.
    """

    network: Network
    broadcast: Floats
    per_edge: Floats | None = None
    copies: Ints | None = None
    weights: Floats | None = None
    delays: Ints | None = None

    __repr__ = short_repr

    @property
    def senders(self) -> Ints:
        """(m,) the sender on each edge."""
        return self.network.indices

    @property
    def receivers(self) -> Ints:
        """(m,) the receiver on each edge."""
        return self.network.receivers

    @property
    def rows(self) -> Floats:
        """The payload as it is stored: (n, d), one row a sender, or (m, d), one row an edge."""
        return self.broadcast if self.per_edge is None else self.per_edge

    def by_edge(self, values: npt.NDArray[_Scalar]) -> npt.NDArray[_Scalar]:
        """(m, ...) one entry an edge, of `values` with one entry for each of `rows`."""
        return values.take(self.senders, axis=0) if self.per_edge is None else values

    def column(self, number: int) -> Floats:
        """(m,) one component of the payload on each edge."""
        return self.by_edge(self.rows[:, number])

    def on(self, edges: _Edges) -> Floats:
        """(k, d) the payload on some edges."""
        return self.rows[self.senders[edges] if self.per_edge is None else edges]

    def copies_on(self, edges: Ints) -> Ints:
        """(k,) how often some edges carry their message."""
        return np.ones(len(edges), dtype=np.int32) if self.copies is None else self.copies[edges]

    @cached_property
    def payload(self) -> Floats:
        """(m, d) the payload on each edge. Of a broadcast it is made on demand; vectorized rules rarely need it."""
        return read_only(self.by_edge(self.rows))

    @cached_property
    def all_finite(self) -> bool:
        """Whether every payload is finite."""
        return bool(np.isfinite(self.rows).all())

    @property
    def received(self) -> Bools:
        """(m,) the edges whose message was sent and is admitted with a weight above 0, finite or not."""
        admitted = np.ones(self.network.m, dtype=bool) if self.weights is None else self.weights > 0
        return admitted if self.copies is None else admitted & (self.copies > 0)

    @property
    def admission(self) -> Floats:
        """(m,) the weight of each message that was sent and is finite, 0 of all others; copies do not count.

        A non-finite payload can come from a Byzantine sender only, so that protocols drop such messages.
        """
        valid: Bools = self.by_edge(np.asarray(np.isfinite(self.rows).all(axis=1)))
        if self.copies is not None:
            valid = valid & (self.copies > 0)
        return valid.astype(np.float64) if self.weights is None else np.where(valid, self.weights, 0.0)

    @cached_property
    def counts(self) -> Floats | None:
        """(m,) the weight of each edge for a rule that counts messages: copies times admission. None means 1."""
        if self.copies is None:
            return self.weights
        copies = self.copies.astype(np.float64)
        return copies if self.weights is None else copies * self.weights

    @property
    def sent(self) -> int:
        """The number of messages that are sent in this exchange."""
        return self.network.m if self.copies is None else int(self.copies.sum(dtype=np.int64))

    @property
    def bytes(self) -> int:
        """The bytes of payload that are sent in this exchange."""
        return self.sent * int(self.broadcast.shape[1]) * BYTES_A_COMPONENT

    def mapped(self, function: Callable[[Floats], Floats]) -> Messages:
        """The messages with other payloads; `function` maps them row by row, (k, d) → (k, w)."""
        changed = None if self.per_edge is None else function(self.per_edge)
        return replace(self, broadcast=function(self.broadcast), per_edge=changed)

    def once(self) -> Messages:
        """The messages with one copy each, weighted by `admission`."""
        return replace(self, copies=None, weights=self.admission)

    def with_weights(self, weights: Floats) -> Messages:
        """The messages with their weights multiplied by `weights` (m,)."""
        return replace(self, weights=weights if self.weights is None else self.weights * weights)

    def with_payload(self, edges: Ints, payload: Floats) -> Messages:
        """Replace the payload on `edges` by (k, d); stays a broadcast while each sender sends one value."""
        if self.per_edge is None:
            senders, broadcast = self.senders[edges], self.broadcast.copy()
            broadcast[senders] = payload
            stored = broadcast[senders]
            if ((stored == payload) | (np.isnan(stored) & np.isnan(payload))).all():
                return replace(self, broadcast=broadcast)
        per_edge = self.payload.copy()
        per_edge[edges] = payload
        return replace(self, per_edge=per_edge)

    def with_copies(self, edges: Ints, copies: Ints) -> Messages:
        """Replace the number of copies on `edges` by (k,)."""
        if self.copies is None and (copies == 1).all():
            return self
        every = np.ones(self.network.m, np.int32) if self.copies is None else self.copies.copy()
        every[edges] = copies
        return replace(self, copies=every)

    def with_delays(self, edges: Ints, delays: Ints) -> Messages:
        """Add (k,) exchanges to the delays on `edges`."""
        every = np.zeros(self.network.m, np.int32) if self.delays is None else self.delays.copy()
        every[edges] += delays
        return replace(self, delays=every)

    def relinked(self, joined: Joined) -> Messages:
        """The messages on a network that identities have joined; nothing was sent on the new edges."""
        copies = np.ones(self.network.m, dtype=np.int32) if self.copies is None else self.copies
        return replace(
            self,
            network=joined.network,
            per_edge=None if self.per_edge is None else joined.extend(self.per_edge, np.nan),
            copies=joined.extend(copies, 0),
            weights=None if self.weights is None else joined.extend(self.weights, 0.0),
            delays=None if self.delays is None else joined.extend(self.delays, 0),
        )

    def inbox_of(self, daemon: int) -> Inbox:
        """The messages on the edges into `daemon`."""
        edges = slice(int(self.network.indptr[daemon]), int(self.network.indptr[daemon + 1]))
        senders = self.network.indices[edges]
        return Inbox(
            senders=senders,
            degrees=self.network.degrees[senders],
            values=self.broadcast[senders] if self.per_edge is None else self.per_edge[edges],
            copies=np.ones(len(senders), dtype=np.int32) if self.copies is None else self.copies[edges],
            weights=np.ones(len(senders)) if self.weights is None else self.weights[edges],
        )

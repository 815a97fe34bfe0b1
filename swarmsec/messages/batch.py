"""What daemons say to each other in one exchange, and what one daemon hears of it.

A swarm that tells everybody the same is a broadcast: one row a sender, (n, d), whatever the number of edges.
Only once somebody equivocates does a message become a thing of its edge, (m, d). Code that reads `broadcast` where
`per_edge` is None therefore costs nothing an edge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats, Ints, read_only
from swarmsec.network import Network

BYTES_A_COMPONENT = 8
"""A component of a message travels as one float64."""


class Inbox(NamedTuple):
    """What one daemon hears in one exchange, for the engine that steps daemon by daemon.

    Attributes:
        senders: (k,) who spoke, ascending.
        degrees: (k,) how many daemons each of them listens to.
        values: (k, d) what each of them said.
        copies: (k,) how often each message came.
        weights: (k,) in [0, 1], how far each message is admitted; 0 is a message that never came.
    """

    senders: Ints
    degrees: Ints
    values: Floats
    copies: Ints
    weights: Floats


@dataclass(frozen=True, eq=False)
class Messages:
    """All messages of one exchange, on the edges of a network.

    Attributes:
        network: Whose edges carry them; edge e goes from `network.indices[e]` to `network.receivers[e]`.
        broadcast: (n, d) what each daemon says to everybody.
        per_edge: (m, d) what each edge carries, or None while nobody equivocates.
        copies: (m,) how often each edge carries its message, or None where that is once. A flood sends many.
        weights: (m,) in [0, 1], how far the receiver admits each message, or None where all are admitted whole.
        delays: (m,) how many exchanges late each message arrives beyond what its link does, or None where none does.
    """

    network: Network
    broadcast: Floats
    per_edge: Floats | None = None
    copies: Ints | None = None
    weights: Floats | None = None
    delays: Ints | None = None

    @property
    def senders(self) -> Ints:
        """(m,) the daemon that speaks on each edge."""
        return self.network.indices

    @property
    def receivers(self) -> Ints:
        """(m,) the daemon that listens on each edge."""
        return self.network.receivers

    @cached_property
    def payload(self) -> Floats:
        """(m, d) what each edge carries. Made on demand for a broadcast: vectorized rules rarely need it."""
        return read_only(self.broadcast[self.network.indices] if self.per_edge is None else self.per_edge)

    @cached_property
    def all_finite(self) -> bool:
        """Whether every payload is a finite number; one that is not counts as Byzantine, and is dropped."""
        return bool(np.isfinite(self.broadcast if self.per_edge is None else self.per_edge).all())

    @cached_property
    def counts(self) -> Floats | None:
        """(m,) the weight of each edge for a rule that counts messages: copies times admission. None means 1."""
        if self.copies is None:
            return self.weights
        copies = self.copies.astype(np.float64)
        return copies if self.weights is None else copies * self.weights

    @property
    def sent(self) -> int:
        """How many messages travel in this exchange."""
        return self.network.m if self.copies is None else int(self.copies.sum(dtype=np.int64))

    @property
    def bytes(self) -> int:
        """How many bytes of payload travel in this exchange."""
        return self.sent * int(self.broadcast.shape[1]) * BYTES_A_COMPONENT

    def with_weights(self, weights: Floats) -> Messages:
        """The same messages, admitted by `weights` (m,) on top of what earlier defenses admitted."""
        return replace(self, weights=weights if self.weights is None else self.weights * weights)

    def inbox_of(self, daemon: int) -> Inbox:
        """What `daemon` hears."""
        edges = slice(int(self.network.indptr[daemon]), int(self.network.indptr[daemon + 1]))
        senders = self.network.indices[edges]
        return Inbox(
            senders=senders,
            degrees=self.network.degrees[senders],
            values=self.broadcast[senders] if self.per_edge is None else self.per_edge[edges],
            copies=np.ones(len(senders), dtype=np.int32) if self.copies is None else self.copies[edges],
            weights=np.ones(len(senders)) if self.weights is None else self.weights[edges],
        )

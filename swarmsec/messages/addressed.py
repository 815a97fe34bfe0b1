"""The payloads of a protocol in an exchange: one for all listeners of a daemon, or one for each listener."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.messages.batch import Messages
from swarmsec.network import Network
from swarmsec.short_repr import short_repr


class Addressed(NamedTuple):
    """Payloads that are addressed to one listener each.

    Attributes:
        payload: (m, w) one row an edge of the network; of one daemon (k, w), one row for each of its listeners, in the
            order of `network.edges_from(daemon)`.
        sent: (m,) or (k,) whether a message is sent there.
    """

    payload: Floats
    sent: Bools

    def __repr__(self) -> str:
        return short_repr(self)


def as_messages(network: Network, payload: Floats | Addressed) -> Messages:
    """The messages with this payload: (n, w), a broadcast of every daemon, or addressed, (m, w)."""
    if not isinstance(payload, Addressed):
        return Messages(network, read_only(payload))
    unused = np.broadcast_to(np.zeros(1), (network.n, payload.payload.shape[1]))
    return Messages(
        network, unused, per_edge=read_only(payload.payload), copies=read_only(payload.sent.astype(np.int32))
    )


def collect_messages(network: Network, payloads: Sequence[Floats | Addressed]) -> Floats | Addressed:
    """The payloads of all daemons as one array; `payloads` has one entry a daemon. Addressed if one of them is."""
    if not any(isinstance(payload, Addressed) for payload in payloads):
        return np.stack([np.asarray(payload) for payload in payloads])
    width = next(payload.payload.shape[1] for payload in payloads if isinstance(payload, Addressed))
    every, sent = np.zeros((network.m, width)), np.zeros(network.m, dtype=bool)
    for daemon, payload in enumerate(payloads):
        edges = network.edges_from([daemon])
        addressed = payload if isinstance(payload, Addressed) else Addressed(payload, np.ones(len(edges), dtype=bool))
        every[edges], sent[edges] = addressed
    return Addressed(every, sent)

"""What daemons say in an exchange: the same to everybody, or to each listener its own, and to some nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, read_only
from swarmsec.messages.batch import Messages
from swarmsec.network import Network


class Addressed(NamedTuple):
    """Words that are meant for one listener each.

    Attributes:
        payload: (m, w) what each edge of the network carries; of one daemon (k, w), one row for each of its listeners,
            in the order of `network.edges_from(daemon)`.
        sent: (m,) or (k,) whether anything is sent there.
    """

    payload: Floats
    sent: Bools


def as_messages(network: Network, spoken: Floats | Addressed) -> Messages:
    """What all daemons say, as messages: (n, w) to everybody, or addressed, (m, w)."""
    if not isinstance(spoken, Addressed):
        return Messages(network, read_only(spoken))
    nothing = np.broadcast_to(np.zeros(1), (network.n, spoken.payload.shape[1]))
    return Messages(
        network, nothing, per_edge=read_only(spoken.payload), copies=read_only(spoken.sent.astype(np.int32))
    )


def collect_messages(network: Network, spoken: Sequence[Floats | Addressed]) -> Floats | Addressed:
    """What the daemons said one by one, put together; `spoken` has one entry a daemon."""
    if not any(isinstance(words, Addressed) for words in spoken):
        return np.stack([np.asarray(words) for words in spoken])
    width = next(words.payload.shape[1] for words in spoken if isinstance(words, Addressed))
    payload, sent = np.zeros((network.m, width)), np.zeros(network.m, dtype=bool)
    for daemon, words in enumerate(spoken):
        edges = network.edges_from([daemon])
        alone = words if isinstance(words, Addressed) else Addressed(words, np.ones(len(edges), dtype=bool))
        payload[edges], sent[edges] = alone
    return Addressed(payload, sent)

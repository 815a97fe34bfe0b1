"""Run a protocol alone: no world and no teams, only the network and its links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Messages, Transport, as_messages
from swarmsec.network import Delivery, Network
from swarmsec.protocols import NegotiationProtocol, ProtocolView
from swarmsec.rng import stream

Lie = Callable[[Messages], Messages]


def begun(
    protocol: NegotiationProtocol, network: Network, seed: int = 0, *, width: int = 1, **facts: Any
) -> NegotiationProtocol:
    protocol.begin(ProtocolView(network=network, rng=stream(0, "alone", seed, "protocol"), width=width, facts=facts))
    return protocol


def negotiate(
    protocol: NegotiationProtocol,
    network: Network,
    signals: Floats,
    exchanges: int,
    *,
    links: Delivery | None = None,
    lie: Lie | None = None,
    rule: Rule | None = None,
    seed: int = 0,
    **facts: Any,
) -> Floats:
    """(exchanges + 1, n, D) the state before the first and after every exchange; signals are constant.

    `facts` are those of the world: a supply, a curvature, a capacity.
    """
    network = network if links is None else replace(network, delivery=links)
    begun(protocol, network, seed, width=signals.shape[1], **facts)
    transport = Transport(network, protocol.merge, stream(0, "alone", seed, "links"))
    states = [protocol.initial_state(signals)]
    for _ in range(exchanges):
        protocol.begin_exchange()
        sent = as_messages(network, protocol.speak(states[-1], signals))
        arrived = transport.transmit(sent if lie is None else lie(sent))
        states.append(protocol.listen(arrived, rule, state=states[-1], signals=signals))
    return np.stack(states)


def falsely(daemon: int, change: Callable[[Floats], Floats]) -> Lie:
    """A lie that applies `change`, (k, w) → (k, w), to all messages that a daemon sends."""

    def lie(messages: Messages) -> Messages:
        if messages.per_edge is None:
            broadcast = messages.broadcast.copy()
            broadcast[daemon] = change(broadcast[daemon : daemon + 1])[0]
            return replace(messages, broadcast=broadcast)
        per_edge = messages.per_edge.copy()
        edges = messages.network.edges_from([daemon])
        per_edge[edges] = change(per_edge[edges])
        return replace(messages, per_edge=per_edge)

    return lie

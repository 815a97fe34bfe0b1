"""The channel over which daemons tell each other something for a defense: counted, and over the same links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints, frozen
from swarmsec.messages import BYTES_A_COMPONENT, Messages, Transport, as_arrived
from swarmsec.network import Joined, Network

Forge = Callable[[Messages], Messages]
"""Changes the claims of hijacked daemons: red's side."""


class ClaimChannel:
    """The channel of one defense.

    Claims are lost, delayed and repeated by the network's links, drawn from a stream of their own, and by the cuts and
    delays of red in the last exchange. A delay is counted in calls; of two claims that arrive together on a link, the
    later one is kept.

    Attributes:
        sent: The number of messages so far.
        sent_bytes: Their bytes.
    """

    def __init__(self, network: Network, rng: Callable[[str], np.random.Generator], forge: Forge) -> None:
        self.sent = self.sent_bytes = 0
        self._network = network
        self._rng = rng
        self._forge = forge
        self._transports: dict[int, Transport] = {}

    def relink(self, joined: Joined) -> None:
        """Go on with a network that identities have joined."""
        self._network = joined.network
        for transport in self._transports.values():
            transport.relink(joined)

    def tell(self, values: Floats, *, by_edge: bool, listening: Floats | None, links: Messages | None) -> Messages:
        """Send (n, c) values to all listeners, or (m, c) edge by edge; returns what arrives now.

        Args:
            values: What each daemon tells all its listeners, or on each edge. A row of NaN tells nothing.
            by_edge: Whether there is one row an edge.
            listening: (m,) 0 on the edges from isolated or ignored daemons; None if there are none.
            links: The messages of the last exchange, whose cuts and delays by red hold for claims too.
        """
        network = self._network
        claims = self._messages(values, by_edge=by_edge)
        claims = claims if listening is None else claims.with_weights(listening)
        count = int(np.count_nonzero(claims.received))
        self.sent += count
        self.sent_bytes += count * values.shape[1] * BYTES_A_COMPONENT
        claims = self._forge(claims)
        if links is not None and links.weights is not None:
            claims = claims.with_weights((links.weights > 0).astype(np.float64))
        if links is not None and links.delays is not None:
            claims = replace(claims, delays=links.delays)
        width = values.shape[1]
        if width not in self._transports:
            self._transports[width] = Transport(
                network, lambda _, later: later, self._rng(f"{width}"), self._rng(f"{width}/newcomers")
            )
        return as_arrived(self._transports[width].transmit(claims))

    def _messages(self, values: Floats, *, by_edge: bool) -> Messages:
        """The values as messages; rows of NaN are not sent."""
        silent: Bools = np.asarray(np.isnan(values[:, :1]).all(axis=1))
        copies: Ints | None = None
        if silent.any():
            silent = np.asarray(np.isnan(values).all(axis=1))
        if silent.any():
            copies = frozen(np.asarray(~(silent if by_edge else silent[self._network.indices]), dtype=np.int32))
        if not by_edge:
            return Messages(self._network, frozen(values), copies=copies)
        hidden = np.full((self._network.n, values.shape[1]), np.nan)
        return Messages(self._network, hidden, per_edge=frozen(values), copies=copies)

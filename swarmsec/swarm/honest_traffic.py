"""How many of the messages between honest daemons are processed: what a flood, or a defense, takes from the swarm."""

from __future__ import annotations

import numpy as np

from swarmsec.arrays import Bools
from swarmsec.messages import Messages
from swarmsec.network import Network
from swarmsec.swarm.listening import HEARD_FROM
from swarmsec.swarm.trace import HonestMessages


class HonestTraffic:
    """Counts the messages whose sender and receiver were never hijacked; further copies of a message do not count."""

    def __init__(self) -> None:
        self._sent = self._processed = 0
        self._network: Network | None = None
        self._hijacked = 0
        self._edges: Bools | None = None
        self._size = 0

    def add(self, spoken: Messages, admitted: Messages, hijacked: Bools, hijacked_count: int) -> None:
        """Count the messages of an exchange.

        Args:
            spoken: The messages before red and blue change them.
            admitted: Those that receivers process.
            hijacked: (n,) the daemons that were hijacked so far, with identities.
            hijacked_count: The number of hijacked daemons, which changes whenever `hijacked` does on one network.
        """
        if spoken.network is not self._network or hijacked_count != self._hijacked:
            self._network, self._hijacked = spoken.network, hijacked_count
            self._edges = ~(hijacked[spoken.senders] | hijacked[spoken.receivers]) if hijacked.any() else None
            self._size = spoken.network.m if self._edges is None else int(np.count_nonzero(self._edges))
        self._sent += self._count(spoken)
        self._processed += self._count(admitted)

    @property
    def total(self) -> HonestMessages:
        """The messages so far."""
        return HonestMessages(self._sent, self._processed)

    def _count(self, messages: Messages) -> int:
        if messages.weights is None and messages.copies is None:
            return self._size
        heard = messages.received if messages.weights is None else messages.weights >= HEARD_FROM
        if messages.weights is not None and messages.copies is not None:
            heard &= messages.copies > 0
        return int(np.count_nonzero(heard if self._edges is None else heard & self._edges))

"""The part of a view that defenses by edge use."""

from __future__ import annotations

import numpy as np

from swarmsec.messages import Messages
from swarmsec.network import Network


class EdgeView:
    """Shows messages round by round, and notes the edges that are ignored."""

    def __init__(self, network: Network) -> None:
        self.network, self.n, self.round = network, network.n, -1
        self.ignored = np.zeros(network.m, dtype=bool)

    def show(self, messages: Messages) -> None:
        self.inbox, self.round = messages, self.round + 1

    def ignore(self, edges) -> None:
        self.ignored[edges] = True

    def heed(self, edges) -> None:
        self.ignored[edges] = False

    def ignored_by(self, receiver: int) -> list[int]:
        """The senders that a daemon ignores."""
        return self.network.indices[self.ignored & (self.network.receivers == receiver)].tolist()

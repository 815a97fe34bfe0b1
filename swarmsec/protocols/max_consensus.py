"""Agree on the largest signal by repeating the largest number heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages, extremes
from swarmsec.protocols._base import NegotiationProtocol


@dataclass(kw_only=True)
class MaxConsensus(NegotiationProtocol):
    """Every daemon moves to the largest of what it holds and hears: x ← max(x, v), component by component.

    On a strongly connected network all hold the largest first signal after as many exchanges as the network's
    diameter, exactly (Nejad, Attia, Raisch 2009). Lost or late messages cost time and nothing else, and a message that
    comes twice changes nothing.

    One liar breaks it: the largest lie wins, and no daemon ever comes down again. Nothing is averaged, so the rule of
    a defense finds nothing to do. Later signals are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False

    def merge(self, earlier: Floats, later: Floats) -> Floats:
        """The larger one says it all."""
        return np.fmax(earlier, later)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Move to the largest, x ← max(x, v)."""
        heard = np.where(messages.admission[:, None] > 0, messages.payload, -np.inf)
        return np.maximum(state, extremes(np.maximum, heard, messages.network, empty=-np.inf))

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        largest = own
        for value in heard.values[heard.admission > 0]:
            largest = np.maximum(largest, value)
        return largest + 0.0

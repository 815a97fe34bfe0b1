"""Agree on the largest signal by forwarding the largest known value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Floats
from swarmsec.messages import Inbox, Messages, extremes
from swarmsec.protocols._base import NegotiationProtocol


@dataclass(kw_only=True)
class MaxConsensus(NegotiationProtocol):
    """Every daemon moves to the largest of its own and the received values: x ← max(x, v), component by component.

    On a strongly connected network all have the largest first signal after as many exchanges as the network's
    diameter, exactly (Nejad, Attia, Raisch 2009). Lost and late messages only delay this; repeated messages have no
    effect.

    One liar breaks it: the largest lie becomes the result, and no value ever decreases again. An aggregation rule has
    no effect: nothing is averaged. Later signals are not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True
    uses_rule = False
    admits_newcomers = True

    def merge(self, earlier: Floats, later: Floats) -> Floats:
        """The larger of the two values."""
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

"""The messages that one daemon receives in one exchange, for the engine that steps daemon by daemon."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.short_repr import short_repr


class Inbox(NamedTuple):
    """The messages on the edges into one daemon; k is the number of its neighbors.

    Attributes:
        senders: (k,) the neighbors, ascending.
        degrees: (k,) the in-degree of each sender.
        values: (k, d) the payload of each message.
        copies: (k,) how often each message was sent.
        weights: (k,) in [0, 1], the admission of each message; 0 marks a message that did not arrive. One that is
            withheld is NaN, with 0 copies, and keeps its weight.
    """

    senders: Ints
    degrees: Ints
    values: Floats
    copies: Ints
    weights: Floats

    def __repr__(self) -> str:
        return short_repr(self)

    @property
    def received(self) -> Bools:
        """(k,) as `Messages.received`."""
        return (self.weights > 0) & (self.copies > 0)

    @property
    def admission(self) -> Floats:
        """(k,) as `Messages.admission`."""
        finite = np.isfinite(self.values).all(axis=1) & (self.copies > 0)
        return np.where(finite, self.weights, 0.0)

    def once(self) -> Inbox:
        """As `Messages.once`."""
        return self._replace(copies=np.ones_like(self.copies), weights=self.admission)

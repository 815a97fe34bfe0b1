"""Delays and losses of links. They are properties of the network, whatever the protocol."""

from __future__ import annotations

from typing import NamedTuple


class Delivery(NamedTuple):
    """How links delay, lose, duplicate and reorder messages.

    Attributes:
        delay_min: The smallest delay of a message, in exchanges.
        delay_max: The largest delay, in exchanges; delays are uniform in between.
        loss: The probability that a message never arrives.
        duplication: The probability that it arrives twice, with independent delays.
        reordering: The probability that it may overtake messages sent before it on the same link; links keep the
            order otherwise.
    """

    delay_min: int = 0
    delay_max: int = 0
    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0

    @property
    def keeps_every_message(self) -> bool:
        """Whether every message arrives in the exchange in which it was sent, once or twice."""
        return not (self.delay_max or self.loss)

    @property
    def is_reliable(self) -> bool:
        """Whether every message arrives once, in the exchange in which it was sent."""
        return self.keeps_every_message and not self.duplication


RELIABLE = Delivery()
"""Every message arrives once, in the exchange in which it was sent."""

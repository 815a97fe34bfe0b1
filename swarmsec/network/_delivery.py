"""How well links carry messages: asynchrony is a property of the network, not of one protocol."""

from __future__ import annotations

from typing import NamedTuple


class Delivery(NamedTuple):
    """What links do to messages on their way.

    Attributes:
        delay_min: Exchanges that a message is late, at least.
        delay_max: And at most; what a message draws is uniform in between.
        loss: The probability that a message never arrives.
        duplication: The probability that it arrives twice, each time with a delay of its own.
        reordering: The probability that it may overtake those that were sent before it on its link; links keep the
            order otherwise.
    """

    delay_min: int = 0
    delay_max: int = 0
    loss: float = 0.0
    duplication: float = 0.0
    reordering: float = 0.0

    @property
    def is_reliable(self) -> bool:
        """Whether every message arrives once, in the exchange in which it was sent."""
        return not (self.delay_max or self.loss or self.duplication)


RELIABLE = Delivery()
"""Every message arrives once, in the exchange in which it was sent."""

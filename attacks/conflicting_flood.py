"""Flood daemons with copies of messages that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Channels, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class ConflictingFlood(Attack):
    """Send every message `copies` times, with values that contradict each other: center ± amplitude.

    Half of the channels of hijacked daemons carry center + amplitude and half center − amplitude, alternating from
    round to round. They outvote the others in a rule that counts messages instead of senders, and an inbox with a limit
    processes hardly any other message. A rule that counts every sender once, such as W-MSR, sees a few outliers.
    Strength moves each message from the honest one to the lie, and scales the extra copies.
    """

    surface = Surface.MESSAGE

    copies: Annotated[int, Interval(ge=1, le=1_000_000), Unit("messages"), Help("How often each message is sent.")] = (
        100
    )
    amplitude: Annotated[float, Unit("belief"), Help("The distance of the two values from the center.")] = 1.0
    center: Annotated[float, Unit("belief"), Help("The center of the two values.")] = 0.0

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """Replace the payload, and send it `copies` times."""
        side = np.where((messages.rank + red.round) % 2 == 0, 1.0, -1.0)[:, None]
        copies = 1 + round(red.strength * (self.copies - 1))
        lie = self.center + self.amplitude * side
        return messages.saying((1.0 - red.strength) * messages.payload + red.strength * lie).flooding(copies)

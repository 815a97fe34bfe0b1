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
    Strength scales the extra copies as well. No paper is known for it.
    """

    surface = Surface.MESSAGE
    threats = ("T4", "AML.T0029", "AML.T0046", "T1499")

    copies: Annotated[int, Interval(ge=1, le=1_000_000), Unit("messages"), Help("How often each message is sent.")] = (
        100
    )
    amplitude: Annotated[float, Unit("belief"), Help("The distance of the two values from the center.")] = 1.0
    center: Annotated[float, Unit("belief"), Help("The center of the two values.")] = 0.0

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Replace the payload, and send it `copies` times."""
        side = np.where((channels.rank + red.round) % 2 == 0, 1.0, -1.0)[:, None]
        return channels.saying(self.center + self.amplitude * side).flooding(self.copies)

"""Drown daemons in messages that contradict each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Channels, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class ConflictingFlood(Attack):
    """Send every message `copies` times, with values that contradict each other: center ± amplitude.

    Half of the hijacked daemons' channels say the one thing and half the other, and the halves change places every
    round. A daemon that counts messages instead of senders is outvoted; one whose inbox has a limit hears little
    else. Rules that give each sender one voice, as W-MSR does, are left with a few odd values. Strength scales both
    the amplitude and the extra copies.
    """

    surface = Surface.MESSAGE

    copies: Annotated[int, Interval(ge=1, le=1_000_000), Unit("messages"), Help("How often each message is sent.")] = (
        100
    )
    amplitude: Annotated[float, Unit("belief"), Help("How far the values are from the center.")] = 1.0
    center: Annotated[float, Unit("belief"), Help("What they contradict each other about.")] = 0.0

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """The flood of this round."""
        side = np.where((messages.rank + red.round) % 2 == 0, 1.0, -1.0)[:, None]
        copies = 1 + round(red.strength * (self.copies - 1))
        lie = self.center + self.amplitude * side
        return messages.saying((1.0 - red.strength) * messages.payload + red.strength * lie).flooding(copies)

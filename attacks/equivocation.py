"""Hijack daemons and let them tell every neighbor something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.teams import Attack, Channels, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Equivocation(Attack):
    """Tell different neighbors different things: the *Byzantine* daemon of LeBlanc et al. 2013.

    `echo`: tell each neighbor its own value, so that it sees agreement and stays where it is (strength moves
    the message from the honest value to the echo). On K3 with F = 1 this freezes W-MSR; a malicious constant does not.
    `split`: tell every other neighbor its value plus `amplitude`, and the rest minus, so that they are torn apart.

    Strength moves each message there from the honest one.
    """

    surface = Surface.MESSAGE

    mode: Annotated[Literal["echo", "split"], Help("echo agrees with everybody; split tears them apart.")] = "echo"
    amplitude: Annotated[float, Unit("belief"), Help("How far split pulls to either side.")] = 1.0

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        """Answer every channel in its own way. A neighbor that never speaks to the liar gets the honest value."""
        honest = messages.payload
        theirs = np.where(np.isnan(messages.heard), honest, messages.heard)
        side = np.where(messages.rank % 2 == 0, 1.0, -1.0)[:, None]
        lie = theirs if self.mode == "echo" else theirs + self.amplitude * side
        return messages.saying((1.0 - red.strength) * honest + red.strength * lie)

"""Hijack daemons, and send a different value to every neighbor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.teams import Attack, Channels, Help, RedView, Surface, Unit


@dataclass(kw_only=True)
class Equivocation(Attack):
    """Send different values to different neighbors: the *Byzantine* daemon of LeBlanc et al. 2013.

    `echo`: m_ij = x_j, each neighbor's own value, so that it sees agreement and does not move. On K3 with F = 1 this
    stops W-MSR; a malicious constant does not.
    `split`: m_ij = x_j ± amplitude, plus for every other neighbor and minus for the rest, so that they diverge.
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    mode: Annotated[
        Literal["echo", "split"], Help("echo returns each neighbor's value; split drives neighbors apart.")
    ] = "echo"
    amplitude: Annotated[float, Unit("belief"), Help("The amount that split adds or subtracts.")] = 1.0

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Lie on every channel. A neighbor that sends nothing to the liar gets the honest value, plus or minus."""
        honest = channels.payload
        theirs = np.where(np.isnan(channels.heard), honest, channels.heard)
        side = np.where(channels.rank % 2 == 0, 1.0, -1.0)[:, None]
        lie = theirs if self.mode == "echo" else theirs + self.amplitude * side
        return channels.saying(lie)

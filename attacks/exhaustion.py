"""Flood daemons with copies of ordinary messages, so that they process hardly any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Channels, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class Exhaustion(Attack):
    """Send every message of hijacked daemons `copies` times, unchanged.

    A daemon that processes at most L messages an exchange draws them from all that arrived. Of d honest messages beside
    c copies of each of k flooders it processes about L · d/(d + k c), and loses the rest. No message is false, so a
    rule that looks at values sees nothing; a limit of copies a sender, or an inbox without limit, prevents it. Source:
    Eddy, TCP SYN flooding attacks, RFC 4987; OWASP T4, resource overload.
    """

    surface = Surface.MESSAGE
    threats = ("T4", "AML.T0029", "T1499", "T0814")

    copies: Annotated[int, Interval(ge=1, le=1_000_000), Unit("messages"), Help("How often each message is sent.")] = (
        1_000
    )

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Send each message many times; a message that the daemon would not send stays unsent."""
        return channels.flooding((channels.copies > 0) * self.copies)

"""Delay the messages on the links of some daemons, without changing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Help, Interval, Links, RedView, Surface, Unit


@dataclass(kw_only=True)
class Delay(Attack):
    """Deliver the messages from and to targets strength · exchanges exchanges late, rounded.

    No daemon is compromised and no message is changed, but its content is old. Averaging still agrees under any bounded
    delay, though later and on another value than the average (Dibaji and Ishii, Automatica 2017, on MSR with delays). A
    protocol that expects an answer in the next exchange does not get it in time.
    """

    surface = Surface.TIMING
    threats = ("T1557", "T0830")

    exchanges: Annotated[
        int, Interval(ge=1, le=1_000), Unit("exchanges"), Help("The delay of a message at strength 1.")
    ] = 5

    def on_network(self, links: Links, red: RedView) -> Links:
        """Delay the links in both directions."""
        return links.delaying(self.exchanges)

"""Hold messages back on the links of some daemons, and change none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Help, Interval, Links, RedView, Surface, Unit


@dataclass(kw_only=True)
class Delay(Attack):
    """Deliver what targets say and hear ⌈strength · exchanges⌉ exchanges late.

    No daemon is compromised, and every word is true, but it tells of the past. Averaging still agrees under any bounded
    delay, later and on another value than the average (Dibaji and Ishii, Automatica 2017, on MSR with delays); what
    waits for an answer in the exchange after, waits in vain.
    """

    surface = Surface.TIMING

    exchanges: Annotated[int, Interval(ge=1, le=1_000), Unit("exchanges"), Help("How late messages arrive.")] = 5

    def on_network(self, links: Links, red: RedView) -> Links:
        """Both what targets say and what they hear."""
        return links.delaying(min(1_000, -int(-red.strength * self.exchanges // 1)))

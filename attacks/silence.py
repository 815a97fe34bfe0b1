"""Hijack daemons, and send nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from swarmsec.teams import Attack, Channels, Help, Interval, RedView, Surface, Unit


@dataclass(kw_only=True)
class Silence(Attack):
    """Withhold the messages of hijacked daemons, each with a probability.

    A crashed daemon, or a selfish one: the omission failures of Cristian et al. 1985. The swarm loses the values of the
    silent, and a protocol that waits for one of them, such as an auctioneer or a leader, waits in vain. A rule with an
    F must count a missing message among its F: otherwise a silent neighbor changes the network that its theorem needs.
    """

    surface = Surface.MESSAGE
    threats = ("T13", "T0804")

    probability: Annotated[float, Interval(ge=0, le=1), Unit("probability"), Help("That a message is withheld.")] = 1.0

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Send no copy of the withheld messages."""
        sent = red.rng.random(len(channels.copies)) >= self.probability
        return channels.flooding(channels.copies * sent)

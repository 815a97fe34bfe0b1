"""Hijack daemons, and send false bids or offers, in any protocol that names such a column."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Channels, Help, RedView, Surface


@dataclass(kw_only=True)
class FalseBid(Attack):
    """Send bid ← scale · v + bias, where v is the daemon's own signal, and name itself as the bidder.

    The lie is found by the protocol's own names of columns, as in `cbba`, `contract_net`, `mcafee`,
    `proportional_share`, `uniform_price` and `vickrey` (bid), and `alternating_offers` (offer). A scale above 1 wins
    what others should get; one below 1 gives away what the daemon should get. In an auction by gossip nobody can check
    a bid. Vickrey 1961 shows that a truthful bid is best for a bidder who pays; a hijacked daemon does not mind the
    price.
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    scale: Annotated[float, Help("The factor of the daemon's own signal.")] = 10.0
    bias: Annotated[float, Help("The amount that is added.")] = 0.0
    columns: Annotated[list[str], Help("The columns that carry the lie; those that a message lacks are ignored.")] = (
        field(default_factory=lambda: ["bid", "offer"])
    )

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Replace the named columns, and the bidder where the protocol sends one."""
        lie = self.scale * red.readings[np.searchsorted(red.own, channels.sender)] + self.bias
        false = {name: lie for name in self.columns if channels.columns.count(name) == lie.shape[1]}
        if "bid" in false and "bidder" in channels.columns:
            false["bidder"] = np.broadcast_to(channels.sender[:, None], lie.shape)
        return channels.saying(**false)

"""Hijack daemons, and falsify columns of their messages: a bid, a vote, a price or a fitness."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Channels, Ge, Help, RedView, Surface


@dataclass(kw_only=True)
class FalseMessage(Attack):
    """Send m_j ← scale · m_j + bias in some columns j of the message; the state stays true.

    The protocol defines the columns: for averaging the proposal, in an auction the bid. With `two_faced` every other
    listener gets the opposite bias. LeBlanc et al. 2013 call such a daemon malicious, and a two-faced one Byzantine.
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    bias: Annotated[float, Help("The amount that is added.")] = 1.0
    scale: Annotated[float, Help("The factor of the true value.")] = 1.0
    columns: Annotated[list[Annotated[int, Ge(0)]], Help("The columns that are falsified; all if empty.")] = field(
        default_factory=list
    )
    two_faced: Annotated[bool, Help("Whether every other listener gets the opposite bias.")] = False

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Falsify the named columns; those that the message does not have are ignored."""
        truth = channels.payload
        side = np.where(self.two_faced & (channels.rank % 2 == 1), -1.0, 1.0)[:, None]
        lie = self.scale * truth + self.bias * side
        named = [column for column in self.columns if column < truth.shape[1]]
        falsified = np.isin(np.arange(truth.shape[1]), named) if self.columns else np.ones(truth.shape[1], dtype=bool)
        return channels.saying(np.where(falsified, lie, truth))

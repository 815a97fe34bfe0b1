"""A Sybil attack whose identities contradict themselves: a plug-in in a file of its own, as the kit reads all of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attacks.sybil import Sybil
from swarmsec.teams import Channels, RedView


@dataclass(kw_only=True)
class TwoFaced(Sybil):
    """Joins identities that tell every other listener the opposite.

    What a listener hears is the lie or its opposite, by the rank of the channel.
    Source: Douceur, The Sybil attack, IPTPS 2002.
    """

    def on_messages(self, channels: Channels, red: RedView) -> Channels:
        """Say the lie, and its opposite to every other listener."""
        return channels.saying(np.where(channels.rank % 2, -self.value, self.value)[:, None])

"""Join identities to the network near some daemons, which all say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Links, RedView, Surface, Unit


@dataclass(kw_only=True)
class Sybil(Attack):
    """Join `identities` that are linked to all targets, and hold and send x = value.

    One machine presents many identities, and each counts as one neighbor: k of them move the mean of d honest values by
    k/(k + d + 1) of the way, and W-MSR drops no more than F of them. No daemon is hijacked, so a budget of hijacked
    daemons does not bound it; the network's `reserve` and `rules.red.identities` do. An identity that an isolation
    silences is not replaced. Source: Douceur, The Sybil attack, IPTPS 2002.
    """

    surface = Surface.NETWORK
    threats = ("T9", "AML.T0021", "AML.T0073")

    identities: Annotated[int, Ge(0), Unit("identities"), Help("How many join, within the network's reserve.")] = 2
    value: Annotated[float, Unit("belief"), Help("The proposal of each identity.")] = 100.0

    def on_network(self, links: Links, red: RedView) -> Links:
        """Ask for the identities that have not joined yet."""
        for _ in range(self.identities - len(red.identities)):
            links = links.join(red.targets)
        return links

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of the identities."""
        return np.full_like(state, self.value)

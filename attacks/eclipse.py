"""Cut daemons off from all but accomplices and identities of red, and tell them a false value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Floats, Ge, Help, Links, RedView, Selector, Surface, Unit


@dataclass(kw_only=True)
class Eclipse(Attack):
    """Cut every link of the targets except those to `accomplices`, and join identities that send them x = value.

    A target then hears nobody but red, so its state goes to the false value however many honest neighbors it had; the
    rest of the swarm goes on without it. Accomplices are not hijacked by this attack: let another one say what they
    send, with `daemons` equal to these `accomplices`. Identities join within the network's reserve; without any, the
    targets are isolated. A rule that drops F neighbors freezes a target that hears at most F. Source: Heilman et al.,
    Eclipse attacks on Bitcoin's peer-to-peer network, USENIX Security 2015.
    """

    surface = Surface.NETWORK
    threats = ("T9", "AML.T0021", "AML.T0073", "T1557", "T0830")

    accomplices: Annotated[Selector | None, Help("The daemons that the targets still hear; nobody if none.")] = None
    identities: Annotated[int, Ge(0), Unit("identities"), Help("How many join, within the network's reserve.")] = 1
    value: Annotated[float, Unit("belief"), Help("The proposal of each identity.")] = 100.0

    def on_network(self, links: Links, red: RedView) -> Links:
        """Cut the links, and ask for the identities that have not joined yet."""
        friends = np.empty(0) if self.accomplices is None else red.named("accomplices")
        for _ in range(self.identities - len(red.identities)):
            links = links.join(red.targets)
        return links.cutting(~(np.isin(links.sender, friends) | np.isin(links.receiver, friends)))

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        """Write the proposals of the identities."""
        return np.full_like(state, self.value)

"""Hijack daemons, and forge what they tell others for a defense, so that it acts against honest daemons."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from swarmsec.teams import Attack, Claims, Help, RedView, Selector, Surface


@dataclass(kw_only=True)
class ForgedAccusation(Attack):
    """Claim `value` about the victims over the channel of a defense; messages and states of the negotiation stay true.

    The defense defines the columns of a claim. If there is one for each daemon, such as a suspicion about it, those of
    the victims are forged, also where an honest daemon would claim nothing; else the whole claim, such as a reading
    that listeners compare with their own. Without a defense that uses claims it does no damage. A defense that believes
    a single claim isolates honest daemons; one that acts on F + 1 equal claims of different daemons withstands F liars
    (Byzantine agreement: Lamport, Shostak, Pease, TOPLAS 1982; slandering: Hoffman, Zage, Nita-Rotaru, ACM Computing
    Surveys 2009).
    """

    surface = Surface.MESSAGE
    threats = ("T12", "T13")

    victims: Annotated[Selector, Help("The daemons that are accused, where claims are about daemons.")] = "10%"
    value: Annotated[float, Help("The accusation: what is claimed.")] = 1.0

    def on_claims(self, claims: Claims, red: RedView) -> Claims:
        """Forge the columns of the victims, or the whole claim."""
        about_daemons = claims.values.shape[1] == red.n > 1
        forged = np.where(claims.sent[:, None], claims.values, 0.0)
        forged[:, red.named("victims") if about_daemons else slice(None)] = self.value
        return replace(claims, values=forged, sent=np.ones_like(claims.sent))

"""Ignore a neighbor that told others something else, as F + 1 of them relay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.immunity import EdgeMemory, contradictions, relays
from swarmsec.network import Network
from swarmsec.teams import BlueView, Defense, Floats, Ge, Help, Messages, Surface, Unit, Vantage


@dataclass(kw_only=True)
class EquivocationProof(Defense):
    """Daemons relay to each other what they heard from whom; f + 1 relays that contradict the own message are a proof.

    In each round every daemon relays the message of one neighbor, the same one as other daemons do as far as possible,
    by priorities that a common coin draws. A listener that hears the neighbor too compares the values. Links tell who
    sent a message, but no signature lets a third daemon verify it; so one relay proves nothing, but with at most f
    liars among a daemon's neighbors, f + 1 contradictions include an honest one, and then the sender did tell two
    things (Lamport, Shostak, Pease, TOPLAS 1982; Malkhi & Reiter, Distributed Computing 11, 1998). It is ignored for
    `hold` rounds, longer after another proof.

    On links that are reliable, lose messages, or delay all by the same time of at most `delay` exchanges, no daemon
    that sends all neighbors the same is accused: relays wait `delay` rounds, are compared with what arrived in three
    times as many, and a sender of whom anything was missing then is not compared. Where delays vary, a message may be
    replaced by a later one unnoticed, and false proofs are rare instead: rarer with a larger `delay` and f. It does not
    find a sender that tells all the same lie, or whose listeners do not hear each other. It must not be used where a
    protocol sends each neighbor another message by design.
    """

    vantage = Vantage.GOSSIP
    sees = Surface.MESSAGE

    f: Annotated[int, Ge(0), Unit("daemons"), Help("The number of liars tolerated among the neighbors.")] = 1
    delay: Annotated[int, Ge(0), Unit("exchanges"), Help("The longest delay of a message.")] = 1
    hold: Annotated[int, Ge(1), Unit("rounds"), Help("How long it ignores a proven liar.")] = 100

    def begin(self, blue: BlueView) -> None:
        """Nothing was heard or relayed."""
        self._until = EdgeMemory(blue.network)
        self._network: Network = blue.network
        self._words: list[Floats] = []
        self._relayed: list[Messages] = []

    def respond(self, blue: BlueView) -> None:
        """Relay, compare the relays of some rounds ago, and ignore who contradicts itself."""
        network = blue.network
        if network is not self._network:  # Identities have joined: begin to compare anew.
            self._network, self._words, self._relayed = network, [], []
        heard = np.where(np.isfinite(blue.inbox.payload), blue.inbox.payload, np.nan)
        told = blue.tell(relays(heard, network, blue.rng.permutation(blue.n).astype(np.float64)))
        self._words = [*self._words[-3 * self.delay :], heard] if self.delay else [heard]
        self._relayed = [*self._relayed[-self.delay :], told] if self.delay else [told]
        until = self._until.on(network)
        if len(self._words) == 3 * self.delay + 1:
            proven = contradictions(self._relayed[0], self._words) > self.f
            until = np.where(proven, blue.round + self.hold, until)
            self._until.keep(until)
        now = until > blue.round
        blue.heed(np.flatnonzero(blue.ignored & ~now))
        blue.ignore(np.flatnonzero(now))

"""Bid for bundles of tasks, and agree on every task's highest bidder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.errors import ParameterError
from swarmsec.messages import Inbox, Messages
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView
from swarmsec.protocols._bids import NOBODY, Bids, Known

BIDDERS_MAX = 2_000
"""Every message tells from when the news of each of the n daemons is."""


@dataclass(kw_only=True)
class Cbba(NegotiationProtocol):
    """The consensus-based bundle algorithm: greedy bundles, and max-consensus on who bids most for each task.

    Every daemon fills its bundle, up to `bundle` tasks, with those that are worth most to it and for which it bids
    more than the highest bid that it knows. Then it tells its neighbors the highest bids y, their bidders z, and from
    when its news of each daemon is, s, and settles differences by the table of Choi, Brunet and How (IEEE T-RO 2009,
    Table I). Who loses a task gives up all that it took after it. With `bundle: 1` this is CBAA.

    On a connected network, on which all hear whom they are heard by, and with reliable links it ends, after at most
    min(tasks, n × bundle) × diameter exchanges (Theorem 1), in the assignment of the sequential greedy algorithm: no
    task twice, and at least half of the optimum. Equal bids go to the lower number, so that a bid of 0 can win. Until
    then a task can have two owners. Late and lost messages delay it: news is as old as the message that brings it,
    where the paper takes the time of reception, which is the same on reliable links.

    One false bid that is never executed keeps a task from everybody: max-consensus believes the loudest. Whom red lets
    go keeps the bids that it was made to claim. Worths are those of the first signals. Aggregation rules have nothing
    to do here: bids are compared, not averaged.
    """

    decides_for = frozenset({"assignment"})
    uses_rule = False
    keeps_agreement = False

    bundle: Annotated[int, Ge(1), Unit("tasks"), Help("How many tasks a daemon takes at most.")] = 1

    def check(self, n: int) -> None:
        """Not too many bidders for messages that name them all."""
        if n > BIDDERS_MAX:
            raise ParameterError(f"{n:,} daemons bid; must be at most {BIDDERS_MAX:,}, since every message names all")

    def begin(self, view: ProtocolView) -> None:
        """Time begins."""
        self._network, self._n = view.network, view.n
        self._clock = 0

    def begin_exchange(self) -> None:
        """Time passes; nothing is left to chance."""
        self._clock += 1

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 4d + n) the first bundles."""
        me = np.arange(len(signals), dtype=np.float64)
        return Bids.none(me, signals, self._n).filled(self.bundle).state

    def proposals(self, state: Floats) -> Floats:
        """1 for every task in one's bundle."""
        return np.where(self._bids(state).place > 0, 1.0, 0.0)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """A puppet takes every task of which it is made to propose a share, and bids that share."""
        return self._bids(state).claiming(proposals).state

    def speak(self, state: Floats) -> Floats:
        """(n, 2d + n) bids, bidders, and from when the news of each daemon is; that of oneself is of now."""
        return self._bids(state).broadcast(float(self._clock))

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """One neighbor after the other, for all daemons at once."""
        bids, network = self._bids(state), messages.network
        heard: Bools = messages.admission > 0
        for position in range(int(network.degrees.max(initial=0))):
            who = np.flatnonzero(network.degrees > position)
            edges = network.indptr[who] + position
            who, edges = who[heard[edges]], edges[heard[edges]]
            bids = self._settled(bids, who.astype(np.int32), network.indices[edges], messages.on(edges))
        return bids.without_what_was_lost().filled(self.bundle).state

    def speak_one(self, daemon: int, own: Floats) -> Floats:
        """The same for one daemon."""
        words: Floats = self._bids(own[None]).broadcast(float(self._clock))[0]
        return words

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        bids = self._bids(own[None])
        for sender, words, weight in zip(heard.senders, heard.values, heard.admission, strict=True):
            if weight > 0:
                bids = self._settled(bids, np.array([0]), np.array([sender], dtype=np.int32), words[None])
        held: Floats = bids.without_what_was_lost().filled(self.bundle).state[0]
        return held

    def _bids(self, state: Floats) -> Bids:
        return Bids.of(state, self._n)

    def _settled(self, bids: Bids, who: Ints, senders: Ints, words: Floats) -> Bids:
        """Bids after the daemons in rows `who` have settled with one neighbor each."""
        per_edge = Known.of(words, self._n)
        named = (per_edge.bidder >= NOBODY) & (per_edge.bidder < self._n)
        sound = np.asarray(named.all(axis=1))
        return bids.settled(who[sound], senders[sound], per_edge.rows(sound), float(self._clock))

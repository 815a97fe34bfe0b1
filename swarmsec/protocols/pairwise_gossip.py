"""Agree on the average by averaging in pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from swarmsec.aggregation import MeanRule, Rule
from swarmsec.arrays import Bools, Floats
from swarmsec.messages import Addressed, Inbox, Messages, clip_finite, extremes
from swarmsec.parameters import Help
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView


@dataclass(kw_only=True)
class PairwiseGossip(NegotiationProtocol):
    """Two neighbors meet and both move halfway: x_i, x_j ← (x_i + x_j) / 2.

    The average is conserved, and all values tend to it. `one`: a random daemon meets a random neighbor, and no other
    daemon acts; on a complete network ‖x − average‖² falls by 1 − 1/(n−1) an exchange on average (Boyd, Ghosh,
    Prabhakar, Shah 2006). `many`: several disjoint pairs meet at once; every link draws a number, and is used if its
    number is the largest at both ends. A one-way link is not used.

    If only one of the two messages arrives, only one daemon moves, and the average changes: after lost or late messages
    all agree on another value. A stubborn liar moves all daemons to its value. The rule of a defense averages over the
    partner alone; a rule that drops the farthest value drops the partner's, and no daemon moves. Later signals are
    not read.
    """

    decides_for = frozenset({"belief"})
    begins_with_signals = True

    meetings: Annotated[Literal["one", "many"], Help("The number of pairs that meet in an exchange.")] = "many"

    def begin(self, view: ProtocolView) -> None:
        """Store the two-way links; no pair meets yet."""
        super().begin(view)
        self._network, self._rng = view.network, view.rng
        self._two_way: Bools = view.network.reverse >= 0
        self._meets: Bools = np.zeros(view.network.m, dtype=bool)

    def begin_exchange(self) -> None:
        """Draw the edges that are used, (m,), both directions of each link."""
        self._meets = self._one_link() if self.meetings == "one" else self._matching()

    def speak(self, state: Floats, signals: Floats) -> Addressed:
        """The value of each daemon, to its partner."""
        payload = np.zeros((self._network.m, state.shape[1]))
        payload[self._meets] = state[self._network.indices[self._meets]]
        return Addressed(payload, self._meets)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Move halfway to the partner."""
        return clip_finite((rule or MeanRule()).over_neighborhoods(state, messages.once()), state)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Addressed:
        """The same for one daemon."""
        met = self._meets[self._network.edges_from([daemon])]
        return Addressed(np.where(met[:, None], own, 0.0), met)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        return clip_finite((rule or MeanRule()).over_one(own, heard.once()), own)

    def _one_link(self) -> Bools:
        """The link from a random daemon to a random two-way neighbor."""
        network, meets = self._network, np.zeros(self._network.m, dtype=bool)
        daemon, key = int(self._rng.integers(network.n)), self._rng.random()
        row = np.arange(network.indptr[daemon], network.indptr[daemon + 1])
        links = row[self._two_way[row]]
        if len(links):
            link = links[int(key * len(links))]
            meets[[link, network.reverse[link]]] = True
        return meets

    def _matching(self) -> Bools:
        """The links that draw the largest number among all links at both ends."""
        network = self._network
        drawn = self._rng.random(network.m)
        key = np.where(self._two_way, np.maximum(drawn, drawn[network.reverse]), -1.0)
        largest = extremes(np.maximum, key, network, empty=-1.0)
        meets: Bools = self._two_way & (key == largest[network.receivers]) & (key == largest[network.indices])
        return meets

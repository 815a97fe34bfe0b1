"""Bid for bundles of tasks, and agree on the highest bidder of every task."""

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
"""The largest swarm; every message has a time stamp for each daemon."""


@dataclass(kw_only=True)
class Cbba(NegotiationProtocol):
    """The consensus-based bundle algorithm: greedy bundles, and max-consensus on the highest bid for each task.

    Every daemon fills its bundle, up to `bundle` tasks, with the tasks that are worth most to it and for which it
    outbids the highest bid that it knows. It sends its neighbors the highest bids y, their bidders z, and the times s
    of its latest information about each daemon, and resolves differences by the table of Choi, Brunet and How (IEEE
    T-RO 2009, Table I). A daemon that loses a task gives up all tasks that it added after it. `bundle: 1` is CBAA.

    On a connected undirected network with reliable links it ends after at most min(tasks, n × bundle) × diameter
    exchanges (Theorem 1) with the assignment of the sequential greedy algorithm: every task at most once, and at least
    half of the optimal value. Of equal bids the lower index wins, so a bid of 0 can win. Before the end a task can have
    two owners. Late and lost messages delay the end. A stamp is the time of the message, where the paper takes the time
    of reception; on reliable links they are equal.

    One false bid keeps a task from all other daemons. A formerly hijacked daemon keeps its false bids. Values are the
    current signals: a daemon bids again for a task whose value changes, and for those after it in its bundle. An
    aggregation rule has no effect: bids are compared, not averaged.
    """

    decides_for = frozenset({"assignment"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    bundle: Annotated[int, Ge(1), Unit("tasks"), Help("The largest number of tasks of a daemon.")] = 1

    def check(self, n: int) -> None:
        """Check that the swarm is not too large for time stamps in every message."""
        if n > BIDDERS_MAX:
            raise ParameterError(
                f"{n:,} daemons bid; must be at most {BIDDERS_MAX:,}, since every message has a time stamp for each"
            )

    def begin(self, view: ProtocolView) -> None:
        """Reset the clock."""
        super().begin(view)
        self._network, self._n = view.network, view.n
        self._clock = 0

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._clock += 1

    def message_columns(self, width: int) -> tuple[str, ...]:
        """Bids and bidders of all tasks, and a time stamp for each daemon."""
        return ("bid",) * width + ("bidder",) * width + ("stamp",) * self._n

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 4d + n) the first bundles."""
        me = np.arange(len(signals), dtype=np.float64)
        return Bids.none(me, signals, self._n).filled(self.bundle).state

    def proposals(self, state: Floats) -> Floats:
        """1 for every task in the bundle, else 0."""
        return np.where(self._bids(state).place > 0, 1.0, 0.0)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The daemon takes every task with a share above a half, and bids that share for a new one."""
        return self._bids(state).claiming(proposals).state

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(n, 2d + n) bids, bidders, and the time of the latest information about each daemon."""
        return self._bids(state).broadcast(float(self._clock))

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Process one neighbor after the other, for all daemons at once."""
        bids, network = self._bids(state), messages.network
        heard: Bools = messages.admission > 0
        for position in range(int(network.degrees.max(initial=0))):
            rows = np.flatnonzero(network.degrees > position)
            edges = network.indptr[rows] + position
            rows, edges = rows[heard[edges]], edges[heard[edges]]
            bids = self._settled(bids, rows.astype(np.int32), network.indices[edges], messages.on(edges))
        return bids.without_lost_tasks().with_worth(signals).filled(self.bundle).state

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        payload: Floats = self._bids(own[None]).broadcast(float(self._clock))[0]
        return payload

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        bids = self._bids(own[None])
        for sender, payload, weight in zip(heard.senders, heard.values, heard.admission, strict=True):
            if weight > 0:
                bids = self._settled(bids, np.array([0]), np.array([sender], dtype=np.int32), payload[None])
        held: Floats = bids.without_lost_tasks().with_worth(signal[None]).filled(self.bundle).state[0]
        return held

    def _bids(self, state: Floats) -> Bids:
        return Bids.of(state, self._n)

    def _settled(self, bids: Bids, rows: Ints, senders: Ints, payload: Floats) -> Bids:
        """The states after the daemons in `rows` have received the message of one neighbor each."""
        received = Known.of(payload, self._n)
        exists = (received.bidder >= NOBODY) & (received.bidder < self._n)
        valid = np.asarray(exists.all(axis=1))
        return bids.settled(rows[valid], senders[valid], received.rows(valid), float(self._clock))

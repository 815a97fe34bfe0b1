"""Call a few random neighbors for bids when one's own servers are full, and award the better of two."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats
from swarmsec.messages import Addressed, Inbox, Messages
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

_Index: TypeAlias = "npt.NDArray[np.integer[Any]]"

_CALL, _BID, _AWARD, _CONFIRM, _REFUSE = (float(act) for act in range(1, 6))
_NOBODY = -1.0
_BID_COLUMN, _CHOICE, _IS_ABROAD, _LINES = range(4)
_FULL = 1.0 - 1e-9


class _Needs(NamedTuple):
    """What k daemons read from their signals.

    Attributes:
        spare: (k,) free servers beyond those that the daemon's own operations take.
        lacking: (k,) own operations without a server.
        plain: (k,) those of them that may leave the jurisdiction.
        tag: (k,) the own jurisdiction.
    """

    spare: Floats
    lacking: Floats
    plain: Floats
    tag: Floats


@dataclass(kw_only=True)
class RandomCalls(NegotiationProtocol):
    """A contract net on demand: a daemon without a free server calls k random neighbors, and awards one of them.

    The signals of a daemon are its free servers, its waiting operations, how many of these are sensitive, and its
    jurisdiction. Four exchanges make a negotiation:

        1  a daemon with more operations than free servers calls k random neighbors over two-way links
        2  each of them answers with a bid, its busy share b from 0 to 1 (full), and a tag, its jurisdiction
        3  the caller takes two random ones of the bids below 1 that carry its own tag, and awards the lower; without
           any, and with an operation that is not sensitive, the same among the other tags
        4  the contractor confirms as many awards as it has spare servers, and refuses the others

    That is 2 + 2k messages a negotiation. The proposals are the confirmed contractor at home and the one abroad, −1 for
    none. Two random choices keep the load even also with old bids, where "the apparently cheapest" herds (Mitzenmacher,
    IEEE TPDS 11, 2000): `refresh` makes bids old, and with `compare` = `calls` the apparently cheapest is taken.

    Bids and tags are claims: a caller cannot check them. It ignores bids from daemons that it did not call. A daemon
    answers up to `lines` calls in an exchange, those of the lowest indices. A lost or late message counts as a refusal.
    An aggregation rule has no effect: bids are compared, not averaged.
    """

    decides_for = frozenset({"placement"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    exchanges: Annotated[int, Ge(1), Help("How often daemons send and receive messages in a round.")] = 4
    calls: Annotated[int, Ge(1), Unit("neighbors"), Help("k, how many neighbors a full daemon calls.")] = 4
    compare: Annotated[int, Ge(1), Unit("bids"), Help("How many random ones of the bids are compared.")] = 2
    refresh: Annotated[int, Ge(1), Unit("negotiations"), Help("How long daemons repeat a bid; 1: fresh bids.")] = 1
    lines: Annotated[int, Ge(1), Unit("calls"), Help("How many calls a daemon answers in an exchange.")] = 8

    def begin(self, view: ProtocolView) -> None:
        """Read the servers of a daemon from the world, 1 if it says nothing of them, and reset the clock."""
        super().begin(view)
        self._network, self._rng = view.network, view.rng
        self._servers = float(view.facts.get("servers", 1))
        receivers, senders = view.network.receivers.astype(np.int64), view.network.indices
        self._keys = receivers * view.n + senders
        self._draws: Floats = np.zeros((2, view.n, self.calls))
        self._exchange = -1

    def begin_exchange(self) -> None:
        """Count the exchange; in the first of four, draw for every daemon whom it would call, and the order of bids."""
        self._exchange += 1
        if self._step == 0:
            self._draws = self._rng.random(self._draws.shape)

    @property
    def _step(self) -> int:
        return self._exchange % 4

    def message_columns(self, width: int) -> tuple[str, ...]:
        """What the message is, the busy share, and the jurisdiction."""
        return ("act", "bid", "tag")

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 3 + lines + d) the bid, no caller and no contractor."""
        state = np.full((len(signals), _LINES + self.lines + signals.shape[1]), _NOBODY)
        state[:, _BID_COLUMN], state[:, _IS_ABROAD] = self._bids(_needs(signals)), 0.0
        return state

    def proposals(self, state: Floats) -> Floats:
        """(k, d) the confirmed contractors at home and abroad, and as many −1 as there are further signals."""
        return state[:, _LINES + self.lines :].copy()

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The given contractors count as confirmed."""
        overridden = state.copy()
        overridden[:, _LINES + self.lines :] = proposals
        return overridden

    def speak(self, state: Floats, signals: Floats) -> Addressed:
        """(m, 3) the calls, bids, awards or confirmations of this exchange."""
        payload, sent = np.zeros((self._network.m, 3)), np.zeros(self._network.m, dtype=np.bool_)
        edges, spoken = self._spoken(np.arange(len(state)), state, signals)
        payload[edges], sent[edges] = spoken, True
        return Addressed(payload, sent)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Addressed:
        """The same for one daemon."""
        channels = self._network.edges_from([daemon])
        payload, sent = np.zeros((len(channels), 3)), np.zeros(len(channels), dtype=np.bool_)
        edges, spoken = self._spoken(np.array([daemon]), own[None], signal[None])
        at = np.searchsorted(channels, edges)
        payload[at], sent[at] = spoken, True
        return Addressed(payload, sent)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Every daemon processes its inbox."""
        edges = np.flatnonzero(messages.received)
        heard = _Heard(messages.receivers[edges], messages.senders[edges], messages.on(edges))
        return self._next(np.arange(len(state)), state, heard, signals)

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        arrived = np.flatnonzero(heard.received)
        rows = np.zeros(len(arrived), dtype=np.int32)
        inbox = _Heard(rows, heard.senders[arrived], heard.values[arrived])
        after: Floats = self._next(np.array([daemon]), own[None], inbox, signal[None])[0]
        return after

    def _bids(self, needs: _Needs) -> Floats:
        """(k,) the busy share."""
        return np.clip(1.0 - needs.spare / self._servers, 0.0, 1.0)

    def _called(self, daemons: _Index) -> _Index:
        """(k, calls) edges from the neighbors that each of (k,) daemons would call; −1 for none. Floyd 1987."""
        indptr = self._network.indptr
        degree = (indptr[daemons + 1] - indptr[daemons]).astype(np.int64)
        chosen = np.full((len(daemons), self.calls), -1, dtype=np.int64)
        for call in range(self.calls):
            top = degree - self.calls + call
            pick = (self._draws[0, daemons, call] * (top + 1)).astype(np.int64)
            pick = np.where((chosen[:, :call] == pick[:, None]).any(axis=1), top, pick)
            chosen[:, call] = np.where(top >= 0, pick, -1)
        return np.where(chosen >= 0, indptr[daemons][:, None] + chosen, -1)

    def _edges_between(self, senders: _Index, receivers: _Index) -> tuple[_Index, Bools]:
        """The edges from (k,) senders to (k,) receivers, and whether there are any."""
        keys = receivers.astype(np.int64) * self._network.n + senders
        if not len(self._keys):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.bool_)
        edges = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return edges, self._keys[edges] == keys

    def _spoken(self, daemons: _Index, state: Floats, signals: Floats) -> tuple[_Index, Floats]:
        """The edges on which (k,) daemons send something in this exchange, and the messages, (e, 3)."""
        rows, edges, act = self._calling(daemons, signals) if self._step == 0 else self._answering(daemons, state)
        bid = state[rows, _BID_COLUMN] if self._step == 1 else np.zeros(len(rows))
        return edges, np.stack([act, bid, _needs(signals[rows]).tag], axis=1)

    def _calling(self, daemons: _Index, signals: Floats) -> tuple[_Index, _Index, Floats]:
        """The rows that call, the edges, and the acts, (e,) each."""
        rows = np.flatnonzero(_needs(signals).lacking > 0)
        from_called = self._called(daemons[rows])
        exists = from_called >= 0
        rows, edges = np.repeat(rows, self.calls)[exists.ravel()], self._network.reverse[from_called[exists]]
        two_way = edges >= 0
        return rows[two_way], edges[two_way], np.full(int(two_way.sum()), _CALL)

    def _answering(self, daemons: _Index, state: Floats) -> tuple[_Index, _Index, Floats]:
        """The same for those that answer a call, award a contractor, or answer an award."""
        lines = state[:, _CHOICE : _CHOICE + 1] if self._step == 2 else state[:, _LINES : _LINES + self.lines]
        rows, slots = np.nonzero(lines != _NOBODY)
        noted = lines[rows, slots]
        partner = np.where(noted < 0, -2.0 - noted, noted).astype(np.int64)
        edges, exists = self._edges_between(daemons[rows], partner)
        rows, edges, noted = rows[exists], edges[exists], noted[exists]
        if self._step == 3:
            return rows, edges, np.where(noted < 0, _REFUSE, _CONFIRM)
        return rows, edges, np.full(len(rows), _BID if self._step == 1 else _AWARD)

    def _next(self, daemons: _Index, state: Floats, heard: _Heard, signals: Floats) -> Floats:
        """(k, D) the states of (k,) daemons after an exchange."""
        after, step, home = state.copy(), self._step, _LINES + self.lines
        after[:, _LINES:home] = _NOBODY
        if step == 0:
            after[:, _CHOICE], after[:, home:] = _NOBODY, _NOBODY
            if self._exchange // 4 % self.refresh == 0:
                after[:, _BID_COLUMN] = self._bids(_needs(signals))
            self._note(after, heard.acting(_CALL), None)
        elif step == 1:
            self._choose(after, daemons, heard.acting(_BID), signals)
        elif step == 2:
            awards = heard.acting(_AWARD)
            self._note(after, awards, _needs(signals[awards.rows]).spare)
        else:
            sure = heard.acting(_CONFIRM)
            sure = sure.where(after[sure.rows, _CHOICE] == sure.senders)
            column = home + (after[sure.rows, _IS_ABROAD] > 0)
            known = column < after.shape[1]
            after[sure.rows[known], column[known]] = sure.senders[known]
        return after

    def _note(self, after: Floats, heard: _Heard, spare: Floats | None) -> None:
        """Note who called; or who awarded, with −2 − index where the (e,) spare servers do not suffice."""
        rank = heard.rank
        partner = heard.senders.astype(np.float64)
        if spare is not None:
            partner = np.where(rank < spare, partner, -2.0 - partner)
        noted = rank < self.lines
        after[heard.rows[noted], _LINES + rank[noted]] = partner[noted]

    def _choose(self, after: Floats, daemons: _Index, heard: _Heard, signals: Floats) -> None:
        """Callers choose among the bids that they asked for: at home, else abroad."""
        if not len(heard.rows):
            return
        called = self._called(daemons[heard.rows])
        asked = ((called >= 0) & (self._network.indices[called] == heard.senders[:, None])).any(axis=1)
        heard = heard.where(asked & (_needs(signals[heard.rows]).lacking > 0))
        needs = _needs(signals[heard.rows])
        order = self._draws[1, daemons[heard.rows], heard.rank]
        bid, tag = heard.payload[:, 1], heard.payload[:, 2]
        at_home = np.rint(tag) == np.rint(needs.tag)
        for abroad in (1.0, 0.0):
            allowed = (bid < _FULL) & (~at_home & (needs.plain > 0) if abroad else at_home)
            chosen = _better(heard.rows, bid, order, allowed, self.compare)
            after[heard.rows[chosen], _CHOICE] = heard.senders[chosen]
            after[heard.rows[chosen], _IS_ABROAD] = abroad


class _Heard(NamedTuple):
    """Messages that arrived, by receiver and then by sender, ascending.

    Attributes:
        rows: (e,) the rows of the receivers among the states at hand.
        senders: (e,) the senders.
        payload: (e, 3) act, bid and tag.
    """

    rows: _Index
    senders: _Index
    payload: Floats

    @property
    def rank(self) -> _Index:
        """(e,) the number of each message among those of its receiver, from 0."""
        return np.arange(len(self.rows)) - np.searchsorted(self.rows, self.rows, side="left")

    def where(self, mask: Bools) -> _Heard:
        """The messages in a mask, (e,)."""
        return _Heard(self.rows[mask], self.senders[mask], self.payload[mask])

    def acting(self, act: float) -> _Heard:
        """The finite messages of one kind."""
        return self.where((np.rint(self.payload[:, 0]) == act) & np.isfinite(self.payload).all(axis=1))


def _needs(signals: Floats) -> _Needs:
    """What (k, d) signals tell; columns that are missing are 0."""
    known = signals if np.isfinite(signals).all() else np.nan_to_num(signals, nan=0.0)
    free, waiting, sensitive, tag = (
        known[:, column] if column < known.shape[1] else np.zeros(len(known)) for column in range(4)
    )
    lacking = np.maximum(waiting - free, 0.0)
    plain = np.minimum(np.maximum(waiting - sensitive, 0.0), lacking)
    return _Needs(np.maximum(free - waiting, 0.0), lacking, plain, tag)


def _better(rows: _Index, bid: Floats, order: Floats, allowed: Bools, compare: int) -> _Index:
    """The lowest of the first `compare` allowed bids in each row, by `order`; of equal ones the first."""
    by_order = np.lexsort((order, rows))
    by_order = by_order[allowed[by_order]]
    rank = np.arange(len(by_order)) - np.searchsorted(rows[by_order], rows[by_order], side="left")
    compared = by_order[rank < compare]
    by_bid = compared[np.lexsort((order[compared], bid[compared], rows[compared]))]
    first = np.ones(len(by_bid), dtype=np.bool_)
    first[1:] = rows[by_bid][1:] != rows[by_bid][:-1]
    return by_bid[first]

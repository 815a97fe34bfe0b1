"""Two-sided auctions with an auctioneer: it hears the bids, clears the markets, and announces who trades."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.errors import ParameterError
from swarmsec.messages import Inbox, Messages
from swarmsec.parameters import Ge, Help, Interval
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

_NOBODY = -1.0


class Clearing(NamedTuple):
    """How one market clears.

    Attributes:
        trades: How many units change hands.
        buyers_pay: The price that buyers pay.
        sellers_get: The price that sellers get; what is between the two stays with the auctioneer.
    """

    trades: int
    buyers_pay: float
    sellers_get: float


class _Announced(NamedTuple):
    """What the auctioneer says of d markets; each (k, d).

    Attributes:
        buyers_pay: See `Clearing`.
        sellers_get: See `Clearing`.
        bid: The last bid that trades.
        bidder: Whose it is; −1 where nobody trades.
        ask: The last ask that trades.
        seller: Whose it is.
    """

    buyers_pay: Floats
    sellers_get: Floats
    bid: Floats
    bidder: Floats
    ask: Floats
    seller: Floats


class _Row(NamedTuple):
    """What k daemons hold.

    Attributes:
        me: (k, 1) their numbers.
        worth: (k, d) what they say that goods are worth to them in this session.
        owns: (k, d) 1 for the goods that they own after the last session.
        paid: (k, d) what they paid for each in it; below 0 what they got.
        announced: (k, 6d) the auctioneer's last announcement, as it remembers it itself.
    """

    me: Floats
    worth: Floats
    owns: Floats
    paid: Floats
    announced: Floats

    @property
    def state(self) -> Floats:
        return np.concatenate(self, axis=1)


@dataclass(kw_only=True)
class Auction(NegotiationProtocol):
    """Sellers own a unit of each of the d goods, buyers want one; both say what it is worth to them.

    Two exchanges make a session: everybody says its bids, and the auctioneer, who hears its neighbors, clears every
    market and announces prices and the last bids that trade. A daemon then owns a good or not, which is what it
    proposes. Bids are those of the current signals, and a session has nothing to do with the one before.

    Only the auctioneer's neighbors can trade: on a star around it, or a complete network, that is everybody. It is the
    one daemon that must not lie, and what it announces is believed; so hijacking it is worth most. Messages say of
    which exchange they are, and one that comes late is dropped like one that is lost. A bid that is lost is not counted
    in the clearing, but its bidder takes part by the announcement all the same; and who does not hear that owns what
    it owned before. So on bad links more can be owned than there is, or less. Aggregation rules have nothing to do
    here: bids are ranked, not averaged.
    """

    decides_for = frozenset({"assignment", "quantity"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    auctioneer: Annotated[int, Ge(0), Help("Which daemon clears the markets; it trades too.")] = 0
    sellers: Annotated[float, Interval(gt=0, lt=1), Help("The share of daemons that sell, spread evenly.")] = 0.5

    @abstractmethod
    def clear(self, bids: Floats, asks: Floats) -> Clearing:
        """Clear one market.

        Args:
            bids: What buyers offer, descending.
            asks: What sellers ask, ascending.
        """

    def check(self, n: int) -> None:
        """The auctioneer is one of the swarm."""
        if self.auctioneer >= n:
            raise ParameterError(f"{self.auctioneer} given; must be less than the {n} daemons", where="auctioneer")

    def begin(self, view: ProtocolView) -> None:
        """Who sells, and time."""
        self._network = view.network
        self._exchange = -1
        self._sells: Bools = np.diff(np.floor(np.arange(view.n + 1) * self.sellers)) > 0

    def begin_exchange(self) -> None:
        """Time passes; nothing is left to chance."""
        self._exchange += 1

    @property
    def _collects(self) -> bool:
        """Whether bids are said in this exchange, and not what came of them."""
        return self._exchange % 2 == 0

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 9d) one's worths, what one owns, and no announcement."""
        me = np.arange(len(signals), dtype=np.float64)[:, None]
        owns = np.where(self._sells[:, None], 1.0, np.zeros_like(signals))
        return _Row(me, signals, owns, np.zeros_like(signals), np.zeros((len(signals), 6 * signals.shape[1]))).state

    def proposals(self, state: Floats) -> Floats:
        """1 for every good that a daemon owns."""
        return _row(state).owns

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """A puppet says that it owns what it is made to propose, and that this is what goods are worth to it."""
        row = _row(state)
        return row._replace(worth=np.where(proposals != row.owns, proposals, row.worth), owns=proposals).state

    def speak(self, state: Floats) -> Floats:
        """(n, 1 + 7d) the exchange and one's bids; and the auctioneer's announcement, six numbers a market."""
        row = _row(state)
        announced = np.where(row.me == self.auctioneer, row.announced, 0.0)
        return np.concatenate([np.full((len(state), 1), float(self._exchange)), row.worth, announced], axis=1)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The auctioneer clears; or everybody hears how it did."""
        network = messages.network
        concerned = network.receivers if self._collects else network.indices
        edges = np.flatnonzero(messages.received & (concerned == self.auctioneer))
        words = messages.on(edges)
        if self._collects:
            state = state.copy()
            state[self.auctioneer] = self._cleared(state[self.auctioneer], network.indices[edges], words)
            return state
        heard = np.where(state[:, :1] == self.auctioneer, self.speak(state), np.nan)
        heard[network.receivers[edges]] = words
        return self._settled(state, heard, signals)

    def speak_one(self, daemon: int, own: Floats) -> Floats:
        """The same for one daemon."""
        words: Floats = self.speak(own[None])[0]
        return words

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        came = heard.received
        if self._collects:
            return self._cleared(own, heard.senders[came], heard.values[came]) if daemon == self.auctioneer else own
        words = self.speak(own[None]) if daemon == self.auctioneer else np.full((1, len(own) - 2 * len(signal)), np.nan)
        for per_edge in heard.values[came & (heard.senders == self.auctioneer)]:
            words = per_edge[None]
        held: Floats = self._settled(own[None], words, signal[None])[0]
        return held

    def _cleared(self, own: Floats, senders: Ints, words: Floats) -> Floats:
        """The auctioneer's state once it has cleared every market with the bids that it heard."""
        row = _row(own[None])
        d = row.worth.shape[1]
        worth = np.where(words[:, :1] == self._exchange, words[:, 1 : 1 + d], np.nan)
        who, worth = np.append(senders, self.auctioneer), np.concatenate([worth, row.worth])
        markets = [self._cleared_market(who, worth[:, good]) for good in range(d)]
        cleared: Floats = row._replace(announced=np.array(markets).T.reshape(1, 6 * d)).state[0]
        return cleared

    def _cleared_market(self, who: Ints, worth: Floats) -> tuple[float, ...]:
        """The announcement of one market; ties between bids go to the lower number."""
        sound = np.isfinite(worth)
        buyers, sellers = (np.flatnonzero(sound & (self._sells[who] == sells)) for sells in (False, True))
        buyers = buyers[np.lexsort((who[buyers], -worth[buyers]))]
        sellers = sellers[np.lexsort((who[sellers], worth[sellers]))]
        cleared = self.clear(worth[buyers], worth[sellers])
        if not cleared.trades:
            return (0.0, 0.0, 0.0, _NOBODY, 0.0, _NOBODY)
        buyer, seller = buyers[cleared.trades - 1], sellers[cleared.trades - 1]
        last = float(worth[buyer]), float(who[buyer]), float(worth[seller]), float(who[seller])
        return (cleared.buyers_pay, cleared.sellers_get, *last)

    def _settled(self, state: Floats, words: Floats, signals: Floats) -> Floats:
        """(k, D) what daemons own once they heard the announcement, if they did; they then read their feeds anew."""
        row = _row(state)
        d = row.worth.shape[1]
        heard = np.isfinite(words).all(axis=1, keepdims=True) & (words[:, :1] == self._exchange)
        per_edge = _Announced._make(np.split(np.where(heard, words, 0.0)[:, 1 + d :], 6, axis=1))
        sells = self._sells[np.rint(row.me[:, 0]).astype(np.int64)][:, None]
        buys = (row.worth > per_edge.bid) | ((row.worth == per_edge.bid) & (row.me <= per_edge.bidder))
        parts = (row.worth < per_edge.ask) | ((row.worth == per_edge.ask) & (row.me <= per_edge.seller))
        trades = np.where(sells, parts, buys) & (per_edge.bidder != _NOBODY)
        owns = np.where(trades != sells, 1.0, 0.0)
        paid = np.where(trades, np.where(sells, -per_edge.sellers_get, per_edge.buyers_pay), 0.0)
        row = row._replace(owns=np.where(heard, owns, row.owns), paid=np.where(heard, paid, row.paid))
        return row._replace(worth=signals).state


def payments(state: Floats) -> Floats:
    """(k, d) what daemons paid for each good in the last session, by their states; below 0 what they got."""
    return _row(state).paid


def _row(state: Floats) -> _Row:
    """The columns of (k, 1 + 9d) states."""
    d = (state.shape[1] - 1) // 9
    return _Row._make(np.split(state, [1, 1 + d, 1 + 2 * d, 1 + 3 * d], axis=1))

"""Two-sided auctions: an auctioneer receives bids, clears the markets and announces prices and trades."""

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
_COLUMNS = ("bid", "buyers_pay", "sellers_get", "last_bid", "last_bidder", "last_ask", "last_seller")


class MarketResult(NamedTuple):
    """The result of clearing one market.

    Attributes:
        trades: The number of units that are traded.
        buyers_pay: The price that buyers pay.
        sellers_get: The price that sellers get; the auctioneer keeps the difference.
    """

    trades: int
    buyers_pay: float
    sellers_get: float


class _Announced(NamedTuple):
    """The auctioneer's announcement for d markets; each (k, d).

    Attributes:
        buyers_pay: See `MarketResult`.
        sellers_get: See `MarketResult`.
        bid: The last bid that trades.
        bidder: The daemon that made it; −1 if there is no trade.
        ask: The last ask that trades.
        seller: The daemon that made it.
    """

    buyers_pay: Floats
    sellers_get: Floats
    bid: Floats
    bidder: Floats
    ask: Floats
    seller: Floats


class _AuctionRows(NamedTuple):
    """The states of k daemons.

    Attributes:
        me: (k, 1) their indices.
        worth: (k, d) their bids in this session.
        owns: (k, d) 1 for the goods that they own after the last session.
        paid: (k, d) the price that they paid for each good in that session; negative for a price received.
        announced: (k, 6d) the auctioneer's last announcement; only its own row is used.
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
    """Sellers own a unit of each of d goods, buyers want one, and all bid the value of a unit to them.

    A session takes two exchanges: every daemon sends its bids, and the auctioneer, which receives those of its
    neighbors, clears each market and announces the prices and the last bids that trade. The proposal of a
    daemon is whether it then owns the good. Bids are the current signals; a session does not depend on the one before.

    Only the auctioneer's neighbors can trade: on a star around it, or a complete network, these are all daemons. Every
    daemon believes its announcement, so it is the most valuable target of a hijack. Messages carry the number of their
    exchange, and a late one is dropped like a lost one. A lost bid is missing in the clearing, but its bidder still
    trades by the announcement; a daemon that misses the announcement keeps what it owned before. So on unreliable
    links more or fewer units can be owned than there are. An aggregation rule has no effect: bids are ranked, not
    averaged.
    """

    decides_for = frozenset({"assignment", "quantity"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    auctioneer: Annotated[int, Ge(0), Help("Which daemon clears the markets; it trades too.")] = 0
    sellers: Annotated[float, Interval(gt=0, lt=1), Help("The share of daemons that sell, evenly spaced by index.")] = (
        0.5
    )

    @abstractmethod
    def clear(self, bids: Floats, asks: Floats) -> MarketResult:
        """Clear one market.

        Args:
            bids: What buyers offer, descending.
            asks: What sellers ask, ascending.
        """

    def check(self, n: int) -> None:
        """The auctioneer must be a daemon of the swarm."""
        if self.auctioneer >= n:
            raise ParameterError(f"{self.auctioneer} given; must be less than the {n} daemons", where="auctioneer")

    def begin(self, view: ProtocolView) -> None:
        """Choose the sellers and reset the clock."""
        super().begin(view)
        self._network = view.network
        self._exchange = -1
        self._sells: Bools = np.diff(np.floor(np.arange(view.n + 1) * self.sellers)) > 0

    def begin_exchange(self) -> None:
        """Count the exchange."""
        self._exchange += 1

    @property
    def _collects(self) -> bool:
        """Whether this exchange collects bids, rather than announces results."""
        return self._exchange % 2 == 0

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The exchange, the bids for all goods, and the auctioneer's announcement."""
        return ("exchange", *(name for name in _COLUMNS for _ in range(width)))

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 9d) the first bids, the goods owned, and no announcement."""
        me = np.arange(len(signals), dtype=np.float64)[:, None]
        owns = np.where(self._sells[:, None], 1.0, np.zeros_like(signals))
        return _AuctionRows(
            me, signals, owns, np.zeros_like(signals), np.zeros((len(signals), 6 * signals.shape[1]))
        ).state

    def proposals(self, state: Floats) -> Floats:
        """1 for every good that the daemon owns, else 0."""
        return _row(state).owns

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The daemon owns the given shares, and its bids rise by as much as its shares do."""
        row = _row(state)
        return row._replace(worth=row.worth + (proposals - row.owns), owns=proposals).state

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(n, 1 + 7d) the exchange, the bids, and the auctioneer's announcement, six numbers a market."""
        row = _row(state)
        announced = np.where(row.me == self.auctioneer, row.announced, 0.0)
        return np.concatenate([np.full((len(state), 1), float(self._exchange)), row.worth, announced], axis=1)

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """The auctioneer clears the markets; or all daemons receive the announcement."""
        network = messages.network
        ends = network.receivers if self._collects else network.indices
        edges = np.flatnonzero(messages.received & (ends == self.auctioneer))
        payload = messages.on(edges)
        if self._collects:
            state = state.copy()
            state[self.auctioneer] = self._cleared(state[self.auctioneer], network.indices[edges], payload)
            return state
        heard = np.where(state[:, :1] == self.auctioneer, self.speak(state, signals), np.nan)
        heard[network.receivers[edges]] = payload
        return self._settled(state, heard, signals)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        payload: Floats = self.speak(own[None], signal[None])[0]
        return payload

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        arrived = heard.received
        if self._collects:
            return (
                self._cleared(own, heard.senders[arrived], heard.values[arrived]) if daemon == self.auctioneer else own
            )
        payload = (
            self.speak(own[None], signal[None])
            if daemon == self.auctioneer
            else np.full((1, len(own) - 2 * len(signal)), np.nan)
        )
        for announcement in heard.values[arrived & (heard.senders == self.auctioneer)]:
            payload = announcement[None]
        held: Floats = self._settled(own[None], payload, signal[None])[0]
        return held

    def _cleared(self, own: Floats, senders: Ints, payload: Floats) -> Floats:
        """The auctioneer's state after it has cleared every market with the bids that it received."""
        row = _row(own[None])
        d = row.worth.shape[1]
        worth = np.where(np.rint(payload[:, :1]) == self._exchange, payload[:, 1 : 1 + d], np.nan)
        traders, worth = np.append(senders, self.auctioneer), np.concatenate([worth, row.worth])
        markets = [self._cleared_market(traders, worth[:, good]) for good in range(d)]
        cleared: Floats = row._replace(announced=np.array(markets).T.reshape(1, 6 * d)).state[0]
        return cleared

    def _cleared_market(self, traders: Ints, worth: Floats) -> tuple[float, ...]:
        """The announcement of one market; of equal bids the lower index has priority."""
        valid = np.isfinite(worth)
        buyers, sellers = (np.flatnonzero(valid & (self._sells[traders] == sells)) for sells in (False, True))
        buyers = buyers[np.lexsort((traders[buyers], -worth[buyers]))]
        sellers = sellers[np.lexsort((traders[sellers], worth[sellers]))]
        cleared = self.clear(worth[buyers], worth[sellers])
        if not cleared.trades:
            return (0.0, 0.0, 0.0, _NOBODY, 0.0, _NOBODY)
        buyer, seller = buyers[cleared.trades - 1], sellers[cleared.trades - 1]
        last = float(worth[buyer]), float(traders[buyer]), float(worth[seller]), float(traders[seller])
        return (cleared.buyers_pay, cleared.sellers_get, *last)

    def _settled(self, state: Floats, payload: Floats, signals: Floats) -> Floats:
        """(k, D) the states after the announcement, where it arrived; the bids become the current signals."""
        row = _row(state)
        d = row.worth.shape[1]
        heard = np.isfinite(payload).all(axis=1, keepdims=True) & (np.rint(payload[:, :1]) == self._exchange)
        announced = _Announced._make(np.split(np.where(heard, payload, 0.0)[:, 1 + d :], 6, axis=1))
        bidder, seller = np.rint(announced.bidder), np.rint(announced.seller)
        sells = self._sells[np.rint(row.me[:, 0]).astype(np.int64)][:, None]
        buys = (row.worth > announced.bid) | (row.me == bidder) | ((row.worth == announced.bid) & (row.me < bidder))
        parts = (row.worth < announced.ask) | (row.me == seller) | ((row.worth == announced.ask) & (row.me < seller))
        trades = np.where(sells, parts, buys) & (bidder != _NOBODY)
        owns = np.where(trades != sells, 1.0, 0.0)
        paid = np.where(trades, np.where(sells, -announced.sellers_get, announced.buyers_pay), 0.0)
        row = row._replace(owns=np.where(heard, owns, row.owns), paid=np.where(heard, paid, row.paid))
        return row._replace(worth=signals).state


def payments(state: Floats) -> Floats:
    """(k, d) the prices that daemons paid for each good in the last session; negative for prices received."""
    return _row(state).paid


def _row(state: Floats) -> _AuctionRows:
    """The columns of (k, 1 + 9d) states."""
    d = (state.shape[1] - 1) // 9
    return _AuctionRows._make(np.split(state, [1, 1 + d, 1 + 2 * d, 1 + 3 * d], axis=1))

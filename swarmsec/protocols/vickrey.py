"""Auction items by gossip: the highest bidder of an item wins it, and pays the second highest bid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from swarmsec.aggregation import Rule
from swarmsec.arrays import Bools, Floats
from swarmsec.messages import Inbox, Messages
from swarmsec.protocols._base import NegotiationProtocol, ProtocolView

_NOBODY = -1.0


class Standing(NamedTuple):
    """The two highest bids, of different bidders, that k daemons know for each of d items.

    Attributes:
        first: (k, d) the highest bid; 0 where there is none.
        winner: (k, d) its bidder; −1 for none.
        second: (k, d) the second highest bid, which is the price; 0 where there is none.
        runner_up: (k, d) its bidder; −1 for none.
    """

    first: Floats
    winner: Floats
    second: Floats
    runner_up: Floats


@dataclass(kw_only=True)
class Vickrey(NegotiationProtocol):
    """A sealed-bid second-price auction (Vickrey 1961) of d items at once, with no auctioneer.

    Every daemon bids its signal, and raises its bid when that rises; a bid is binding, and never lowered. It forwards
    the two highest bids that it knows, with their bidders. After as many exchanges as the network's diameter all know
    the same two: the highest bidder takes the item, and pays the second bid. Of equal bids the lower index wins.

    A bidder never gains by an untruthful bid. But a liar that forwards bids can invent bids of others, and an item that
    the named winner does not take is lost. A false bid is never forgotten, even after its hijacked sender is released.
    Lost and late messages delay the result. An aggregation rule has no effect: bids are compared, not averaged.
    """

    decides_for = frozenset({"assignment"})
    reads_signals_after_start = True
    uses_rule = False
    keeps_agreement = False

    def begin(self, view: ProtocolView) -> None:
        """Store the number of bidders."""
        super().begin(view)
        self._n = view.n

    def message_columns(self, width: int) -> tuple[str, ...]:
        """The two highest bids for every item, each with its bidder."""
        return tuple(name for name in ("bid", "bidder", "second_bid", "second_bidder") for _ in range(width))

    def initial_state(self, signals: Floats) -> Floats:
        """(n, 1 + 4d) the index, and the daemon's own bids as the highest so far."""
        none = np.full_like(signals, _NOBODY)
        me = np.arange(len(signals), dtype=np.float64)[:, None]
        return np.concatenate([me, signals, np.broadcast_to(me, signals.shape), np.zeros_like(signals), none], axis=1)

    def proposals(self, state: Floats) -> Floats:
        """1 for every item that the daemon believes it has won."""
        return np.where(standing(state).winner == state[:, :1], 1.0, 0.0)

    def override_proposals(self, state: Floats, proposals: Floats) -> Floats:
        """The daemon believes that it has won the items with a share above ½, with that share as its bid."""
        known = standing(state)
        mine, claims = known.winner == state[:, :1], proposals > 0.5
        claimed, dropped = claims & ~mine, mine & ~claims
        held = Standing(
            np.where(claimed, proposals, np.where(dropped, known.second, known.first)),
            np.where(claimed, state[:, :1], np.where(dropped, known.runner_up, known.winner)),
            np.where(claimed, known.first, np.where(dropped, 0.0, known.second)),
            np.where(claimed, known.winner, np.where(dropped, _NOBODY, known.runner_up)),
        )
        return np.concatenate([state[:, :1], *held], axis=1)

    def speak(self, state: Floats, signals: Floats) -> Floats:
        """(n, 4d) the two highest bids and their bidders."""
        return state[:, 1:]

    def listen(self, messages: Messages, rule: Rule | None, *, state: Floats, signals: Floats) -> Floats:
        """Process one neighbor after the other, for all daemons at once."""
        network, held = messages.network, state.copy()
        # A message with NaN for one item still counts for the others, so `_valid_bids` drops bids, not messages.
        arrived = messages.received
        for position in range(int(network.degrees.max(initial=0))):
            rows = np.flatnonzero(network.degrees > position)
            edges = network.indptr[rows] + position
            rows, edges = rows[arrived[edges]], edges[arrived[edges]]
            held[rows] = self._next(held[rows], messages.on(edges))
        return self._raised(held, signals)

    def speak_one(self, daemon: int, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        return own[1:]

    def listen_one(self, daemon: int, heard: Inbox, rule: Rule | None, *, own: Floats, signal: Floats) -> Floats:
        """The same for one daemon."""
        held = own[None]
        for payload in heard.values[heard.received]:
            held = self._next(held, payload[None])
        one: Floats = self._raised(held, signal[None])[0]
        return one

    def _raised(self, state: Floats, signals: Floats) -> Floats:
        """(k, 1 + 4d) the states with the daemons' own bids raised to their current signals; a bid is never lowered."""
        me = np.where(np.isfinite(signals), state[:, :1], _NOBODY)
        return np.concatenate([state[:, :1], *_with_bid(standing(state), signals, me)], axis=1)

    def _next(self, state: Floats, payload: Floats) -> Floats:
        """(k, 1 + 4d) the states after the message of one neighbor each."""
        mine, theirs = standing(state), _valid_bids(payload, self._n)
        merged = _with_bid(mine, theirs.first, theirs.winner)
        merged = _with_bid(merged, theirs.second, theirs.runner_up)
        return np.concatenate([state[:, :1], *merged], axis=1)


def standing(state: Floats) -> Standing:
    """The bids that daemons know, from their states, (k, 1 + 4d)."""
    return _parts(state[:, 1:])


def _parts(values: Floats) -> Standing:
    return Standing._make(np.split(values, 4, axis=1))


def _valid_bids(payload: Floats, n: int) -> Standing:
    """The bids of a message, without invalid ones: non-finite, or with a bidder that rounds to none of 0 to n − 1."""
    bids = _parts(payload)
    bids = bids._replace(winner=np.rint(bids.winner), runner_up=np.rint(bids.runner_up))

    def is_valid(bid: Floats, bidder: Floats) -> Bools:
        exists = (bidder >= 0) & (bidder < n)
        return np.asarray(np.isfinite(bid) & exists)

    first, second = is_valid(bids.first, bids.winner), is_valid(bids.second, bids.runner_up)
    return Standing(
        np.where(first, bids.first, 0.0),
        np.where(first, bids.winner, _NOBODY),
        np.where(second, bids.second, 0.0),
        np.where(second, bids.runner_up, _NOBODY),
    )


def _with_bid(known: Standing, bid: Floats, bidder: Floats) -> Standing:
    """The two highest bids of different bidders, with one more bid."""
    is_bid = bidder != _NOBODY
    beats_first = is_bid & _beats(bid, bidder, known.first, known.winner)
    beats_second = is_bid & (bidder != known.winner) & _beats(bid, bidder, known.second, known.runner_up)
    own_again = bidder == known.winner
    displaced = beats_first & ~own_again  # The former first becomes second.
    return Standing(
        np.where(beats_first, bid, known.first),
        np.where(beats_first, bidder, known.winner),
        np.where(displaced, known.first, np.where(beats_second, bid, known.second)),
        np.where(displaced, known.winner, np.where(beats_second, bidder, known.runner_up)),
    )


def _beats(bid: Floats, bidder: Floats, other: Floats, holder: Floats) -> Bools:
    """Whether a bid beats another: it is higher, or equal with a lower bidder's index, or there is no other."""
    return np.asarray((holder == _NOBODY) | (bid > other) | ((bid == other) & (bidder < holder)))

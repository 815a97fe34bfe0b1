"""The state of a bidder in CBBA, and the decision table for two neighbors."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints

NOBODY = -1.0
"""The bidder of a task without a bid. A bid of 0 has a bidder."""


class Known(NamedTuple):
    """What k daemons know about all bids.

    Attributes:
        bid: (k, d) the highest bid for each task.
        bidder: (k, d) the daemon that made it.
        stamp: (k, n) the time of the latest information about each daemon, received directly or through others.
    """

    bid: Floats
    bidder: Floats
    stamp: Floats

    @classmethod
    def of(cls, message: Floats, n: int) -> Known:
        """The columns of messages (k, 2d + n), as one `Known` with k rows."""
        d = (message.shape[1] - n) // 2
        return cls(message[:, :d], np.rint(message[:, d : 2 * d]), message[:, 2 * d :])

    @property
    def message(self) -> Floats:
        """(k, 2d + n)."""
        return np.concatenate(self, axis=1)

    def rows(self, which: Bools | Ints) -> Known:
        """Some rows."""
        return Known(self.bid[which], self.bidder[which], self.stamp[which])


class Bids(NamedTuple):
    """The states of k daemons.

    Attributes:
        me: (k, 1) their indices.
        worth: (k, d) the value of each task to them.
        place: (k, d) the position of each task in the bundle, from 1; 0 for a task outside it.
        known: Their knowledge about all bids.
    """

    me: Floats
    worth: Floats
    place: Floats
    known: Known

    @classmethod
    def none(cls, me: Floats, worth: Floats, n: int) -> Bids:
        """The states before any bid."""
        known = Known(np.zeros_like(worth), np.full_like(worth, NOBODY), np.zeros((len(me), n)))
        return cls(me[:, None], worth, np.zeros_like(worth), known)

    @classmethod
    def of(cls, state: Floats, n: int) -> Bids:
        """The columns of states (k, 1 + 4d + n), as one `Bids` with k rows."""
        d = (state.shape[1] - 1 - n) // 4
        return cls(state[:, :1], state[:, 1 : 1 + d], state[:, 1 + d : 1 + 2 * d], Known.of(state[:, 1 + 2 * d :], n))

    @property
    def state(self) -> Floats:
        """(k, 1 + 4d + n)."""
        return np.concatenate([self.me, self.worth, self.place, self.known.message], axis=1)

    def broadcast(self, now: float) -> Floats:
        """(k, 2d + n) their messages at time `now`: all they know, with `now` as the time stamp of their own row."""
        payload = self.known.message
        payload[np.arange(len(payload)), 2 * self.worth.shape[1] + self.me[:, 0].astype(np.int64)] = now
        return payload

    def filled(self, size: int) -> Bids:
        """Bundles filled with the most valuable tasks that can be won, one after the other (Algorithm 3)."""
        place, bid, bidder = self.place.copy(), self.known.bid.copy(), self.known.bidder.copy()
        rows = np.arange(len(place))
        for _ in range(min(size, place.shape[1])):
            wins = _beats(self.worth, self.me, bid, bidder) & (place == 0)
            best = np.where(wins, self.worth, -np.inf).argmax(axis=1)
            takes = wins[rows, best] & (np.count_nonzero(place, axis=1) < size)
            takers, task = rows[takes], best[takes]
            place[takers, task] = place[takers].max(axis=1) + 1.0
            bid[takers, task], bidder[takers, task] = self.worth[takers, task], self.me[takers, 0]
        return self._replace(place=place, known=self.known._replace(bid=bid, bidder=bidder))

    def without_lost_tasks(self) -> Bids:
        """Bundles cut at the first task that was lost; bids for the tasks after it are withdrawn (equation 6).

        A bid for a task outside the bundle is withdrawn too; only a formerly hijacked daemon has one.
        """
        place, bid, bidder = self.place, self.known.bid, self.known.bidder
        lost = (place > 0) & (bidder != self.me)
        first_lost = np.where(lost, place, np.inf).min(axis=1, keepdims=True)
        freed = ((place > first_lost) | (place == 0)) & (bidder == self.me)
        known = self.known._replace(bid=np.where(freed, 0.0, bid), bidder=np.where(freed, NOBODY, bidder))
        return self._replace(place=np.where(place >= first_lost, 0.0, place), known=known)

    def with_worth(self, worth: Floats) -> Bids:
        """Bundles cut at the first task whose value is another one now, so that the daemon bids for them anew."""
        worth = np.where(np.isfinite(worth), worth, self.worth)
        changed = (self.place > 0) & (worth != self.worth)
        first_changed = np.where(changed, self.place, np.inf).min(axis=1, keepdims=True)
        dropped = (self.place > 0) & (self.place >= first_changed)
        freed = dropped & (self.known.bidder == self.me)
        known = self.known._replace(
            bid=np.where(freed, 0.0, self.known.bid), bidder=np.where(freed, NOBODY, self.known.bidder)
        )
        return self._replace(worth=worth, place=np.where(dropped, 0.0, self.place), known=known)

    def claiming(self, shares: Floats) -> Bids:
        """Bundles of exactly the tasks with a share above a half; for a new task the share is the bid."""
        claimed = shares > 0.5
        place = np.where(claimed, np.where(self.place > 0, self.place, 1.0), 0.0)
        new = claimed & (self.place == 0)
        bid = np.where(new, shares, self.known.bid)
        bidder = np.where(new, self.me, self.known.bidder)
        return self._replace(place=place, known=self.known._replace(bid=bid, bidder=bidder))

    def settled(self, rows: Ints, senders: Ints, received: Known, now: float) -> Bids:
        """The states after each of some daemons has received the message of one neighbor (Table I).

        Args:
            rows: (j,) the receiving daemons' rows, without repetition.
            senders: (j,) the sender of each message.
            received: The j messages.
            now: The current time; later stamps are cut to it.
        """
        i, k = self.me[rows], senders[:, None].astype(np.float64)
        mine = self.known.rows(rows)
        zi, zk = mine.bidder, received.bidder
        higher = _beats(received.bid, zk, mine.bid, zi)
        sender_is_later = received.stamp > mine.stamp

        def about(bidder: Floats, later: Bools) -> Bools:
            """(j, d) `later`, which is by daemon, for the bidder of each task; False where there is none."""
            index = np.maximum(bidder, 0).astype(np.int64)
            return np.asarray(later[np.arange(len(rows))[:, None], index] & (bidder >= 0))

        later_i, later_k = about(zi, sender_is_later), about(zk, sender_is_later)
        none_i, is_i, is_k = zi == NOBODY, zi == i, zi == k
        other_i = ~(none_i | is_i | is_k)
        by_k, by_i, by_none = zk == k, zk == i, zk == NOBODY
        by_m = ~(by_k | by_i | by_none)
        same, different = by_m & other_i & (zi == zk), by_m & other_i & (zi != zk)

        update = by_k & ((is_i & higher) | is_k | none_i | (other_i & (later_i | higher)))
        update |= by_m & ((is_i & later_k & higher) | (is_k & later_k) | (none_i & later_k))
        update |= same & later_k
        update |= different & later_k & (later_i | higher)
        update |= by_none & (is_k | (other_i & later_i))
        reset = by_i & (is_k | (other_i & later_i))
        reset |= by_m & is_k & ~later_k
        reset |= different & later_i & about(zk, received.stamp < mine.stamp)
        reset &= ~update

        bid, bidder, stamp = (array.copy() for array in self.known)
        bid[rows] = np.where(update, received.bid, np.where(reset, 0.0, mine.bid))
        bidder[rows] = np.where(update, zk, np.where(reset, NOBODY, zi))
        stamp[rows] = np.maximum(mine.stamp, np.minimum(received.stamp, now))
        return self._replace(known=Known(bid, bidder, stamp))


def _beats(bid: Floats, bidder: Floats, other: Floats, holder: Floats) -> Bools:
    """Whether a bid beats another: it is higher, or equal with a lower bidder's index, or there is no other."""
    return np.asarray((holder == NOBODY) | (bid > other) | ((bid == other) & (bidder < holder)))

"""What a bidder of CBBA knows and holds, and the table by which two bidders settle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints

NOBODY = -1.0
"""The bidder of a task that nobody bids for. A bid of 0 has a bidder."""


class Known(NamedTuple):
    """What k daemons know of the bids of all.

    Attributes:
        bid: (k, d) the highest bid for each task.
        bidder: (k, d) whose it is.
        stamp: (k, n) from when the news of each daemon is, heard of it directly or not.
    """

    bid: Floats
    bidder: Floats
    stamp: Floats

    @classmethod
    def of(cls, message: Floats, n: int) -> Known:
        """From (k, 2d + n) messages."""
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
    """What k daemons hold.

    Attributes:
        me: (k, 1) their numbers.
        worth: (k, d) what each task is worth to them.
        place: (k, d) the place of each task in one's bundle, from 1; 0 for those that are not in it.
        known: What they know of the bids of all.
    """

    me: Floats
    worth: Floats
    place: Floats
    known: Known

    @classmethod
    def none(cls, me: Floats, worth: Floats, n: int) -> Bids:
        """Before any bid."""
        known = Known(np.zeros_like(worth), np.full_like(worth, NOBODY), np.zeros((len(me), n)))
        return cls(me[:, None], worth, np.zeros_like(worth), known)

    @classmethod
    def of(cls, state: Floats, n: int) -> Bids:
        """From (k, 1 + 4d + n) states."""
        d = (state.shape[1] - 1 - n) // 4
        return cls(state[:, :1], state[:, 1 : 1 + d], state[:, 1 + d : 1 + 2 * d], Known.of(state[:, 1 + 2 * d :], n))

    @property
    def state(self) -> Floats:
        """(k, 1 + 4d + n)."""
        return np.concatenate([self.me, self.worth, self.place, self.known.message], axis=1)

    def broadcast(self, now: float) -> Floats:
        """(k, 2d + n) what they tell others at that time: all that they know, and of themselves the latest."""
        words = self.known.message
        words[np.arange(len(words)), 2 * self.worth.shape[1] + self.me[:, 0].astype(np.int64)] = now
        return words

    def filled(self, size: int) -> Bids:
        """Bundles with the tasks added that bring most and can be won, one after the other (Algorithm 3)."""
        place, bid, bidder = self.place.copy(), self.known.bid.copy(), self.known.bidder.copy()
        rows = np.arange(len(place))
        for _ in range(min(size, place.shape[1])):
            wins = _beats(self.worth, self.me, bid, bidder) & (place == 0)
            best = np.where(wins, self.worth, -np.inf).argmax(axis=1)
            takes = wins[rows, best] & (np.count_nonzero(place, axis=1) < size)
            who, task = rows[takes], best[takes]
            place[who, task] = place[who].max(axis=1) + 1.0
            bid[who, task], bidder[who, task] = self.worth[who, task], self.me[who, 0]
        return self._replace(place=place, known=self.known._replace(bid=bid, bidder=bidder))

    def without_what_was_lost(self) -> Bids:
        """Bundles cut at the first task that went to somebody else; what came after it is free again (equation 6).

        So is a task that it bids for without having it in its bundle, as only a former puppet does.
        """
        place, bid, bidder = self.place, self.known.bid, self.known.bidder
        lost = (place > 0) & (bidder != self.me)
        first_lost = np.where(lost, place, np.inf).min(axis=1, keepdims=True)
        freed = ((place > first_lost) | (place == 0)) & (bidder == self.me)
        known = self.known._replace(bid=np.where(freed, 0.0, bid), bidder=np.where(freed, NOBODY, bidder))
        return self._replace(place=np.where(place >= first_lost, 0.0, place), known=known)

    def claiming(self, shares: Floats) -> Bids:
        """Bundles of exactly those tasks that have a share above 0; a share is the bid for a task not bid for yet."""
        claimed = shares > 0
        place = np.where(claimed, np.where(self.place > 0, self.place, 1.0), 0.0)
        new = claimed & (self.place == 0)
        bid = np.where(new, shares, self.known.bid)
        bidder = np.where(new, self.me, self.known.bidder)
        return self._replace(place=place, known=self.known._replace(bid=bid, bidder=bidder))

    def settled(self, who: Ints, senders: Ints, per_edge: Known, now: float) -> Bids:
        """What daemons in the rows `who`, each once, know after `senders` told them something (Table I).

        Args:
            who: (j,) the rows.
            senders: (j,) who told each of them.
            per_edge: What arrived, j rows.
            now: The time, which no news is later than.
        """
        i, k = self.me[who], senders[:, None].astype(np.float64)
        mine = self.known.rows(who)
        zi, zk = mine.bidder, per_edge.bidder
        higher = _beats(per_edge.bid, zk, mine.bid, zi)
        heard_later = per_edge.stamp > mine.stamp

        def later(bidder: Floats) -> Bools:
            """(j, d) whether the sender has heard later of that bidder than the receiver."""
            index = np.maximum(bidder, 0).astype(np.int64)
            return np.asarray(np.take_along_axis(heard_later, index, axis=1) & (bidder >= 0))

        def sooner(bidder: Floats) -> Bools:
            """(j, d) whether the receiver has heard later of that bidder than the sender."""
            index = np.maximum(bidder, 0).astype(np.int64)
            return np.asarray(np.take_along_axis(per_edge.stamp < mine.stamp, index, axis=1) & (bidder >= 0))

        none_i, is_i, is_k = zi == NOBODY, zi == i, zi == k
        other_i = ~(none_i | is_i | is_k)
        by_k, by_i, by_none = zk == k, zk == i, zk == NOBODY
        by_m = ~(by_k | by_i | by_none)
        same, different = by_m & other_i & (zi == zk), by_m & other_i & (zi != zk)

        update = by_k & ((is_i & higher) | is_k | none_i | (other_i & (later(zi) | higher)))
        update |= by_m & ((is_i & later(zk) & higher) | (is_k & later(zk)) | (none_i & later(zk)))
        update |= same & later(zk)
        update |= different & later(zk) & (later(zi) | higher)
        update |= by_none & (is_k | (other_i & later(zi)))
        reset = by_i & (is_k | (other_i & later(zi)))
        reset |= by_m & is_k & ~later(zk)
        reset |= different & later(zi) & sooner(zk)
        reset &= ~update

        bid, bidder, stamp = (array.copy() for array in self.known)
        bid[who] = np.where(update, per_edge.bid, np.where(reset, 0.0, mine.bid))
        bidder[who] = np.where(update, zk, np.where(reset, NOBODY, zi))
        stamp[who] = np.maximum(mine.stamp, np.minimum(per_edge.stamp, now))
        return self._replace(known=Known(bid, bidder, stamp))


def _beats(bid: Floats, bidder: Floats, other: Floats, holder: Floats) -> Bools:
    """Where a bid wins against another: it is higher, or nobody's is there, or it is equal and of a lower number."""
    return np.asarray((holder == NOBODY) | (bid > other) | ((bid == other) & (bidder < holder)))

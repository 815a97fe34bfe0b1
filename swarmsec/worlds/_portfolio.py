"""Holdings of the trading world: how daemons work their orders, and which of their sales the news called for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.worlds._news import Episode

RELEASE = 0.5  # A wary daemon relaxes at half of the threshold: without hysteresis it would switch too often.


class Portfolio:
    """The holdings of k daemons, as shares of their first books.

    Attributes:
        held: (k,) the share of its first book that each holds.
        wary: (k,) whether each only sells.
        line: (k,) the share for which the broker still lends.
    """

    def __init__(self, k: int, *, pace: float, slack: float) -> None:
        self.held: Floats = np.ones(k)
        self.wary: Bools = np.zeros(k, dtype=np.bool_)
        self.line: Floats = np.ones(k)
        self._pace, self._slack = pace, slack

    def orders(self, wanted: Floats) -> Floats:
        """(k,) what each orders in this round toward what it wants, as a share of its book; negative to sell."""
        self.wary = wanted < 1.0 - np.where(self.wary, RELEASE * self._slack, self._slack)
        target = np.minimum(np.where(self.wary, np.minimum(wanted, self.held), 1.0), self.line)
        return np.clip(target - self.held, -self._pace, self._pace)

    def call(self, called: Bools, orders: Floats, most: float) -> Floats:
        """The orders with those of the broker, who sells `most` of the book of daemons that are called."""
        if not called.any():
            return orders
        orders = np.where(called, np.minimum(orders, -np.minimum(most, self.held)), orders)
        self.line = np.where(called, self.held + orders, self.line)
        return orders


class Sales(NamedTuple):
    """Sales that the news did not call for, and those that it called for and that were not made, in books.

    Attributes:
        unwarranted: (k,) the share of its book that each sold without news.
        missing: (k,) the share that each should have sold and did not.
    """

    unwarranted: Floats
    missing: Floats


class Judge:
    """Compares the sales of k daemons with the news.

    Between episodes every sale counts. In an episode and shortly after it, the most that a daemon was out of its book
    is compared with what the news called for, so that a delay of some rounds is not counted twice.
    """

    def __init__(self, k: int, episodes: tuple[Episode, ...], *, called_for: float, tolerance: float) -> None:
        self._episodes = {episode.start: episode for episode in episodes}
        self._called_for, self._tolerance = called_for, tolerance
        self._close: int | None = None
        self._out: Floats = np.zeros(k)
        self._out_most: Floats = np.zeros(k)
        self._none: Floats = np.zeros(k)

    def judge(self, round: int, before: Floats, after: Floats, *, last: bool) -> Sales:
        """The sales of a round, given what was held before and after it; at an episode's end those of all of it."""
        if round in self._episodes:
            self._close = self._episodes[round].close
            self._out, self._out_most = 1.0 - before, 1.0 - before
        if self._close is None:
            return Sales(np.maximum(before - after, 0.0), self._none)
        self._out_most = np.maximum(self._out_most, 1.0 - after)
        if round + 1 < self._close and not last:
            return Sales(self._none, self._none)
        self._close = None
        warranted = np.maximum(self._called_for + self._tolerance, self._out)
        return Sales(
            np.maximum(self._out_most - warranted, 0.0),
            np.maximum(self._called_for - self._out_most, 0.0),
        )

"""The ledger of a fog: what became of operations, and what it costs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.worlds._fog_placement import Counts, Placed


class Prices(NamedTuple):
    """The prices of a fog.

    Attributes:
        export_usd: Of a GB of sensitive data abroad.
        transfer_usd: Of a GB that is handed over.
        refused_usd: Of an operation that is turned away.
        latency_usd: Of a second of latency.
    """

    export_usd: float
    transfer_usd: float
    refused_usd: float
    latency_usd: float


class Ledger:
    """Counts of operations from billed nodes, and their bills.

    Attributes:
        arrived: Operations so far.
        own: Operations at their own node.
        home: Operations at another node of their jurisdiction.
        abroad: Operations in another jurisdiction.
        refused: Operations turned away.
        sensitive_abroad: Sensitive operations in another jurisdiction.
        flows_gb: (4, 4) the data from each jurisdiction to each other one.
        refused_share: Share of operations turned away, with a memory of one service time.
        overflow_share: Share of operations that were not served at home, with the same memory.
    """

    def __init__(
        self, *, billed: Bools, gb: float, prices: Prices, step: float, home_s: float, abroad_s: float
    ) -> None:
        self._billed, self._gb, self._prices = billed, gb, prices
        self._home_s, self._abroad_s = home_s, abroad_s
        self._keep = math.exp(-step)
        self._recent: Floats = np.zeros(3)
        self.arrived = self.own = self.home = self.abroad = self.refused = self.sensitive_abroad = 0.0
        self.flows_gb: Floats = np.zeros((4, 4))

    def add(self, waiting: Counts, placed: Placed, where: Counts) -> None:
        """Add a round: the operations, (n, 2), where they were placed, and where the nodes stand, (n,)."""
        billed = self._billed
        arrived, lost = float(waiting[billed].sum()), float(placed.lost[billed].sum())
        self.own += float(placed.own[billed].sum())
        counts = billed[placed.movers]
        origin, target = where[placed.movers[counts]], where[placed.contractors[counts]]
        moved = placed.moved[counts]
        abroad = origin != target
        home = float(moved[~abroad].sum())
        np.add.at(self.flows_gb, (origin[abroad], target[abroad]), self._gb * moved[abroad].sum(axis=1))
        self.home += home
        self._count(arrived, lost, float(moved[abroad].sum()), float(moved[abroad, 0].sum()))

    def add_hub(self, waiting: Counts, served: Floats, home: float) -> None:
        """Add a round of a hub that serves (n, 2) operations, of which the share `home` stays at home."""
        arrived, done = float(waiting[self._billed].sum()), served[self._billed].sum(axis=0)
        self.home += home * float(done.sum())
        away = 1.0 - home
        self._count(arrived, arrived - float(done.sum()), away * float(done.sum()), away * float(done[0]))

    def _count(self, arrived: float, lost: float, abroad: float, sensitive_abroad: float) -> None:
        self.arrived += arrived
        self.refused += lost
        self.abroad += abroad
        self.sensitive_abroad += sensitive_abroad
        self._recent = self._keep * self._recent + np.array([arrived, lost, lost + abroad])

    @property
    def refused_share(self) -> float:
        """Of operations over the last service time."""
        return float(self._recent[1] / self._recent[0]) if self._recent[0] > 0 else 0.0

    @property
    def overflow_share(self) -> float:
        """Of operations over the last service time."""
        return float(self._recent[2] / self._recent[0]) if self._recent[0] > 0 else 0.0

    @property
    def latency_s(self) -> float:
        """The latency of all operations handed over."""
        return self._home_s * self.home + self._abroad_s * self.abroad

    @property
    def handed_over_gb(self) -> float:
        """The data that another node got."""
        return self._gb * (self.home + self.abroad)

    @property
    def bills(self) -> Mapping[str, float]:
        """The bills so far."""
        prices, exported = self._prices, self._gb * self.sensitive_abroad
        cost = (
            prices.export_usd * exported
            + prices.transfer_usd * self.handed_over_gb
            + prices.refused_usd * self.refused
            + prices.latency_usd * self.latency_s
        )
        return {
            "cost_usd": cost,
            "sensitive_abroad_gb": exported,
            "cross_border_gb": self._gb * self.abroad,
        }

    @property
    def metrics(self) -> Mapping[str, float]:
        """The counts so far."""
        return {
            "arrived": self.arrived,
            "served_own": self.own,
            "served_home": self.home,
            "served_abroad": self.abroad,
            "turned_away": self.refused,
            "overflow_share": self.overflow_share,
            "refused_share": self.refused_share,
            "handed_over_gb": self.handed_over_gb,
            "latency_s": self.latency_s,
        }

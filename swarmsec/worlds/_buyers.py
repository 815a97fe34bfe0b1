"""Buyers of compute: their queues, what they buy, and what they pay for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.worlds._blocs import carbon_kg
from swarmsec.worlds._job_queue import JobQueue


class Tariff(NamedTuple):
    """What a PFh costs beside its energy, (4 blocs, R) USD each, and what late work costs.

    Attributes:
        migration: For moving the job.
        tax: Export tax.
        carbon: Emissions, at the weight 1.
        latency: Distance, at the weight 1.
        sovereignty: Dependence on another region, at the weight 1.
        late: USD per PFh of late work.
    """

    migration: Floats
    tax: Floats
    carbon: Floats
    latency: Floats
    sovereignty: Floats
    late: float

    def perceived(self, prices: Floats, weights: Floats) -> Floats:
        """(4 blocs, R) the cost of a PFh as each bloc weighs it, from (R,) prices and (4, 4) weights."""
        money = prices + self.migration + self.tax
        parts = np.stack([money, self.carbon, self.latency, self.sovereignty])
        cost: Floats = np.einsum("bc,cbr->br", weights, parts)
        return cost


class Buyers:
    """k buyers, each of one bloc: single daemons, or whole blocs.

    Args:
        arriving: (k,) the work of a usual round, PFh.
        waits: The rounds that a job can wait.
        bloc: (k,) the bloc of each.
        billed: (k,) the part of each buyer that is billed, 0 to 1.
        tariff: See `Tariff`.

    Attributes:
        queue: Their jobs.
        bought: (k, R) PFh that were delivered in the last round.
        paid_usd: (k,) what each has paid so far: energy, migration and tax.
        received_usd: (R,) what sellers in each region have received for energy so far, from all buyers.
        energy_usd: Of the billed buyers so far, as the following.
    """

    def __init__(self, arriving: Floats, waits: int, bloc: Ints, billed: Bools | Floats, tariff: Tariff) -> None:
        self.queue = JobQueue(arriving, waits)
        self._bloc, self._billed, self._tariff = bloc, billed.astype(np.float64), tariff
        self._external = (tariff.carbon + tariff.latency + tariff.sovereignty)[bloc]
        self._migration, self._tax, self._carbon = tariff.migration[bloc], tariff.tax[bloc], carbon_kg()
        regions = tariff.migration.shape[1]
        self.bought: Floats = np.zeros((len(arriving), regions))
        self.paid_usd: Floats = np.zeros(len(arriving))
        self.received_usd: Floats = np.zeros(regions)
        self.energy_usd = self.migration_usd = self.late_usd = self.tax_usd = self.external_usd = 0.0
        self.bought_pfh = self.done_pfh = self.wasted_pfh = self.late_pfh = self.refused_pfh = self.carbon_kg = 0.0

    @property
    def bills(self) -> Mapping[str, float]:
        """The bills of the billed buyers so far."""
        cost = self.energy_usd + self.migration_usd + self.late_usd + self.tax_usd
        return {"cost_usd": cost, "social_usd": cost + self.external_usd}

    def buy(self, asked: Floats, offered: Floats, prices: Floats) -> None:
        """Buy (k, R) PFh of (R,) that are offered, at (R,) prices, and do the oldest jobs with them.

        A region that is asked for more than it offers gives each the same share of what it asked for.
        """
        total = asked.sum(axis=0)
        share = offered / np.maximum(total, offered)
        self.bought = got = asked * share
        units = got.sum(axis=1)
        done = self.queue.serve(units)
        energy, moving, tax = got * prices, got * self._migration, got * self._tax
        self.paid_usd = self.paid_usd + (energy + moving + tax).sum(axis=1)
        self.received_usd = self.received_usd + total * share * prices
        self.energy_usd += self._sum(energy)
        self.migration_usd += self._sum(moving)
        self.tax_usd += self._sum(tax)
        self.external_usd += self._sum(got * self._external)
        self.carbon_kg += self._sum(got * self._carbon)
        self.bought_pfh += self._sum(got)
        self.done_pfh += float((self._billed * done).sum())
        self.wasted_pfh += float((self._billed * (units - done)).sum())
        self.refused_pfh += self._sum(asked - got)

    def arrive(self, jobs: Floats, *, first: bool) -> None:
        """(k,) new jobs arrive; the oldest are late, except before the first round."""
        late = float((self._billed * self.queue.turn(jobs)).sum())
        if not first:
            self.late_pfh += late
            self.late_usd += self._tariff.late * late

    def _sum(self, parts: Floats) -> float:
        """The sum over billed buyers of (k, R) parts."""
        return float((self._billed[:, None] * parts).sum())

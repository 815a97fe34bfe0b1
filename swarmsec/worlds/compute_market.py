"""Jobs bought across regions whose price of compute follows the price of electricity."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Gt, Help, Interval, Le, Unit
from swarmsec.teams.observed import Observed
from swarmsec.worlds._base import Outcome, World, WorldView, divide
from swarmsec.worlds._blocs import AFTERNOON, BLOCS, carbon_kg, distance, is_foreign, weights
from swarmsec.worlds._buyers import Buyers, Tariff
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric, PublishedClaim
from swarmsec.worlds._dispatch import dispatch
from swarmsec.worlds._energy import KWH_PER_PFH, NAMES, REGIONS, EnergyPrices, log_walk

_GATEWAYS = "gateways"
_TAXED = "iceland"
_ROUNDS_MAX = 2_000
"""The largest number of rounds that a job can wait."""


@dataclass(kw_only=True)
class ComputeMarket(World):
    """Daemons of four blocs buy petaflop-hours (PFh) for their jobs in five regions.

    A PFh needs 0.79 kWh, so compute costs what electricity costs. The price in region r is

        P_r(t) = base_r · (1 + a_r cos(2π(h − 19) / 24)) · exp(x_r − s²/2) · hydro_r · spike_r,

    with the local hour h and an Ornstein–Uhlenbeck x. In Norway a two-state Markov regime holds: at peak hydro, a share
    f of the time, the price is m times that outside, so m / (1 − f + f m) − 1 below its mean: −68.1% by construction.

    Jobs are divisible, arrive by the day of each bloc, and are done oldest first; a job not done in `deadline` is late,
    costs `late_usd` per PFh, and leaves. To daemon i of bloc b one PFh in region r is worth

        v_ir = late_usd · (queue / longest queue) − c_br,
        c_br = w_b1 (P_r + tax + migration) + w_b2 carbon + w_b3 latency + w_b4 sovereignty:

    the longer the queue, the more it pays (drift plus penalty; Urgaonkar et al., SIGMETRICS 2011). Its signal is v_ir
    by the price that its feed reports, with noise. It buys x_ir; a region that is asked for more than it can deliver
    serves all alike. What a daemon buys beyond its queue is wasted, and paid. Over the billed daemons:

        cost = Σ energy + migration + late jobs + export tax,

    and `social_usd` adds carbon, latency and sovereignty at the weight 1. The price for scarce capacity that the swarm
    negotiates only rations it and is not paid. `central` is one buyer that hears the same feeds, averages them by bloc,
    and solves a linear program in every round. Bases: Norway NO2 2023, 0.90 NOK/kWh (Europower); others are round
    figures of the same year. See docs/worlds/compute_market.md.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="cost_usd", unit="USD", help="Energy, migration, late jobs and export tax."),
        Bill(name="social_usd", unit="USD", help="The cost, with carbon, latency and sovereignty at common weights."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="energy_usd", unit="USD", axis="USD", help="Electricity for all that was bought."),
        Metric(name="migration_usd", unit="USD", axis="USD", help="Moving jobs out of their home region."),
        Metric(name="late_usd", unit="USD", axis="USD", help="Penalty for late jobs."),
        Metric(name="tax_usd", unit="USD", axis="USD", help="Export tax."),
        Metric(name="done_pfh", unit="PFh", help="Work done."),
        Metric(name="late_pfh", unit="PFh", help="Work that was late, and left."),
        Metric(name="wasted_pfh", unit="PFh", help="Compute that was bought and not used."),
        Metric(name="refused_pfh", unit="PFh", help="Compute that was asked for beyond what regions deliver."),
        Metric(name="queue_pfh", unit="PFh", help="Work that waits.", aggregation="mean"),
        Metric(name="carbon_kg", unit="kg", help="Emissions of all that was bought."),
        Metric(name="paid_usd_per_pfh", unit="USD/PFh", help="Mean price of all energy so far."),
        Metric(name="mean_price_norway", unit="USD/PFh", help="Mean price in Norway so far."),
        Metric(name="peak_price_norway", unit="USD/PFh", help="The same at peak hydro; the mean before the first peak."),
        *(
            Metric(name=f"price_{name}", unit="USD/PFh", axis="USD per PFh", help="The price now.", aggregation="mean")
            for name in NAMES
        ),
        *(
            Metric(name=f"bought_{name}", unit="PFh", axis="PFh a round", help="Bought now.", aggregation="sum")
            for name in NAMES
        ),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(
            title="Price and arbitrage",
            figures=(*(f"price_{name}" for name in NAMES), *(f"bought_{name}" for name in NAMES), "cost_usd"),
            help="The price in each region, what the swarm buys there, and what it has paid.",
        ),
    )
    claims: ClassVar[tuple[PublishedClaim, ...]] = (
        PublishedClaim(
            name="peak_hydro",
            text="At peak hydro the price per petaflop-hour falls by 68%.",
            low=-0.68,
            high=-0.68,
            unit="share",
            scenario="energy_peace",
            figure="peak_price_norway",
            measure="change",
            baseline="the mean price in the same region",
            baseline_figure="mean_price_norway",
            settings={"network.n": 8, "rounds": 2400, "world.round_minutes": 60, "protocol.exchanges": 2},
            by_construction="peak_multiplier",
            why="The price process has this fall in expectation; what the swarm does has no effect on it.",
        ),
    )
    senses: ClassVar[str] = "worth"
    decides: ClassVar[str] = "quantity"

    round_minutes: Annotated[float, Gt(0), Unit("minutes"), Help("The length of a round.")] = 15.0
    demand: Annotated[float, Gt(0), Unit("PFh per hour"), Help("Mean work that arrives at a daemon.")] = 4.0
    demand_swing: Annotated[float, Interval(ge=0, le=1), Help("Amplitude of the day's shape of demand.")] = 0.4
    demand_noise: Annotated[float, Ge(0), Help("Standard deviation of the log demand of a daemon in a round.")] = 0.3
    deadline: Annotated[float, Gt(0), Unit("hours"), Help("How long a job can wait.")] = 6.0
    late_usd: Annotated[float, Gt(0), Unit("USD per PFh"), Help("Penalty for late work.")] = 0.25
    migration_usd: Annotated[
        float, Ge(0), Unit("USD per PFh"), Help("Cost of running a job outside of the home region.")
    ] = 0.004
    export_tax: Annotated[
        float, Ge(0), Unit("USD per kWh"), Help("Tax of Iceland on buyers from other regions.")
    ] = 0.01
    carbon_usd: Annotated[float, Ge(0), Unit("USD per kg"), Help("The price of carbon in the choice of a region.")] = 0.05
    latency_usd: Annotated[
        float, Ge(0), Unit("USD per PFh"), Help("What one step of distance is worth: abroad 1, across an ocean 2.")
    ] = 0.005
    sovereignty_usd: Annotated[float, Ge(0), Unit("USD per PFh"), Help("What it is worth to stay at home.")] = 0.01
    disagreement: Annotated[
        float, Interval(ge=0, le=1), Help("1: each bloc has weights of its own; 0: all have the same.")
    ] = 1.0
    supply: Annotated[float, Gt(0), Help("Scales the supply of all regions.")] = 1.0
    supply_noise: Annotated[float, Ge(0), Help("Standard deviation of the log of what a region delivers.")] = 0.05
    curvature: Annotated[
        float, Gt(0), Unit("USD per PFh²"), Help("How fast a daemon's bid falls with the amount that it buys in a round.")
    ] = 0.03
    signal_noise: Annotated[
        float, Ge(0), Unit("USD per PFh"), Help("Standard deviation of the noise in a feed.")
    ] = 0.003
    price_deviation: Annotated[float, Ge(0), Le(2), Help("Standard deviation of the log of a price.")] = 0.25
    price_relaxation: Annotated[float, Gt(0), Unit("hours"), Help("How long a price remembers.")] = 6.0
    settlement: Annotated[
        float, Interval(ge=0, le=48), Unit("hours"), Help("How long after a round its prices are final and shown.")
    ] = 0.5
    peak_share: Annotated[float, Interval(ge=0, lt=1), Help("The share of time at peak hydro.")] = 0.288
    peak_multiplier: Annotated[
        float, Gt(0), Help("The price at peak hydro, as a multiple of that outside of it.")
    ] = 0.25
    peak_hours: Annotated[float, Gt(0), Unit("hours"), Help("The mean length of a peak.")] = 6.0
    spikes_per_day: Annotated[float, Ge(0), Help("Price spikes per day in Texas.")] = 0.5
    spike: Annotated[float, Ge(1), Help("The factor of the price in a spike.")] = 8.0
    spike_hours: Annotated[float, Gt(0), Unit("hours"), Help("The mean length of a spike.")] = 0.5

    def __post_init__(self) -> None:
        if not 1.0 <= self.deadline / self._hours <= _ROUNDS_MAX:
            raise ParameterError(
                f"{self.deadline:g} hours given; must be 1 to {_ROUNDS_MAX:,} rounds of {self.round_minutes:g} minutes",
                where="deadline",
            )
        if self.spikes_per_day * self.spike_hours >= 24.0:
            raise ParameterError(f"{self.spikes_per_day:g} given; spikes would never end", where="spikes_per_day")

    @property
    def _hours(self) -> float:
        return self.round_minutes / 60.0

    @property
    def signal_deviation(self) -> float:
        """The parameter `signal_noise`."""
        return self.signal_noise

    @property
    def seconds_per_round(self) -> float:
        """The parameter `round_minutes`."""
        return 60.0 * self.round_minutes

    @property
    def facts(self) -> Mapping[str, Any]:
        """The supply of each region per daemon and round, PFh; the slope of bids; and that no price is below 0."""
        return {"supply": self._supply_mean.tolist(), "curvature": self.curvature, "price_floor": 0.0}

    @property
    def _supply_mean(self) -> Floats:
        """(R,) PFh per daemon and round."""
        return self.supply * self.demand * self._hours * np.array([region.supply for region in REGIONS])

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """What a PFh in each region is worth, by the price that the feed reports."""
        return tuple(Column(name=name, unit="USD per PFh", help="Worth less price and other costs.") for name in NAMES)

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The PFh to buy in each region."""
        return tuple(Column(name=name, unit="PFh", low=0.0) for name in NAMES)

    def roles(self, n: int) -> Mapping[str, Ints]:
        """Each bloc, and `gateways`: the first daemon of each."""
        blocs = divide(n, {bloc.name: 1.0 for bloc in BLOCS})
        first = [members[0] for members in blocs.values() if len(members)]
        return {**blocs, _GATEWAYS: np.array(first, dtype=np.int32)}

    def begin(self, view: WorldView) -> None:
        """Draw the prices and supplies of the run, and fill a part of the queues."""
        self._rng, self._n, self._round = view.rng, view.n, 0
        rounds, regions = view.rounds, len(REGIONS)
        self._prices, self._peak = self._price_model().draw(rounds, view.rng)
        delivered = log_walk(view.rng.standard_normal((rounds, regions)), self.supply_noise, self._hours)
        self._offered: Floats = view.n * self._supply_mean * delivered
        blocs = divide(view.n, {bloc.name: 1.0 for bloc in BLOCS})
        self._bloc = np.repeat(np.arange(len(BLOCS)), [len(members) for members in blocs.values()])
        self._members = np.bincount(self._bloc, minlength=len(BLOCS)).astype(np.float64)
        usual = self.demand * self._hours
        waits = max(int(round(self.deadline / self._hours)), 1)
        tariff = self._tariff()
        self._swarm = Buyers(np.full(view.n, usual), waits, self._bloc, view.billed, tariff)
        billed = np.bincount(self._bloc, view.billed, minlength=len(BLOCS)) / np.maximum(self._members, 1.0)
        self._center = Buyers(usual * self._members, waits, np.arange(len(BLOCS)), billed, tariff)
        self._weights = weights(self.disagreement)
        self._slope = self.late_usd / (waits * usual)
        self._order: Floats = np.zeros((len(BLOCS), regions))
        # What a PFh was worth in the last rounds; the oldest one is settled.
        self._worth: deque[Floats] = deque(maxlen=1 + int(round(self.settlement / self._hours)))
        self._peak_sum = self._price_sum = 0.0
        self._peaks = 0
        self._arrive()

    def sense(self) -> Floats:
        """(n, R) v by the prices that feeds report, USD per PFh."""
        noise = self.signal_noise * self._rng.standard_normal((self._n, len(REGIONS)))
        return self._values() + noise

    def decide(self, state: Floats) -> Floats:
        """The PFh that each buys, (n, R): as negotiated, scaled down to its queue; none for NaN."""
        wanted = self.feasible(np.nan_to_num(state, nan=0.0))
        total = wanted.sum(axis=1)
        work = self._swarm.queue.total
        scale = np.divide(work, total, out=np.ones_like(total), where=total > work)
        scaled: Floats = wanted * scale[:, None]
        return scaled

    def feasible(self, decisions: Floats) -> Floats:
        """Nobody asks for less than nothing, or for more than a region usually has."""
        return np.clip(decisions, 0.0, self._n * self._supply_mean)

    def neutral(self, decisions: Floats) -> Floats:
        """Buy nothing."""
        return np.zeros_like(decisions)

    def observed(self) -> Observed:
        """What was settled last: the prices; to each daemon what a PFh was worth to it. And what it bought now."""
        settled = max(self._round - len(self._worth), 0)
        public = {f"settled_{name}": float(self._prices[settled, number]) for number, name in enumerate(NAMES)}
        own = {f"worth_{name}": self._worth[0][:, number] for number, name in enumerate(NAMES)}
        own |= {f"bought_{name}": self._swarm.bought[:, number] for number, name in enumerate(NAMES)}
        return Observed(public=public, own={**own, "queue_pfh": self._swarm.queue.total})

    def apply(self, decisions: Floats) -> Outcome:
        """Deliver, bill, and let new jobs arrive."""
        t, prices = self._round, self._prices[self._round]
        self._worth.append(self._values())
        self._swarm.buy(decisions, self._offered[t], prices)
        self._center.buy(self._order, self._offered[t], prices)
        norway = NAMES.index("norway")
        self._price_sum += float(prices[norway])
        if self._peak[t]:
            self._peak_sum, self._peaks = self._peak_sum + float(prices[norway]), self._peaks + 1
        queue = float(self._swarm.queue.total.sum())
        self._round += 1
        self._arrive()
        return Outcome(bills=self._swarm.bills, metrics=self._figures(prices, queue))

    def hear(self, signals: Floats) -> None:
        """The center takes the mean of each bloc's feeds as its price, and orders by a linear program."""
        finite = np.nan_to_num(signals, nan=0.0, posinf=1e150, neginf=-1e150)
        pressure = self.late_usd * self._swarm.queue.pressure[:, None]
        members = np.maximum(self._members, 1.0)
        cost = np.stack([np.bincount(self._bloc, column, len(BLOCS)) for column in (pressure - finite).T], axis=1)
        self._order = dispatch(
            self.late_usd * self._center.queue.pressure,
            self._slope / members,
            cost / members[:, None],
            self._n * self._supply_mean,
            self._center.queue.total,
        )

    def central(self) -> Mapping[str, float]:
        """The bills of the center."""
        return self._center.bills

    def _values(self) -> Floats:
        """(n, R) v by the true prices of this round, USD per PFh."""
        prices = self._prices[min(self._round, len(self._prices) - 1)]
        cost = self._tariff().perceived(prices, self._weights)
        values: Floats = self.late_usd * self._swarm.queue.pressure[:, None] - cost[self._bloc]
        return values

    def _arrive(self) -> None:
        """New jobs arrive for the next round, at every daemon and, the same, at the center; the oldest are late."""
        hour = self._hours * self._round
        local = np.array([hour + bloc.hours_east for bloc in BLOCS])
        shape = 1.0 + self.demand_swing * np.cos(2.0 * np.pi * (local - AFTERNOON) / 24.0)
        noise = np.exp(self.demand_noise * self._rng.standard_normal(self._n) - 0.5 * self.demand_noise**2)
        jobs = self.demand * self._hours * shape[self._bloc] * noise
        self._swarm.arrive(jobs, first=self._round == 0)
        self._center.arrive(np.bincount(self._bloc, jobs, minlength=len(BLOCS)), first=self._round == 0)

    def _figures(self, prices: Floats, queue: float) -> dict[str, float]:
        swarm, mean = self._swarm, self._price_sum / self._round
        bought = swarm.bought.sum(axis=0)
        return {
            "energy_usd": swarm.energy_usd,
            "migration_usd": swarm.migration_usd,
            "late_usd": swarm.late_usd,
            "tax_usd": swarm.tax_usd,
            "done_pfh": swarm.done_pfh,
            "late_pfh": swarm.late_pfh,
            "wasted_pfh": swarm.wasted_pfh,
            "refused_pfh": swarm.refused_pfh,
            "queue_pfh": queue,
            "carbon_kg": swarm.carbon_kg,
            "paid_usd_per_pfh": swarm.energy_usd / swarm.bought_pfh if swarm.bought_pfh > 0 else 0.0,
            "mean_price_norway": mean,
            "peak_price_norway": self._peak_sum / self._peaks if self._peaks else mean,
            **{f"price_{name}": float(price) for name, price in zip(NAMES, prices, strict=True)},
            **{f"bought_{name}": float(units) for name, units in zip(NAMES, bought, strict=True)},
        }

    def _price_model(self) -> EnergyPrices:
        return EnergyPrices(
            hours=self._hours,
            deviation=self.price_deviation,
            relaxation=self.price_relaxation,
            peak_share=self.peak_share,
            peak_multiplier=self.peak_multiplier,
            peak_hours=self.peak_hours,
            spikes_per_day=self.spikes_per_day,
            spike=self.spike,
            spike_hours=self.spike_hours,
        )

    def _tariff(self) -> Tariff:
        foreign, taxed = is_foreign(), np.array([float(name == _TAXED) for name in NAMES])
        return Tariff(
            migration=self.migration_usd * foreign,
            tax=self.export_tax * KWH_PER_PFH * foreign * taxed,
            carbon=np.broadcast_to(self.carbon_usd * carbon_kg(), foreign.shape),
            latency=self.latency_usd * distance(),
            sovereignty=self.sovereignty_usd * foreign,
            late=self.late_usd,
        )

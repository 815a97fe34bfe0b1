"""The housekeeping daemons of a cloud region, which can take each other's work for a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.parameters import Ge, Gt, Help, Interval, Unit
from swarmsec.teams.observed import Observed
from swarmsec.worlds._base import Outcome, World, WorldView, divide
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric, PublishedClaim
from swarmsec.worlds._region import Events, LognormalMinutes, Need, Plant, Region, add_spikes, arrivals, daily_load

_U, _V = 0, 1
"""The columns of the signals."""


@dataclass(kw_only=True)
class Daemons(World):
    """Storage daemons repair faults and latency daemons move load; both recruit capacity of the region to do so.

    A round is a minute. Every daemon decides the share of its host that it recruits: with u and v the mean shares of
    the storage and of the latency daemons, and û, v̂ what it believes of them after the negotiation,

        storage  x_i ← clip((1 − a) x_i + b (v̂ − v0)⁺, 0, 1)        latency  x_j ← clip((1 − d) x_j + c (û − u0)⁺, 0, 1)

    Feeds measure û = u + g (M − v)⁺ and v̂ = v + g (R − u)⁺ with noise. M and R are what is truly needed: a load above
    the capacity 1 needs M = (load − 1) / `moved_per_share` of latency daemons, who move it to other regions, and every
    open fault needs R = `fault_need` of storage daemons. Work on a true cause removes it, and the feed calms down. Work
    that answers the other role's work does not: the loop of the two roles is stable if and only if b c < a d. Above
    that, at rest nothing happens, but a disturbance that takes u and v over the saddle u* = (v0 b/a + u0 bc/(ad)) /
    (bc/(ad) − 1) goes on without its cause: a metastable failure (Bronson et al., HotOS 2021).

        served = moved + min(load − moved, 1 − u) (1 − v/2) Π over open faults (1 − `throttle`)

    An outage is a minute with less than 90% of the load served. After a page and a diagnosis, people reset all shares
    to 0 and switch recruitment off for a while. They repair faults too, slowly: a fault that takes them T minutes takes
    `daemon_repair` · T with all the daemons that it needs.

        bill = outage_usd · hours of outage + goodput_usd · hours of unserved load, times the share of billed daemons

    Standing still is billed by the daily peak, when load is not moved, and by faults. The center runs a copy of the
    region with both laws in one controller, by the mean reading: `aware`, it knows what it recruited itself and reacts
    to the rest of a reading; `blind`, it does not. Modeled on AWS's reports of us-east-1, December 2021 and October
    2025; docs/worlds/daemons.md has the sources.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="cost_usd", unit="USD", help="Outages, and load that is not served."),
        Bill(name="outage_hours", unit="hours", help="Time in which less than `outage_below` of the load is served."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="longest_outage_hours", unit="hours", help="The longest outage so far."),
        Metric(name="lost_load_hours", unit="region-hours", help="Load so far that was not served."),
        Metric(name="downtime_hours", unit="hours", help="Time so far in which faults were open, added up."),
        Metric(name="people_downtime_hours", unit="hours", help="The same, if only people repaired."),
        Metric(name="served_share", axis="share of the load", help="Share of the load served.", aggregation="min"),
        Metric(name="storage_share", axis="share recruited", help="u, recruited for repair.", aggregation="max"),
        Metric(name="latency_share", axis="share recruited", help="v, recruited to move load.", aggregation="max"),
        Metric(name="load", axis="share of capacity", help="The load of the region.", aggregation="max"),
        Metric(name="open_faults", help="Faults that are not repaired.", aggregation="mean"),
        Metric(name="resets", help="How often people reset the region so far."),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(
            title="Outage and recruited shares",
            figures=("served_share", "storage_share", "latency_share", "load"),
            help="An outage is where less than 90% of the load is served.",
        ),
    )
    claims: ClassVar[tuple[PublishedClaim, ...]] = (
        PublishedClaim(
            name="escalation",
            text="A storage and a latency daemon escalate into a 7-hour outage.",
            low=7.0,
            high=7.0,
            unit="hours",
            scenario="daemon_conflict",
            figure="longest_outage_hours",
            arm="attacked",
            calibrated="reset_minutes",
            why="The loop ends only when people reset it: the length is how long they take, set to 10 and 410 minutes.",
        ),
        PublishedClaim(
            name="downtime",
            text="Daemon management cuts downtime by 89% against people.",
            low=-0.89,
            high=-0.89,
            unit="share",
            scenario="daemons_peace",
            figure="downtime_hours",
            measure="change",
            baseline="the same faults, repaired by people alone",
            baseline_figure="people_downtime_hours",
            by_construction="daemon_repair",
            why="A manned repair takes 0.11 of the time; the rest is the time until enough daemons are recruited.",
        ),
    )
    senses: ClassVar[str] = "recruitment"
    decides: ClassVar[str] = "belief"

    storage_decay: Annotated[float, Interval(gt=0, le=1), Unit("per minute"), Help("a, how fast u is released.")] = 0.05
    storage_gain: Annotated[float, Ge(0), Unit("per minute"), Help("b, how fast u answers to v.")] = 0.0707107
    latency_gain: Annotated[float, Ge(0), Unit("per minute"), Help("c, how fast v answers to u.")] = 0.0707107
    latency_decay: Annotated[float, Interval(gt=0, le=1), Unit("per minute"), Help("d, how fast v is released.")] = 0.05
    storage_usual: Annotated[float, Interval(ge=0, le=1), Help("u0, the u that latency daemons ignore.")] = 0.025
    latency_usual: Annotated[float, Interval(ge=0, le=1), Help("v0, the v that storage daemons ignore.")] = 0.025
    alarm_gain: Annotated[float, Ge(0), Help("g, the rise of a reading per share that is needed and missing.")] = 7.0
    noise: Annotated[float, Ge(0), Help("Standard deviation of a reading.")] = 0.005
    mean_load: Annotated[float, Gt(0), Unit("share of capacity"), Help("The mean load of a day.")] = 0.85
    swing: Annotated[float, Interval(ge=0, lt=1), Help("How far load rises above its mean, relative to it.")] = 0.6
    peak_hour: Annotated[float, Interval(ge=0, lt=24), Unit("hour"), Help("When load is largest.")] = 14.0
    spikes: Annotated[float, Interval(ge=0, le=1440), Unit("per day"), Help("Spikes of load, a Poisson number.")] = 2.0
    spike_height: Annotated[float, Ge(0), Unit("share of capacity"), Help("The load that a spike adds.")] = 0.2
    spike_minutes: Annotated[float, Gt(0), Unit("minutes"), Help("Median length of a spike.")] = 30.0
    faults: Annotated[float, Interval(ge=0, le=1440), Unit("per day"), Help("Faults, a Poisson number.")] = 2.0
    throttle: Annotated[float, Interval(ge=0, lt=1), Help("The share of the service that a fault takes.")] = 0.12
    people_minutes: Annotated[float, Gt(0), Unit("minutes"), Help("Median time in which people repair one.")] = 60.0
    repair_spread: Annotated[float, Ge(0), Help("Standard deviation of the logarithm of that time.")] = 0.5
    daemon_repair: Annotated[
        float, Interval(gt=0, le=1), Help("Time of a repair with enough daemons, relative to people's.")
    ] = 0.11
    fault_need: Annotated[float, Interval(gt=0, le=1), Help("The u that a fault needs.")] = 0.012
    moved_per_share: Annotated[float, Gt(0), Help("Load that is moved per share v.")] = 20.0
    neighbor_spare: Annotated[float, Ge(0), Unit("share of capacity"), Help("The most that other regions take.")] = 0.5
    page_minutes: Annotated[float, Ge(0), Unit("minutes"), Help("Median time from an outage to a page.")] = 10.0
    reset_minutes: Annotated[float, Ge(0), Unit("minutes"), Help("Median time from a page to a reset.")] = 410.0
    answer_spread: Annotated[float, Ge(0), Help("Standard deviation of the logarithm of both times.")] = 0.15
    hold: Annotated[int, Ge(0), Unit("minutes"), Help("How long recruitment is off after a reset.")] = 30
    outage_below: Annotated[float, Interval(gt=0, le=1), Help("Less of the load served than this is an outage.")] = 0.9
    outage_usd: Annotated[float, Ge(0), Unit("USD per hour"), Help("Price of an hour of outage.")] = 300_000.0
    goodput_usd: Annotated[
        float, Ge(0), Unit("USD per region-hour"), Help("Price of an hour of the whole capacity not served.")
    ] = 50_000.0
    center: Annotated[Literal["aware", "blind"], Help("Whether the center knows what it recruited itself.")] = "aware"

    @property
    def signal_deviation(self) -> float:
        """The parameter `noise`."""
        return self.noise

    @property
    def acts_beyond(self) -> float:
        """The smaller of the two readings that are ignored."""
        return min(self.storage_usual, self.latency_usual)

    @property
    def seconds_per_round(self) -> float:
        """A minute."""
        return 60.0

    @property
    def loop_gain(self) -> float:
        """The product of both gains over that of both decays, bc / (ad): the loop is stable below 1."""
        return self.storage_gain * self.latency_gain / (self.storage_decay * self.latency_decay)

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """What is measured of the storage and of the latency daemons."""
        return (
            Column(name="u", help="Mean share recruited by storage daemons, and load that nobody moves."),
            Column(name="v", help="Mean share recruited by latency daemons, and faults that nobody repairs."),
        )

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The share that is recruited."""
        return (Column(name="share", low=0.0, high=1.0, help="The share of its host that a daemon recruits."),)

    def roles(self, n: int) -> Mapping[str, Ints]:
        """Two fleets of equal size, storage daemons first."""
        return divide(n, {"storage": 1.0, "latency": 1.0})

    def begin(self, view: WorldView) -> None:
        """Draw load, faults and the times of people; nothing is recruited."""
        self._rng, self._n, self._round = view.rng, view.n, 0
        self._billed_share = float(np.mean(view.billed))
        self._events = self._draw(view.rounds)
        plant = self._plant()
        self._region, self._people, self._central = (Region(plant, self._events) for _ in range(3))
        self._shares: Floats = np.zeros(view.n)
        self._u = self._v = 0.0
        self._central_u = self._central_v = 0.0
        self._storage = len(self.roles(view.n)["storage"])
        storage = np.arange(view.n) < self._storage
        self._reads = np.where(storage, _V, _U)
        self._decay = np.where(storage, self.storage_decay, self.latency_decay)
        self._gain = np.where(storage, self.storage_gain, self.latency_gain)
        self._usual = np.where(storage, self.latency_usual, self.storage_usual)

    def sense(self) -> Floats:
        """(n, 2) û and v̂ with noise."""
        truth = self._reading(self._region.need(self._round), self._u, self._v)
        return truth + self.noise * self._rng.standard_normal((self._n, 2))

    def decide(self, state: Floats) -> Floats:
        """The share that each daemon recruits; what is not a number is taken for 0.

        Args:
            state: (n, 2) û and v̂ as each daemon believes them.

        Returns:
            (n, 1) shares, 0 to 1.
        """
        read = np.nan_to_num(state[np.arange(len(state)), self._reads], nan=0.0)
        excess = np.maximum(read - self._usual, 0.0)
        wanted: Floats = np.clip((1.0 - self._decay) * self._shares + self._gain * excess, 0.0, 1.0)
        return wanted[:, None]

    def feasible(self, decisions: Floats) -> Floats:
        """Shares of 0 to 1, and 0 while people have switched recruitment off."""
        return np.zeros_like(decisions) if self._region.held(self._round) else np.clip(decisions, 0.0, 1.0)

    def neutral(self, decisions: Floats) -> Floats:
        """Recruit nothing."""
        return np.zeros_like(decisions)

    def observed(self) -> Observed:
        """The load, the share of it that is served, and what each daemon recruits itself."""
        return Observed(
            public={"load": float(self._events.load[self._round - 1]), "served_share": self._region.served_share},
            own={"share": self._shares},
        )

    def apply(self, decisions: Floats) -> Outcome:
        """Run a minute of the region, of that which only people repair, and of that of the center."""
        t, region = self._round, self._region
        self._shares = decisions[:, 0].copy()
        self._u, self._v = _mean(self._shares[: self._storage]), _mean(self._shares[self._storage :])
        region.step(t, self._u, self._v)
        self._people.step(t, 0.0, 0.0)
        self._central.step(t, self._central_u, self._central_v)
        self._round += 1
        return Outcome(
            bills=self._bills(region),
            metrics={
                "longest_outage_hours": region.longest_outage / 60.0,
                "lost_load_hours": region.lost / 60.0,
                "downtime_hours": region.fault_minutes / 60.0,
                "people_downtime_hours": self._people.fault_minutes / 60.0,
                "served_share": region.served_share,
                "storage_share": self._u,
                "latency_share": self._v,
                "load": float(self._events.load[t]),
                "open_faults": region.open_faults(t),
                "resets": region.resets,
            },
        )

    def hear(self, signals: Floats) -> None:
        """The center decides by the mean reading, as it would be in its own copy of the region."""
        t, center = self._round, self._central
        swarm = self._reading(self._region.need(t), self._u, self._v)
        own = self._reading(center.need(t), self._central_u, self._central_v)
        false = np.clip(np.nan_to_num(signals.mean(axis=0) - swarm), -10.0, 10.0)  # The lie, and what is left of noise.
        heard = own + false
        if self.center == "aware":
            heard -= (self._central_u, self._central_v)
        u = (1.0 - self.storage_decay) * self._central_u + self.storage_gain * max(heard[_V] - self.latency_usual, 0.0)
        v = (1.0 - self.latency_decay) * self._central_v + self.latency_gain * max(heard[_U] - self.storage_usual, 0.0)
        held = center.held(t)
        self._central_u, self._central_v = (0.0, 0.0) if held else (min(float(u), 1.0), min(float(v), 1.0))

    def central(self) -> Mapping[str, float]:
        """The bills of the center."""
        return self._bills(self._central)

    def _reading(self, need: Need, u: float, v: float) -> Floats:
        """(2,) û and v̂ without noise."""
        missing = max(need.latency - v, 0.0), max(need.storage - u, 0.0)
        return np.array([u + self.alarm_gain * missing[0], v + self.alarm_gain * missing[1]])

    def _bills(self, region: Region) -> dict[str, float]:
        billed = self._billed_share
        return {"cost_usd": billed * region.cost_usd, "outage_hours": billed * region.outage_minutes / 60.0}

    def _plant(self) -> Plant:
        return Plant(
            outage_below=self.outage_below,
            throttle=self.throttle,
            fault_need=self.fault_need,
            daemon_repair=self.daemon_repair,
            moved_per_share=self.moved_per_share,
            neighbor_spare=self.neighbor_spare,
            hold=self.hold,
            outage_usd=self.outage_usd,
            goodput_usd=self.goodput_usd,
        )

    def _draw(self, rounds: int) -> Events:
        """All that is random in a run but the noise of the feeds."""
        rng, spread = self._rng, self.answer_spread
        faults = arrivals(rng, self.faults, rounds)
        fault_minutes = LognormalMinutes(self.people_minutes, self.repair_spread).draw(rng, len(faults))
        spikes = arrivals(rng, self.spikes, rounds)
        spike_minutes = LognormalMinutes(self.spike_minutes, self.repair_spread).draw(rng, len(spikes))
        page = LognormalMinutes(self.page_minutes, spread).draw(rng, rounds)
        reset = LognormalMinutes(self.reset_minutes, spread).draw(rng, rounds)
        load = daily_load(rounds, mean=self.mean_load, swing=self.swing, peak_hour=self.peak_hour)
        load = add_spikes(load, spikes, spike_minutes, self.spike_height)
        return Events(load, faults, fault_minutes, page + reset)


def _mean(shares: Floats) -> float:
    """The mean share of a role; 0 if nobody has it."""
    return float(shares.mean()) if shares.size else 0.0

"""The traffic signals of a city, whose green time zones negotiate."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Gt, Help, Interval, MaxLen, MinLen, Unit
from swarmsec.teams.observed import Observed
from swarmsec.worlds._base import Outcome, World, WorldView, divide
from swarmsec.worlds._city import APPROACHES, City, Streets
from swarmsec.worlds._controller import Controller, ControllerKind, rationed
from swarmsec.worlds._corridors import Corridors
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric, PublishedClaim
from swarmsec.worlds._demand import CITY_ZONES, WEIGHTS, ZONES, Demand
from swarmsec.worlds._queues import PointQueues, Queues
from swarmsec.worlds._traffic_claims import CLAIMS

Pair = Annotated[list[Annotated[float, Ge(0)]], MinLen(2), MaxLen(2)]


@dataclass(kw_only=True)
class Traffic(World):
    """Every daemon runs the signals of a junction, and the swarm divides the city's green time among its zones.

    There are eight zones, of which `district` is the first, and two neighbor municipalities (role `outside`), which
    negotiate for the same green and are not billed. The demand of zone z, vehicles per hour, is

        D_z = C · load · shape(t) · w_z(t) · exp(e_z − s²/2) · event,    C = n · capacity,

    with peaks at 8:30 and 18:00, e_z ~ N(0, s²) drawn every day, and a few events that raise the demand of one zone.
    In the morning the district's weight is `district_peak` times its usual one. The signal of a daemon is the demand at
    its own junction, D_z / n_z, times 1 + noise · N(0, 1). It decides on the green that it takes, in vehicles per hour.
    What the daemons of a zone take adds up to the zone's capacity, at most `cap` of C. If all take more than C, they
    are cut to one water level; what nobody takes is lost. A change of plan loses green in the transition:

        C_z = C · (s_z − switch_loss · |Δs_z|),    Q_z ← max(0, Q_z + (D_z − C_z) dt),
        T_z = trip_minutes · (1 + 0.15 · min(D_z / C_z, 1)⁴) + the wait in the queue (BPR 1964; Vickrey 1969).

    Drivers into the district choose between two corridors by user equilibrium (Wardrop 1952; see `_corridors.py`), on
    the same curve without the limit of 1. The swarm switches off servers that it does not need; a center does not.

        cost_usd = value_of_time · hours on the way + energy_usd · kWh,

    where the wait is the area under the queue. `central` is a controller for the whole city that is told the same
    readings: `adaptive` divides the green in proportion to the mean reading of each zone (Webster 1958), some minutes
    old; `size` by the number of junctions; `uniform` equally. With `engine: uxsim` the queues are computed by UXsim on
    a grid of signalled junctions. Calibrated: `district_peak`, so that the district asks for 60% of the green.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="cost_usd", unit="USD", help="The value of the time on the way, and the energy."),
        Bill(name="travel_hours", unit="hours", help="The hours of vehicles on the way to the city's zones."),
        Bill(name="energy_kwh", unit="kWh", help="The energy of the servers."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="commute_minutes", unit="minutes", help="The mean time of a trip so far."),
        Metric(name="wait_minutes", unit="minutes", axis="minutes", help="The part of it that is spent in queues."),
        Metric(name="trips", unit="vehicles", help="Vehicles that have set out so far."),
        Metric(name="waiting", unit="vehicles", help="Vehicles in queues of the city.", aggregation="max"),
        Metric(name="district_waiting", unit="vehicles", help="Those in the district.", aggregation="max"),
        Metric(name="district_share", axis="share", help="The district's part of the green.", aggregation="max"),
        Metric(name="largest_share", axis="share", help="The largest part of any zone.", aggregation="max"),
        Metric(name="outside_share", axis="share", help="The part of the neighbors.", aggregation="mean"),
        Metric(name="unused_share", axis="share", help="The part that nobody takes.", aggregation="mean"),
        Metric(name="lost_green", axis="share", help="The part lost in changes of plan.", aggregation="mean"),
        Metric(name="route_minutes", unit="minutes", help="The estimated time of the corridors.", aggregation="mean"),
        Metric(name="first_corridor_vph", unit="vehicles per hour", help="Flow on it.", aggregation="mean"),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(
            title="Green and queues",
            figures=("district_share", "largest_share", "waiting", "commute_minutes"),
            help="Where the green goes, who waits, and the mean trip so far.",
        ),
    )
    claims: ClassVar[tuple[PublishedClaim, ...]] = CLAIMS
    senses: ClassVar[str] = "demand"
    decides: ClassVar[str] = "quantity"

    capacity: Annotated[
        float, Gt(0), Unit("vehicles per hour"), Help("The green of all junctions, for each daemon.")
    ] = 300.0
    load: Annotated[float, Gt(0), Help("Demand at the height of a peak, as a share of all green.")] = 0.9
    base: Annotated[float, Interval(ge=0, le=1), Help("Demand at night, as a share of the peak.")] = 0.25
    district_peak: Annotated[float, Ge(0), Help("The district's weight in the morning, times its usual one.")] = 3.5
    day_noise: Annotated[float, Ge(0), Help("Standard deviation of a zone's log demand between days.")] = 0.1
    events: Annotated[int, Ge(0), Unit("per day"), Help("Events of an hour and a half, each in one zone.")] = 2
    surge: Annotated[float, Ge(1), Help("The largest factor by which an event raises demand.")] = 3.0
    noise: Annotated[float, Ge(0), Help("Standard deviation of a reading, as a share of the demand.")] = 0.1
    cap: Annotated[float, Interval(gt=0, le=1), Help("The largest share of the green that a zone can have.")] = 0.6
    switch_loss: Annotated[float, Interval(ge=0, le=1), Help("Green lost per unit that moves between zones.")] = 0.05
    minutes_per_round: Annotated[float, Gt(0), Unit("minutes"), Help("The length of a round.")] = 2.0
    trip_minutes: Annotated[float, Gt(0), Unit("minutes"), Help("A trip through empty streets.")] = 25.0
    corridor_free: Annotated[Pair, Unit("minutes"), Help("The congestible link of each corridor, if it is empty.")] = (
        field(default_factory=lambda: [10.0, 15.0])
    )
    corridor_delay: Annotated[Pair, Unit("minutes"), Help("What its time rises by if the flow equals capacity.")] = (
        field(default_factory=lambda: [1.5, 2.25])
    )
    corridor_power: Annotated[float, Gt(0), Help("The exponent of that rise.")] = 4.0
    corridor_fixed: Annotated[Pair, Unit("minutes"), Help("The rest of each corridor.")] = field(
        default_factory=lambda: [15.0, 10.0]
    )
    first_corridor: Annotated[
        float, Interval(gt=0, lt=1), Help("The part of the district's green on the first one.")
    ] = 3.0 / 7.0
    shortcut: Annotated[float | None, Ge(0), Unit("minutes"), Help("A road between the corridors; null: none.")] = None
    value_of_time: Annotated[float, Ge(0), Unit("USD per hour"), Help("The price of a vehicle's hour.")] = 20.0
    energy_usd: Annotated[float, Ge(0), Unit("USD per kWh"), Help("The price of energy.")] = 0.2
    server_kw: Annotated[float, Ge(0), Unit("kW"), Help("The power of a busy server; each daemon has one.")] = 0.4
    idle: Annotated[float, Interval(ge=0, le=1), Help("Power of an idle server, as a share of that.")] = 0.5
    sleep: Annotated[float, Interval(ge=0, le=1), Help("Power of a sleeping server, as a share of that.")] = 0.05
    utilization: Annotated[
        float, Interval(gt=0, le=1), Help("How full a server is before the swarm switches on another.")
    ] = 0.7
    controller: Annotated[ControllerKind, Help("How the central controller divides.")] = "adaptive"
    controller_minutes: Annotated[float, Ge(0), Unit("minutes"), Help("The age of its readings, if adaptive.")] = 6.0
    engine: Annotated[Literal["point_queue", "uxsim"], Help("What computes the queues.")] = "point_queue"

    def __post_init__(self) -> None:
        if self.engine == "uxsim" and importlib.util.find_spec("uxsim") is None:
            raise ParameterError(
                "uxsim needs the optional package of that name: pip install 'swarmsec[uxsim]'", where="engine"
            )

    @property
    def signal_deviation(self) -> float:
        """That of a reading at the height of a peak."""
        return self.noise * self.load * self.capacity

    @property
    def seconds_per_round(self) -> float:
        """The parameter `minutes_per_round`, in seconds."""
        return 60.0 * self.minutes_per_round

    @property
    def facts(self) -> Mapping[str, Any]:
        """The green for each daemon, and a price of 1 for each vehicle per hour more."""
        return {"supply": self.capacity, "curvature": 1.0}

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The demand at the daemon's junction."""
        return (Column(name="demand", unit="vehicles per hour", low=0.0, help="Demand of the zone, per junction."),)

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The green that the daemon takes."""
        return (Column(name="green", unit="vehicles per hour", low=0.0, help="Vehicles that can pass its junction."),)

    def roles(self, n: int) -> Mapping[str, Ints]:
        """The zones of the city, and `outside`, both neighbors."""
        zones = divide(n, dict(zip(ZONES, WEIGHTS.tolist(), strict=True)))
        outside = np.concatenate([zones.pop(name) for name in ZONES[CITY_ZONES:]])
        return zones | {"outside": outside}

    def begin(self, view: WorldView) -> None:
        """Draw the demand of all rounds, and open the streets twice: for the swarm and for the center."""
        self._rng, self._n, self._round = view.rng, view.n, 0
        zones = divide(view.n, dict(zip(ZONES, WEIGHTS.tolist(), strict=True)))
        self._zone: Ints = np.repeat(np.arange(len(ZONES), dtype=np.int32), [len(zones[name]) for name in ZONES])
        self._junctions = self._by_zone(np.ones(view.n))
        self._total = view.n * self.capacity
        model = Demand(
            peak=self._total * self.load,
            base=self.base,
            district_peak=self.district_peak,
            day_noise=self.day_noise,
            events=self.events,
            surge=self.surge,
        )
        hours = np.arange(view.rounds, dtype=np.float64) * (self.minutes_per_round / 60.0)
        self._demand = model.drawn(hours, view.rng)
        streets = self._streets(view)
        self._city = City(streets, self._queues(view), packs=True)
        self._central_city = City(streets, self._queues(view), packs=False)
        self._held: Floats = np.full((view.n, 1), self.capacity)
        self._controller = Controller(
            self.controller,
            junctions=self._junctions,
            total=self._total,
            cap=self.cap,
            age=min(round(self.controller_minutes / self.minutes_per_round), view.rounds),
        )

    def sense(self) -> Floats:
        """(n, 1) the demand at each junction with the noise of its detector, vehicles per hour."""
        demand = self._demand[self._round] / np.maximum(self._junctions, 1.0)
        errors = 1.0 + self.noise * self._rng.standard_normal(self._n)
        readings: Floats = np.maximum(demand[self._zone] * errors, 0.0)[:, None]
        return readings

    def decide(self, state: Floats) -> Floats:
        """The green that each daemon takes, from its proposal: (n, 1) → (n, 1); for NaN an equal part."""
        taken: Floats = np.clip(np.where(np.isnan(state), self.capacity, state), 0.0, self._total)
        return taken

    def feasible(self, decisions: Floats) -> Floats:
        """No zone has more than the cap, and all together no more green than there is: (n, 1) → (n, 1)."""
        taken = np.clip(decisions[:, 0], 0.0, self._total)
        asked = self._by_zone(taken)
        given = rationed(asked, self._total, cap=self.cap)
        scale = np.divide(given, asked, out=np.zeros_like(asked), where=asked > 0.0)
        return (taken * scale[self._zone])[:, None]

    def neutral(self, decisions: Floats) -> Floats:
        """Keep the last plan."""
        return self._held.copy()

    def observed(self) -> Observed:
        """The shares of the zones and the city's queue; each daemon's green, and its part of its zone's queue."""
        waiting = self._city.waiting / np.maximum(self._junctions, 1.0)
        return Observed(
            public={"district_share": float(self._share[0]), "waiting": float(self._city.waiting[:CITY_ZONES].sum())},
            own={"green": self._held[:, 0], "queue": waiting[self._zone]},
        )

    def apply(self, decisions: Floats) -> Outcome:
        """Let one round pass in the city of the swarm and in that of the center."""
        self._held = self.feasible(decisions)
        self._share: Floats = self._by_zone(self._held[:, 0]) / self._total
        demand, city = self._demand[self._round], self._city
        city.step(demand, self._share)
        self._central_city.step(demand, self._controller.shares())
        self._round += 1
        queue = city.waiting
        return Outcome(
            bills=self._bills(city),
            metrics={
                "commute_minutes": _per_trip(city.travel_hours, city.trips),
                "wait_minutes": _per_trip(city.waiting_hours, city.trips),
                "trips": city.trips,
                "waiting": float(queue[:CITY_ZONES].sum()),
                "district_waiting": float(queue[0]),
                "district_share": float(self._share[0]),
                "largest_share": float(self._share.max()),
                "outside_share": float(self._share[CITY_ZONES:].sum()),
                "unused_share": float(max(1.0 - self._share.sum(), 0.0)),
                "lost_green": city.lost_green,
                "route_minutes": city.route_minutes,
                "first_corridor_vph": city.first_flow,
            },
        )

    def hear(self, signals: Floats) -> None:
        """The center keeps the mean reading of each zone."""
        self._controller.hear(self._by_zone(signals[:, 0]))

    def central(self) -> Mapping[str, float]:
        """The bills of the central controller."""
        return self._bills(self._central_city)

    def _by_zone(self, values: Floats) -> Floats:
        """(n,) → (zones,) sums."""
        return np.bincount(self._zone, weights=values, minlength=len(ZONES)).astype(np.float64)

    def _bills(self, city: City) -> dict[str, float]:
        cost = self.value_of_time * city.travel_hours + self.energy_usd * city.energy_kwh
        return {"cost_usd": cost, "travel_hours": city.travel_hours, "energy_kwh": city.energy_kwh}

    def _streets(self, view: WorldView) -> Streets:
        in_city: Bools = view.billed & (self._zone < CITY_ZONES)
        daemons = self._by_zone(in_city.astype(np.float64))
        return Streets(
            capacity=self._total,
            trip_minutes=self.trip_minutes,
            corridors=Corridors(
                free=(self.corridor_free[0], self.corridor_free[1]),
                delay=(self.corridor_delay[0], self.corridor_delay[1]),
                power=self.corridor_power,
                fixed=(self.corridor_fixed[0], self.corridor_fixed[1]),
                shortcut=self.shortcut,
            ),
            first_share=self.first_corridor,
            switch_loss=self.switch_loss,
            hours=self.minutes_per_round / 60.0,
            billed=daemons / np.maximum(self._junctions, 1.0),
            daemons=daemons,
            sizes=self._junctions / view.n,
            server_kw=self.server_kw,
            idle=self.idle,
            utilization=self.utilization,
            sleep=self.sleep,
        )

    def _queues(self, view: WorldView) -> Queues:
        hours = self.minutes_per_round / 60.0
        if self.engine == "uxsim":
            from swarmsec.worlds._uxsim import SignalGrid

            return SignalGrid(capacity=self._total, hours=hours, rounds=view.rounds)
        return PointQueues(APPROACHES, hours=hours)


def _per_trip(hours: float, trips: float) -> float:
    """Minutes a trip."""
    return 60.0 * hours / trips if trips else 0.0

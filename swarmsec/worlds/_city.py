"""The streets of a city under one plan of green shares: queues, travel time, energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from swarmsec.worlds._demand import CITY_ZONES, ZONES

if TYPE_CHECKING:
    from swarmsec.arrays import Floats
    from swarmsec.worlds._corridors import Corridors
    from swarmsec.worlds._queues import Queues

APPROACHES = len(ZONES) + 1
"""Two corridors lead into the district; every other zone has one approach."""

DATA_CENTERS = 3
BPR_DELAY, BPR_POWER = 0.15, 4.0
"""The curve of the Bureau of Public Roads: a trip takes 15% longer if demand equals capacity."""

_LOST_AT_MOST = 0.5
"""The largest part of its green that a zone loses in a change of plan."""

_CHOICE_CAPACITY_MIN = 1e-3
"""Of the city's capacity: drivers choose corridors as if each had at least this part."""


@dataclass(frozen=True, kw_only=True)
class Streets:
    """What does not change in a run.

    Attributes:
        capacity: Vehicles per hour that pass all approaches together.
        trip_minutes: A trip through empty streets.
        corridors: The corridors into the district.
        first_share: The part of the district's green that its first corridor gets.
        switch_loss: The green that is lost per unit of green that moves to or from a zone.
        hours: The length of a round.
        billed: (zones,) the part of each zone that is billed.
        daemons: (zones,) the billed daemons of each zone.
        sizes: (zones,) the part of all daemons in each zone.
        server_kw: The power of a busy server; every daemon has one.
        idle: The power of an idle server as a share of that.
        utilization: The utilization to which working servers are filled before another is switched on.
        sleep: The power of a sleeping server as a share of a busy one's.
    """

    capacity: float
    trip_minutes: float
    corridors: Corridors
    first_share: float
    switch_loss: float
    hours: float
    billed: Floats
    daemons: Floats
    sizes: Floats
    server_kw: float
    idle: float
    utilization: float
    sleep: float


class City:
    """The city under one controller, and its bill so far.

    Attributes:
        travel_hours: The hours that vehicles have spent on their way to billed zones.
        waiting_hours: The part of them that was spent in queues.
        energy_kwh: The energy of the servers.
        trips: The vehicles that have set out to billed zones.
        capacities: (zones,) vehicles per hour that can pass in this round, lost green taken off.
        route_minutes: The minutes into the district, by the estimate of drivers.
        first_flow: Vehicles per hour that choose the first corridor.
    """

    def __init__(self, streets: Streets, queues: Queues, *, packs: bool) -> None:
        self.streets, self.queues, self._packs = streets, queues, packs
        self.travel_hours = self.waiting_hours = self.energy_kwh = self.trips = 0.0
        self.route_minutes = self.first_flow = self.lost_green = 0.0
        self.capacities: Floats = streets.capacity * streets.sizes
        self._shares: Floats | None = None

    def step(self, demand: Floats, shares: Floats) -> None:
        """Let one round pass.

        Args:
            demand: (zones,) vehicles per hour.
            shares: (zones,) of the green of all approaches, at most 1 together.
        """
        streets = self.streets
        moved = np.abs(shares - self._shares) if self._shares is not None else np.zeros(len(ZONES))
        lost = np.minimum(streets.switch_loss * moved, _LOST_AT_MOST * shares)
        self._shares, self.lost_green = shares, float(lost.sum())
        self.capacities = streets.capacity * (shares - lost)
        flows, capacities = self._by_approach(demand)
        waited = _by_zone(self.queues.step(flows, capacities))
        moving = streets.hours * _by_zone(flows * self._minutes(flows, capacities)) / 60.0
        self.waiting_hours += float(streets.billed @ waited)
        self.travel_hours += float(streets.billed @ (waited + moving))
        self.trips += float(streets.billed @ demand) * streets.hours
        self.energy_kwh += self._kilowatts(demand) * streets.hours

    @property
    def waiting(self) -> Floats:
        """(zones,) the vehicles in queues."""
        return _by_zone(self.queues.waiting)

    def _by_approach(self, demand: Floats) -> tuple[Floats, Floats]:
        """(approaches,) flows and capacities; drivers into the district choose between its two corridors."""
        streets = self.streets
        own = streets.first_share * self.capacities[0], (1.0 - streets.first_share) * self.capacities[0]
        least = _CHOICE_CAPACITY_MIN * streets.capacity
        estimated = max(own[0], least), max(own[1], least)
        (first, second), self.route_minutes = streets.corridors.equilibrium(float(demand[0]), estimated)
        self.first_flow = first
        return np.concatenate([[first, second], demand[1:]]), np.concatenate([own, self.capacities[1:]])

    def _minutes(self, flows: Floats, capacities: Floats) -> Floats:
        """(approaches,) minutes of a trip without the queue; the queue takes over where flow exceeds capacity."""
        streets, routes = self.streets, self.streets.corridors
        saturation = np.minimum(flows / np.maximum(capacities, np.maximum(flows, 1e-300)), 1.0)
        minutes = streets.trip_minutes * (1.0 + BPR_DELAY * saturation**BPR_POWER)
        for link in (0, 1):
            congestible = routes.free[link] + routes.delay[link] * saturation[link] ** routes.power
            minutes[link] = routes.fixed[link] + congestible
        return minutes

    def _kilowatts(self, demand: Floats) -> float:
        """The power of the billed daemons' servers, which three data centers hold.

        A server works on the vehicles that its zone sees, in motion and in queues. Work within a data center is packed
        on as few servers as it needs, or spread over all.
        """
        streets, total = self.streets, 0.0
        seen = (demand + self.waiting) / streets.capacity
        for center in range(DATA_CENTERS):
            zones = np.arange(center, CITY_ZONES, DATA_CENTERS)
            size = float(streets.sizes[zones].sum())
            load = min(float(seen[zones].sum()) / size, 1.0) if size else 0.0
            active = min(load / streets.utilization, 1.0) if self._packs else 1.0
            used = load / active if active else 0.0
            power = active * (streets.idle + (1.0 - streets.idle) * used) + streets.sleep * (1.0 - active)
            total += streets.server_kw * float(streets.daemons[zones].sum()) * power
        return total


def _by_zone(values: Floats) -> Floats:
    """(approaches,) → (zones,) the sum over the approaches of each zone."""
    return np.concatenate([[values[0] + values[1]], values[2:]])

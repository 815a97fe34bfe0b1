"""The demand for travel of a city's zones over its days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from swarmsec.arrays import Floats, Ints

ZONES = (
    "district",
    "harbor",
    "airport",
    "north",
    "east",
    "south",
    "west",
    "campus",
    "outside_north",
    "outside_west",
)
"""The zones: eight of the city, of which the first is the financial district, and two neighbor municipalities."""

CITY_ZONES = 8
WEIGHTS: Floats = np.array([0.3] + 7 * [0.6 / 7] + 2 * [0.05])
"""(zones,) the share of each zone in the demand, except for the morning of the district."""

_MORNING_HOUR, _EVENING_HOUR, _PEAK_WIDTH_HOURS = 8.5, 18.0, 1.2
_EVENT_HOURS = 1.5
_EVENT_FIRST_HOUR, _EVENT_LAST_HOUR = 9.0, 21.0


@dataclass(frozen=True, kw_only=True)
class Demand:
    """The demand for travel into each zone.

    Attributes:
        peak: The demand of all zones at the height of a peak, vehicles per hour.
        base: The demand at night as a share of the peak.
        district_peak: How many times its usual weight the district has in the morning.
        day_noise: The standard deviation of the logarithm of a zone's demand between days.
        events: The number of events a day, each in one zone of the city.
        surge: The largest factor by which an event raises the demand of its zone.
    """

    peak: float
    base: float
    district_peak: float
    day_noise: float
    events: int
    surge: float

    def drawn(self, hours: Floats, rng: np.random.Generator) -> Floats:
        """(rounds, zones) vehicles per hour at these hours since the first midnight, (rounds,)."""
        day = np.floor(hours / 24.0).astype(np.int32)
        days = int(day.max(initial=0)) + 1
        noise = np.exp(self.day_noise * rng.standard_normal((days, len(ZONES))) - self.day_noise**2 / 2)
        return self._usual(hours % 24.0) * noise[day] * self._events(hours % 24.0, day, days, rng)

    def _usual(self, clock: Floats) -> Floats:
        """(rounds, zones) the demand of an average day."""
        morning, evening = (_bell((clock - hour) / _PEAK_WIDTH_HOURS) for hour in (_MORNING_HOUR, _EVENING_HOUR))
        weights = np.broadcast_to(WEIGHTS, (len(clock), len(ZONES))).copy()
        weights[:, 0] *= 1.0 + (self.district_peak - 1.0) * morning
        weights /= weights.sum(axis=1, keepdims=True)
        shape = self.base + (1.0 - self.base) * (morning + evening)
        return self.peak * shape[:, None] * weights

    def _events(self, clock: Floats, day: Ints, days: int, rng: np.random.Generator) -> Floats:
        """(rounds, zones) the factor of the demand by events: 1 without one."""
        zone = rng.integers(CITY_ZONES, size=(days, self.events))
        start = rng.uniform(_EVENT_FIRST_HOUR, _EVENT_LAST_HOUR, (days, self.events))
        factor = 1.0 + (self.surge - 1.0) * rng.uniform(0.5, 1.0, (days, self.events))
        factors = np.ones((len(clock), len(ZONES)))
        for event in np.ndindex(days, self.events):
            now = (day == event[0]) & (clock >= start[event]) & (clock < start[event] + _EVENT_HOURS)
            factors[now, zone[event]] *= factor[event]
        return factors


def _bell(z: Floats) -> Floats:
    bell: Floats = np.exp(-0.5 * z * z)
    return bell

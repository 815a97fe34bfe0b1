"""Prices of electricity by region: a day's shape, a log-normal walk, a hydro regime, and spikes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats

KWH_PER_PFH = 0.79
"""Electricity for a petaflop-hour."""

NOK_PER_USD = 10.56
"""Mean rate of 2023."""


class Region(NamedTuple):
    """A region that sells compute.

    Attributes:
        name: Its name.
        usd_per_kwh: The mean price of electricity.
        carbon: Emissions, kg CO2 per kWh.
        supply: Petaflop-hours that it sells per hour, as a share of the swarm's mean demand.
        hours_east: Its local time minus UTC.
        swing: The amplitude of the day's shape, as a share of the mean.
        has_hydro: Whether it has the hydro regime.
        has_spikes: Whether its price has spikes.
    """

    name: str
    usd_per_kwh: float
    carbon: float
    supply: float
    hours_east: float
    swing: float
    has_hydro: bool = False
    has_spikes: bool = False


REGIONS = (
    Region("norway", 0.90 / NOK_PER_USD, 0.03, 0.40, 1.0, 0.15, has_hydro=True),
    Region("iceland", 0.043, 0.03, 0.15, 0.0, 0.0),
    Region("quebec", 0.040, 0.03, 0.25, -5.0, 0.0),
    Region("texas", 0.065, 0.37, 0.40, -6.0, 0.25, has_spikes=True),
    Region("germany", 0.103, 0.38, 0.40, 1.0, 0.25),
)
NAMES = tuple(region.name for region in REGIONS)
EVENING = 19.0
"""The local hour at which a region's price is highest."""


def normal_and_peak(share: float, multiplier: float) -> tuple[float, float]:
    """The price outside of peak hydro and at peak hydro, as multiples of the mean of both.

    The price at peak is `multiplier` times that outside, and the mean is 1: (1 − f) a + f m a = 1.

    Examples:
        >>> normal, peak = normal_and_peak(0.288, 0.25)
        >>> round(peak - 1, 6)
        -0.681122
    """
    normal = 1.0 / (1.0 - share + share * multiplier)
    return normal, multiplier * normal


@dataclass(frozen=True, kw_only=True)
class EnergyPrices:
    """The random prices of all regions.

    Attributes:
        hours: The length of a round.
        deviation: Standard deviation of the logarithm of a price around its mean.
        relaxation: Hours after which a deviation has faded to 1/e.
        peak_share: The share of time at peak hydro.
        peak_multiplier: The price at peak hydro, as a multiple of that outside.
        peak_hours: The mean length of a peak.
        spikes_per_day: Spikes that begin per day.
        spike: The factor of the price in a spike.
        spike_hours: The mean length of a spike.
    """

    hours: float
    deviation: float
    relaxation: float
    peak_share: float
    peak_multiplier: float
    peak_hours: float
    spikes_per_day: float
    spike: float
    spike_hours: float

    def draw(self, rounds: int, rng: np.random.Generator) -> tuple[Floats, Bools]:
        """The prices, (rounds, R) USD per petaflop-hour, and whether it is peak hydro, (rounds,)."""
        noise, chance = rng.standard_normal((rounds, len(REGIONS))), rng.random((rounds, 2))
        peak = two_states(chance[:, 0], self.peak_share, self.hours / self.peak_hours)
        share = self.spikes_per_day * self.spike_hours / 24.0
        spiking = two_states(chance[:, 1], min(share, 1.0), self.hours / self.spike_hours)
        level = self.shape(rounds) * log_walk(noise, self.deviation, self.hours / self.relaxation)
        normal, at_peak = normal_and_peak(self.peak_share, self.peak_multiplier)
        for number, region in enumerate(REGIONS):
            if region.has_hydro:
                level[:, number] *= np.where(peak, at_peak, normal)
            if region.has_spikes:
                level[:, number] *= np.where(spiking, self.spike, 1.0)
        mean = np.array([KWH_PER_PFH * region.usd_per_kwh for region in REGIONS])
        return mean * level, peak

    def shape(self, rounds: int) -> Floats:
        """(rounds, R) the day's shape: highest in the evening of each region, with the mean 1 over a day."""
        utc = self.hours * np.arange(rounds)[:, None]
        local = utc + np.array([region.hours_east for region in REGIONS])
        swing = np.array([region.swing for region in REGIONS])
        shape: Floats = 1.0 + swing * np.cos(2.0 * np.pi * (local - EVENING) / 24.0)
        return shape


def log_walk(noise: Floats, deviation: float, step: float) -> Floats:
    """exp(x − s²/2) of Ornstein–Uhlenbeck processes x with the stationary deviation s, which start stationary: mean 1.

    x(t + 1) = a x(t) + s √(1 − a²) ε, a = exp(−step): exact at any length of a round.

    Args:
        noise: (rounds, k) standard normal numbers.
        deviation: s.
        step: The length of a round, as a share of the relaxation time.
    """
    a = math.exp(-step)
    walk = np.empty_like(noise)
    now = deviation * noise[0]
    for number, epsilon in enumerate(noise):
        now = now if number == 0 else a * now + deviation * math.sqrt(1.0 - a * a) * epsilon
        walk[number] = now
    level: Floats = np.exp(walk - 0.5 * deviation**2)
    return level


def two_states(chance: Floats, share: float, leave: float) -> Bools:
    """(rounds,) a stationary Markov chain of two states that is on for `share` of the time.

    Args:
        chance: (rounds,) uniform numbers from 0 to 1.
        share: The probability of on.
        leave: The probability to leave on in a round, at most 1; less if off could not follow so often.
    """
    if not 0.0 < share < 1.0:
        return np.full(len(chance), share >= 1.0)
    leave = min(leave, 1.0, (1.0 - share) / share)
    enter = leave * share / (1.0 - share)
    states = np.empty(len(chance), dtype=np.bool_)
    on = False
    for number, u in enumerate(chance.tolist()):
        on = u < share if number == 0 else (u >= leave if on else u < enter)
        states[number] = on
    return states

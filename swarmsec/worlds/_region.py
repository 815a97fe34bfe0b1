"""A cloud region: its load, its faults, the people who repair and reset it, and what is served."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats, Ints

MINUTES_PER_DAY = 1440


class LognormalMinutes(NamedTuple):
    """A duration exp(N(log median, spread²)), in minutes."""

    median: float
    spread: float

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """(size,) durations, minutes."""
        return self.median * np.exp(self.spread * rng.standard_normal(size))


@dataclass(frozen=True, eq=False)
class Events:
    """What happens to a region in a run, whatever anybody decides.

    Attributes:
        load: (rounds,) the load, as a share of the capacity of the region.
        fault_start: (k,) the round in which each fault occurs, ascending.
        fault_minutes: (k,) how long people need to repair it.
        answer_minutes: (rounds,) the time from the start of an outage to a reset by people, if it starts in that round.
    """

    load: Floats
    fault_start: Ints
    fault_minutes: Floats
    answer_minutes: Floats


def daily_load(rounds: int, *, mean: float, swing: float, peak_hour: float) -> Floats:
    """(rounds,) a load that rises and falls once a day, `mean` (1 + `swing` cos), one round a minute from midnight."""
    hours = np.arange(rounds) / 60.0
    load: Floats = mean * (1.0 + swing * np.cos(2.0 * math.pi * (hours - peak_hour) / 24.0))
    return load


def arrivals(rng: np.random.Generator, per_day: float, rounds: int) -> Ints:
    """(k,) the rounds of a Poisson process, ascending."""
    counts = rng.poisson(per_day / MINUTES_PER_DAY, rounds)
    return np.repeat(np.arange(rounds, dtype=np.int32), counts)


def add_spikes(load: Floats, starts: Ints, minutes: Floats, height: float) -> Floats:
    """(rounds,) the load with a plateau of `height` from each start on; those that overlap do not add up."""
    raised = np.zeros(len(load))
    for start, length in zip(starts.tolist(), minutes.tolist(), strict=True):
        raised[start : start + math.ceil(min(length, len(load)))] = height
    return load + raised


@dataclass(frozen=True, kw_only=True)
class Plant:
    """The constants of a region; see the parameters of the world `daemons`."""

    outage_below: float
    throttle: float
    fault_need: float
    daemon_repair: float
    moved_per_share: float
    neighbor_spare: float
    hold: int
    outage_usd: float
    goodput_usd: float


class Need(NamedTuple):
    """The shares that the storage and the latency daemons would have to recruit for what is truly wrong."""

    storage: float
    latency: float


class Region:
    """A region that is run with some recruited shares, and its bill.

    Attributes:
        served_share: The share of the load that was served in the last round.
        outage_minutes: So far.
        longest_outage: The longest outage so far, minutes.
        fault_minutes: The sum of the minutes so far in which each fault was open.
        lost: The load so far that was not served, in minutes of the region's capacity.
        resets: How often people reset it so far.
    """

    def __init__(self, plant: Plant, events: Events) -> None:
        self._plant, self._events = plant, events
        self._left = events.fault_minutes.copy()
        self._outage_since: int | None = None
        self._held_until = 0
        self.served_share = 1.0
        self.outage_minutes = self.longest_outage = self.resets = 0
        self.fault_minutes = self.lost = 0.0

    @property
    def cost_usd(self) -> float:
        """The bill so far."""
        return (self._plant.outage_usd * self.outage_minutes + self._plant.goodput_usd * self.lost) / 60.0

    def held(self, round: int) -> bool:
        """Whether people have switched recruitment off."""
        return round < self._held_until

    def open_faults(self, round: int) -> int:
        """The number of faults that are not repaired at the start of a round."""
        known = int(np.searchsorted(self._events.fault_start, round, side="right"))
        return int(np.count_nonzero(self._left[:known] > 0.0))

    def need(self, round: int) -> Need:
        """What would have to be recruited in a round."""
        over = min(max(float(self._events.load[round]) - 1.0, 0.0), self._plant.neighbor_spare)
        return Need(self._plant.fault_need * self.open_faults(round), over / self._plant.moved_per_share)

    def step(self, round: int, u: float, v: float) -> None:
        """Run a minute with the shares `u` of storage and `v` of latency daemons recruited."""
        plant, load, need = self._plant, float(self._events.load[round]), self.need(round)
        working = self._repair(round, min(u / need.storage, 1.0) if need.storage else 0.0)
        moved = plant.moved_per_share * min(v, need.latency)
        served = moved + min(load - moved, 1.0 - u) * (1.0 - v / 2.0) * working
        self.served_share = served / load
        self.lost += load - served
        self._answer(round, out=self.served_share < plant.outage_below)

    def _repair(self, round: int, manned: float) -> float:
        """Repair the open faults for a minute; returns what share of the service they leave."""
        known = int(np.searchsorted(self._events.fault_start, round, side="right"))
        speed = 1.0 + manned * (1.0 / self._plant.daemon_repair - 1.0)
        left = self._left[:known]
        minutes = np.minimum(left / speed, 1.0)  # Of this round, in which each fault is still open.
        self.fault_minutes += float(minutes.sum())
        np.maximum(left - speed, 0.0, out=left)
        return float(np.prod(1.0 - self._plant.throttle * minutes))

    def _answer(self, round: int, *, out: bool) -> None:
        """Count an outage, and reset the region once it has lasted until people have found the cause."""
        if not out:
            self._outage_since = None
            return
        self.outage_minutes += 1
        since = self._outage_since = round if self._outage_since is None else self._outage_since
        self.longest_outage = max(self.longest_outage, round + 1 - since)
        begun = max(since, self._held_until)  # After a reset they start over.
        if round + 1 - begun >= self._events.answer_minutes[begun]:
            self.resets += 1
            self._held_until = round + 1 + self._plant.hold

"""The tasks that arrive at the desks of a swarm: when, how large, what they are worth, and where their data is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from swarmsec.arrays import Floats, Ints

DAY_HOURS = 24.0


@dataclass(frozen=True, kw_only=True)
class TaskStream:
    """All tasks of a run; desk j posts its tasks one after the other. T is the largest number of tasks of a desk.

    Attributes:
        desks: (D,) the daemons at whose feed tasks arrive.
        n: The number of daemons.
        start: (D, T) the first round in which each task is open.
        stop: (D, T) the first round in which it is closed again.
        size: (D, T) k, the number of daemons that it needs.
        value: (D, T) its value, USD per daemon-hour.
        target: (D, T, d) where its data is: the point with the lowest loss.
    """

    desks: Ints
    n: int
    start: Ints
    stop: Ints
    size: Ints
    value: Floats
    target: Floats

    def open(self, round: int) -> tuple[Ints, Ints]:
        """The open tasks of a round: (k,) rows of `desks`, and (k,) the number of the task at its desk."""
        return np.nonzero((self.start <= round) & (round < self.stop))

    def number(self, desk: Ints, task: Ints) -> Floats:
        """(k,) the numbers by which daemons know tasks: 1 + desk + n · (number of the task at its desk)."""
        return 1.0 + self.desks[desk] + float(self.n) * task


def desks_of(n: int, per_desk: int) -> Ints:
    """(D,) the daemons that are desks, one of `per_desk`, at least one, at equal distances."""
    count = max(n // per_desk, 1)
    return (np.arange(count, dtype=np.int64) * n // count).astype(np.int32)


def drawn_tasks(
    rng: np.random.Generator,
    desks: Ints,
    n: int,
    rounds: int,
    *,
    hours_per_round: float,
    lifetime_hours: tuple[float, float],
    gap_hours: float,
    sizes: tuple[int, int],
    values: tuple[float, float],
    reach: float,
    dimension: int,
) -> TaskStream:
    """Draw the tasks of a run.

    A desk is idle for an exponential time of mean g (1 + cos(2π h / 24)) before each task, h the hour of the day: more
    work arrives at noon than at midnight.
    """
    count = len(desks)
    shortest = max(round(lifetime_hours[0] / hours_per_round), 1)
    most = rounds // shortest + 2
    length = rng.uniform(*lifetime_hours, (count, most))
    idle = rng.exponential(1.0, (count, most))
    size = rng.integers(sizes[0], sizes[1] + 1, (count, most)).astype(np.int32)
    value = rng.uniform(*values, (count, most))
    target = rng.uniform(-reach, reach, (count, most, dimension))
    start, stop = np.empty((count, most), dtype=np.int32), np.empty((count, most), dtype=np.int32)
    hour = -rng.uniform(0.0, lifetime_hours[1], count)  # Some tasks began before the first round.
    for task in range(most):
        hour = hour + gap_hours * (1.0 + np.cos(2.0 * np.pi * hour / DAY_HOURS)) * idle[:, task]
        start[:, task] = np.ceil(np.minimum(hour / hours_per_round, rounds + 1))
        hour = hour + length[:, task]
        stop[:, task] = np.ceil(np.minimum(hour / hours_per_round, rounds + 1))
    return TaskStream(desks=desks, n=n, start=start, stop=stop, size=size, value=value, target=target)

"""What the groups of a swarm achieve in a round, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.objectives import loss


class OpenTasks(NamedTuple):
    """The open tasks of a round, one row a task.

    Attributes:
        number: (t,) the number by which daemons know it.
        desk: (t,) the daemon at whose feed it arrived.
        size: (t,) how many daemons it needs.
        value: (t,) USD per daemon-hour.
        target: (t, d) the point with the lowest loss.
    """

    number: Floats
    desk: Ints
    size: Ints
    value: Floats
    target: Floats


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What work costs.

    Attributes:
        hours: The length of a round.
        objective: The loss of a point.
        worthless: The loss from which work is worth nothing.
        petaflops: The speed of a daemon, petaflop/s.
        kilowatts: The power of a daemon that works.
    """

    hours: float
    objective: str
    worthless: float
    petaflops: float
    kilowatts: float

    def loss_of(self, points: Floats) -> Floats:
        """(k,) the loss of points, (k, d), relative to the target."""
        return loss(self.objective, points)


@dataclass(kw_only=True)
class Work:
    """The amounts of a round, or of many rounds added up; those in USD are of billed daemons and desks only."""

    undone_usd: float = 0.0
    excess_usd: float = 0.0
    wasted_petaflop_hours: float = 0.0
    posted_usd: float = 0.0
    done_usd: float = 0.0
    done_hours: float = 0.0
    energy_kwh: float = 0.0
    worked_hours: float = 0.0
    loss_hours: float = 0.0
    groups: float = 0.0
    ruined_groups: float = 0.0
    surplus: float = 0.0
    numbers: Floats = field(default_factory=lambda: np.empty(0), compare=False)

    def add(self, other: Work) -> None:
        """Add the amounts of a round."""
        for each in fields(self):
            if each.name != "numbers":
                setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    @property
    def mean_loss(self) -> float:
        """The mean loss of all work; 0 without work."""
        return self.loss_hours / self.worked_hours if self.worked_hours > 0 else 0.0

    @property
    def kwh_per_hour(self) -> float:
        """Energy per daemon-hour of good work; 0 without any."""
        return self.energy_kwh / self.done_hours if self.done_hours > 0 else 0.0


def work_of(decisions: Floats, tasks: OpenTasks, spare: Floats, billed: Bools, prices: Prices) -> Work:
    """The work of a round.

    A task of size k with m workers has k slots; each worker fills the share min(1, k/m) of one, as far as its spare
    capacity goes. Its work is worth 1 − min(1, loss / worthless). Slots of daemons that are not billed, and tasks of
    desks that are not billed, count as if they were not there.

    Args:
        decisions: (n, 1 + d) the number of the task that each daemon works on, and its point.
        tasks: The open tasks.
        spare: (n,) the spare capacity of each daemon, 0 to 1.
        billed: (n,) whether a daemon is billed.
        prices: What work costs.
    """
    t, hours = len(tasks.number), prices.hours
    row = rows_of(tasks.number, decisions[:, 0])
    works = row >= 0
    on = row[works]
    workers = np.bincount(on, minlength=t)
    part = np.minimum(1.0, tasks.size / np.maximum(workers, 1))
    found = prices.loss_of(decisions[works, 1:] - tasks.target[on])
    bad = np.minimum(1.0, found / prices.worthless)
    mine, desk_billed = billed[works], billed[tasks.desk]
    slots = part[on]
    able = np.where(mine, spare[works], 1.0)
    filled = np.bincount(on, slots * able, minlength=t)
    posted = desk_billed * tasks.value * hours
    counts = mine & desk_billed[on]
    worth = np.where(counts, tasks.value[on] * hours * slots * able, 0.0)
    useful = slots * (bad < 1.0)
    strays = (decisions[:, 0] > 0) & ~works & billed
    formed, ruin = np.bincount(on[mine], minlength=t), np.bincount(on[mine], bad[mine] >= 1.0, minlength=t)
    return Work(
        undone_usd=float((posted * np.maximum(tasks.size - filled, 0.0)).sum()),
        excess_usd=float((worth * bad).sum()),
        wasted_petaflop_hours=prices.petaflops * hours * (float((1.0 - useful)[counts].sum()) + int(strays.sum())),
        posted_usd=float((posted * tasks.size).sum()),
        done_usd=float((worth * (1.0 - bad)).sum()),
        done_hours=hours * float((slots * able * (1.0 - bad))[counts].sum()),
        energy_kwh=prices.kilowatts * hours * (int(counts.sum()) + int(strays.sum())),
        worked_hours=hours * int(counts.sum()),
        loss_hours=hours * float(np.minimum(found, 1e6)[counts].sum()),
        groups=float((workers > 1).sum()),
        ruined_groups=float(((formed > 0) & (2 * ruin >= formed)).sum()),
        surplus=float(np.maximum(workers - tasks.size, 0).sum()),
        numbers=tasks.number[workers > 1],
    )


def rows_of(numbers: Floats, wanted: Floats) -> Ints:
    """(n,) the place in `numbers` of each wanted number; −1 if it is not there."""
    if not len(numbers):
        return np.full(len(wanted), -1)
    order = np.argsort(numbers)
    place = np.minimum(np.searchsorted(numbers[order], wanted), len(numbers) - 1)
    return np.where(numbers[order][place] == wanted, order[place], -1)

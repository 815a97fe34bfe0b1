"""Tasks that need temporary groups of daemons, which learn without gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.errors import ParameterError
from swarmsec.objectives import Objective
from swarmsec.parameters import Ge, Gt, Help, Interval, Unit
from swarmsec.teams.observed import Observed
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric, PublishedClaim
from swarmsec.worlds._group_work import OpenTasks, Prices, Work, rows_of, work_of
from swarmsec.worlds._hub import Hub
from swarmsec.worlds._supernode_claims import CLAIMS
from swarmsec.worlds._task_stream import DAY_HOURS, TaskStream, desks_of, drawn_tasks

_NUMBER_MAX = 1e15


@dataclass(kw_only=True)
class Supernodes(World):
    """Tasks arrive at desks; each needs a group of daemons that finds a point of low loss while the task is open.

    One daemon of `daemons_per_desk` is a desk. Its tasks follow one after the other: a task of size k is open for some
    hours, is worth `value` dollars per daemon-hour, and has its data at a target x*. The loss of a point is a black box
    to daemons, f(x) = objective(x − x*), with 0 the least (Rastrigin 1974 has a local minimum near every grid point).
    Idle times of a desk are exponential, with a mean of gap · (1 + cos 2π h/24) at the hour h. The spare capacity of
    a daemon goes down and up once a day, each in its own time zone.

    A daemon decides on a task and on the point at which it works. m workers fill k slots: each the share
    min(1, k/m) of one, times its spare capacity s_i. Work at a loss f is worth the share 1 − min(1, f / worthless):

        bill = Σ rounds, tasks  v h (k − Σ_i s_i min(1, k/m))                   what was not done
             + Σ rounds, i      v h s_i min(1, k/m) · min(1, f(x_i) / worthless)   the excess loss of the work
             + usd_per_petaflop_hour · wasted petaflop-hours,

    with h the hours of a round. Wasted is the time of daemons that work at a worthless point, beyond the size of a
    task (two groups on one task), or on a task that is closed. So a swarm that stands still pays the value of all
    tasks. Tasks at desks that are hijacked in the scenario, and slots filled by hijacked daemons, are not billed.

    `central` is a hub with the same feeds, which staffs all tasks with the best daemons of the whole swarm, and learns
    from all trials of a group with the same step. In a round it sends one message to each daemon and gets one from
    each: `hub_messages`, beside the engine's `messages`. `payload_mb` is the declared size of a message, and all
    figures in TB follow from it. A daemon is one accelerator: 0.3 petaflop/s and 0.4 kW (NVIDIA A100: 312 TFLOPS, 400
    W), about $1.5 an hour, so $5 a petaflop-hour. Kelly's shares of a good are in `exchange`; here a bid buys one slot.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="cost_usd", unit="USD", help="Value not done, excess loss, and wasted petaflop-hours."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="undone_usd", unit="USD", help="The part of the bill that was not done."),
        Metric(name="excess_loss_usd", unit="USD", help="The part of the bill that is the loss of the work."),
        Metric(name="wasted_usd", unit="USD", help="The part of the bill that is wasted petaflop-hours."),
        Metric(name="wasted_petaflop_hours", unit="petaflop-hours", help="Computed for nothing so far."),
        Metric(name="done_usd", unit="USD", help="The value of the work so far."),
        Metric(name="open_tasks", help="Open tasks.", axis="tasks", aggregation="mean"),
        Metric(name="groups", help="Tasks with two workers or more.", axis="tasks", aggregation="mean"),
        Metric(name="ruined_groups", help="Groups of which half works for nothing.", axis="tasks", aggregation="mean"),
        Metric(name="groups_formed", help="Groups that were formed so far."),
        Metric(name="surplus_workers", help="Daemons beyond the size of their task.", aggregation="mean"),
        Metric(name="mean_loss", help="Mean loss of the work of the round.", axis="loss", aggregation="mean"),
        Metric(name="work_hours", unit="daemon-hours", help="Good work so far."),
        Metric(name="energy_kwh", unit="kWh", help="Energy of the daemons that worked so far."),
        Metric(name="kwh_per_hour", unit="kWh", help="Energy so far per daemon-hour of good work."),
        Metric(name="hub_messages", unit="messages", help="Messages that a hub would have needed so far."),
        Metric(name="hub_tb_per_hour", unit="TB", help="What a hub would send and get in an hour.", aggregation="mean"),
        Metric(name="hub_work_hours", unit="daemon-hours", help="Good work of the hub so far."),
        Metric(name="hub_kwh_per_hour", unit="kWh", help="Energy of the hub's daemons per hour of good work."),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(title="Groups and their loss", figures=("open_tasks", "groups", "ruined_groups", "mean_loss")),
    )
    claims: ClassVar[tuple[PublishedClaim, ...]] = CLAIMS
    senses: ClassVar[str] = "task"
    decides: ClassVar[str] = "work"

    objective: Objective = "rastrigin"
    dimension: Annotated[int, Ge(1), Help("The number of components of a point.")] = 2
    daemons_per_desk: Annotated[int, Ge(1), Unit("daemons"), Help("One desk for this many daemons.")] = 10
    size_min: Annotated[int, Ge(1), Unit("daemons"), Help("The smallest size of a task.")] = 4
    size_max: Annotated[int, Ge(1), Unit("daemons"), Help("The largest size of a task.")] = 7
    hours_min: Annotated[float, Gt(0), Unit("hours"), Help("The shortest time for which a task is open.")] = 1.0
    hours_max: Annotated[float, Gt(0), Unit("hours"), Help("The longest time for which a task is open.")] = 3.0
    gap: Annotated[float, Ge(0), Unit("hours"), Help("Mean time between the tasks of a desk.")] = 0.5
    value_min: Annotated[float, Ge(0), Unit("USD per daemon-hour"), Help("The lowest value of a task.")] = 2.0
    value_max: Annotated[float, Ge(0), Unit("USD per daemon-hour"), Help("The highest value of a task.")] = 6.0
    reach: Annotated[float, Gt(0), Help("Targets are at most this far from 0 in each component.")] = 3.0
    worthless: Annotated[float, Gt(0), Help("The loss from which work is worth nothing.")] = 20.0
    spare_min: Annotated[float, Interval(gt=0, le=1), Help("The least spare capacity of a day, as a share.")] = 0.6
    minutes_per_round: Annotated[float, Gt(0), Unit("minutes"), Help("The length of a round.")] = 2.0
    petaflops: Annotated[float, Gt(0), Unit("petaflop/s"), Help("The speed of a daemon.")] = 0.3
    kilowatts: Annotated[float, Gt(0), Unit("kW"), Help("The power of a daemon that works.")] = 0.4
    usd_per_petaflop_hour: Annotated[float, Ge(0), Unit("USD"), Help("The price of a wasted petaflop-hour.")] = 5.0
    hub_exchanges: Annotated[float, Gt(0), Help("How often a hub exchanges with each daemon in a round.")] = 1.0
    payload_mb: Annotated[float, Gt(0), Unit("MB"), Help("The declared size of a message.")] = 17.0

    def __post_init__(self) -> None:
        for name in ("size", "hours", "value"):
            low, high = getattr(self, f"{name}_min"), getattr(self, f"{name}_max")
            if low > high:
                raise ParameterError(f"{low:g} is above {name}_max, {high:g}", where=f"{name}_min")

    @property
    def seconds_per_round(self) -> float:
        """The parameter `minutes_per_round`, in seconds."""
        return 60.0 * self.minutes_per_round

    @property
    def facts(self) -> Mapping[str, Any]:
        """The kind of loss, and the half width of the box in which all points are."""
        return {"objective": self.objective, "box": self._box}

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The task that a feed posts, 0 for none; its size, value and target; and the daemon's own spare capacity."""
        first = (
            Column(name="task", low=0.0, help="The number of the task that this daemon posts; 0 for none."),
            Column(name="size", unit="daemons", low=0.0),
            Column(name="value", unit="USD per daemon-hour", low=0.0),
            Column(name="spare", low=0.0, high=1.0),
        )
        return first + tuple(Column(name=f"target_{part}") for part in range(self.dimension))

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The number of the task that a daemon works on, 0 for none, and its point."""
        points = tuple(Column(name=f"point_{part}", low=-self._box, high=self._box) for part in range(self.dimension))
        return (Column(name="task", low=0.0, high=_NUMBER_MAX), *points)

    def roles(self, n: int) -> Mapping[str, Ints]:
        """The desks, and all other daemons."""
        desks = desks_of(n, self.daemons_per_desk)
        return {"desk": desks, "worker": np.setdiff1d(np.arange(n, dtype=np.int32), desks)}

    @property
    def _box(self) -> float:
        return 1.5 * self.reach

    @property
    def _hours(self) -> float:
        return self.minutes_per_round / 60.0

    def begin(self, view: WorldView) -> None:
        """Draw the tasks and the time zones of a run."""
        self._rng, self._n, self._billed, self._round = view.rng, view.n, view.billed, 0
        self._tasks: TaskStream = drawn_tasks(
            view.rng,
            desks_of(view.n, self.daemons_per_desk),
            view.n,
            view.rounds,
            hours_per_round=self._hours,
            lifetime_hours=(self.hours_min, self.hours_max),
            gap_hours=self.gap,
            sizes=(self.size_min, self.size_max),
            values=(self.value_min, self.value_max),
            reach=self.reach,
            dimension=self.dimension,
        )
        self._zone = view.rng.uniform(0.0, 1.0, view.n)
        self._hub = Hub(
            self._tasks.desks,
            view.n,
            objective=self.objective,
            box=self._box,
            particles=self.size_max,
            dimension=self.dimension,
        )
        self._prices = Prices(
            hours=self._hours,
            objective=self.objective,
            worthless=self.worthless,
            petaflops=self.petaflops,
            kilowatts=self.kilowatts,
        )
        self._total, self._central = Work(), Work()
        self._working, self._formed = np.empty(0), 0
        self._heard = np.zeros((view.n, 1 + self.dimension))
        self._own_loss, self._job = np.zeros(view.n), np.zeros(view.n)
        self._open = self._opened()

    def _opened(self) -> OpenTasks:
        """The tasks that are open in this round."""
        desk, task = self._tasks.open(self._round)
        stream = self._tasks
        number = stream.number(desk, task)
        return OpenTasks(
            number, stream.desks[desk], stream.size[desk, task], stream.value[desk, task], stream.target[desk, task]
        )

    def _spare(self) -> Floats:
        """(n,) the spare capacity of each daemon in this round."""
        day = self._round * self._hours / DAY_HOURS
        spare: Floats = self.spare_min + (1.0 - self.spare_min) * 0.5 * (1.0 + np.cos(2.0 * np.pi * (day + self._zone)))
        return spare

    def sense(self) -> Floats:
        """(n, 4 + d) the open task of each desk, zeros elsewhere; and each daemon's spare capacity."""
        self._open = self._opened()
        signals = np.zeros((self._n, 4 + self.dimension))
        desk = self._open.desk
        signals[desk, 0], signals[desk, 1], signals[desk, 2] = self._open.number, self._open.size, self._open.value
        signals[desk, 4:] = self._open.target
        signals[:, 3] = self._spare()
        shape = (len(self._tasks.desks), self.size_max, self.dimension)
        self._starts, self._steps = self._rng.uniform(-1.0, 1.0, shape), self._rng.standard_normal(shape)
        return signals

    def decide(self, state: Floats) -> Floats:
        """(n, 1 + d) the job and the point of a proposal (job, offer, bid, price, point); no job for NaN."""
        decisions = np.hstack([state[:, :1], state[:, 4:]])
        bad = np.isnan(decisions).any(axis=1, keepdims=True)
        return self.feasible(np.where(bad, 0.0, decisions))

    def feasible(self, decisions: Floats) -> Floats:
        """Points are in the box, and numbers of tasks are not negative."""
        task, point = decisions[:, :1], decisions[:, 1:]
        return np.hstack([np.clip(task, 0.0, _NUMBER_MAX), np.clip(point, -self._box, self._box)])

    def neutral(self, decisions: Floats) -> Floats:
        """Work on nothing."""
        idle = np.array(decisions, dtype=np.float64)
        idle[:, 0] = 0.0
        return self.feasible(idle)

    def observed(self) -> Observed:
        """The number of open tasks; and each daemon's job and the loss of its own work."""
        return Observed(
            public={"open_tasks": float(len(self._open.number))}, own={"task": self._job, "loss": self._own_loss}
        )

    def apply(self, decisions: Floats) -> Outcome:
        """Bill the work of the round."""
        spare = self._spare()
        work = work_of(decisions, self._open, spare, self._billed, self._prices)
        self._total.add(work)
        self._central.add(work_of(self._heard, self._open, spare, self._billed, self._prices))
        self._formed += int((~np.isin(work.numbers, self._working)).sum())
        self._working = work.numbers
        self._look(decisions)
        self._round += 1
        return Outcome(bills=self._bills(self._total), metrics=self._metrics(work))

    def _look(self, decisions: Floats) -> None:
        """Note what each daemon sees of its own work."""
        row = rows_of(self._open.number, decisions[:, 0])
        self._job = np.where(row >= 0, decisions[:, 0], 0.0)
        self._own_loss = np.zeros(self._n)
        at = row >= 0
        self._own_loss[at] = self._prices.loss_of(decisions[at, 1:] - self._open.target[row[at]])

    def _bills(self, work: Work) -> Mapping[str, float]:
        cost = work.undone_usd + work.excess_usd + self.usd_per_petaflop_hour * work.wasted_petaflop_hours
        return {"cost_usd": cost}

    def _metrics(self, work: Work) -> Mapping[str, float]:
        total, hub = self._total, 2.0 * self.hub_exchanges * self._n
        return {
            "undone_usd": total.undone_usd,
            "excess_loss_usd": total.excess_usd,
            "wasted_usd": self.usd_per_petaflop_hour * total.wasted_petaflop_hours,
            "wasted_petaflop_hours": total.wasted_petaflop_hours,
            "done_usd": total.done_usd,
            "open_tasks": float(len(self._open.number)),
            "groups": work.groups,
            "ruined_groups": work.ruined_groups,
            "groups_formed": float(self._formed),
            "surplus_workers": work.surplus,
            "mean_loss": work.mean_loss,
            "work_hours": total.done_hours,
            "energy_kwh": total.energy_kwh,
            "kwh_per_hour": total.kwh_per_hour,
            "hub_messages": hub * self._round,
            "hub_tb_per_hour": hub * self.payload_mb / 1e6 / self._hours,
            "hub_work_hours": self._central.done_hours,
            "hub_kwh_per_hour": self._central.kwh_per_hour,
        }

    def hear(self, signals: Floats) -> None:
        """The hub staffs the tasks and learns, by the signals that it hears."""
        self._heard = self.feasible(self._hub.decide(signals, self._starts, self._steps))

    def central(self) -> Mapping[str, float]:
        """The bills of the hub."""
        return self._bills(self._central)

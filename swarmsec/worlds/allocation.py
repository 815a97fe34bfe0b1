"""Allocation of tasks or goods that are worth more to some daemons than to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._declarations import Bill, Column, Metric

_CENTRAL_CELLS_MAX = 100_000
"""The largest problem that the center solves again when the signals change."""

_CELLS_MAX = 25_000_000
"""The largest number of cells of the assignment problem, which takes some seconds."""


@dataclass(kw_only=True)
class Allocation(World):
    """Every daemon values the items differently; the swarm decides on their allocation.

    The signals of a daemon are the values of the d items to it, in USD per round. It decides on a share of each item,
    x_ik in [0, 1]; a total above `capacity` is scaled down. There are `supply` units of item k; if the swarm takes
    more, C_k = Σ_i x_ik, the value is that of a random division:

        welfare = Σ_k Σ_i v_ik x_ik · min(1, supply / C_k),

    where v_ik is 0 for a daemon that an attack of the scenario sets out to hijack: its items are lost to the swarm, in
    all arms alike. The bill is the difference to the optimal welfare (Kuhn 1955; Crouse 2016), summed over the rounds.
    `central` is a center that divides the items in the best way by the values that it hears. `supply` and `capacity`
    are facts that all know, and a protocol reads them from the world.

    Values are drawn or given. With `renewal` a new item replaces an old one every so many rounds, the items in turn:
    the values of that item are drawn again, and the daemon that held the old one holds the new one.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="welfare_lost_usd", unit="USD", help="What is missing to the best allocation."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="efficiency", help="Welfare as a share of the best.", aggregation="mean"),
        Metric(name="overtaken", unit="items", help="Units that were taken and do not exist."),
        Metric(name="left_over", unit="items", help="Units that nobody took."),
    )
    senses: ClassVar[str] = "worth"
    decides: ClassVar[str] = "assignment"

    items: Annotated[int, Ge(1), Help("The number of items, unless worths are given.")] = 10
    worths: Annotated[
        list[list[float]] | Literal["uniform"],
        Unit("USD per round"),
        Help("The value of each item, one list for each daemon; or uniform: drawn."),
    ] = "uniform"
    low: Annotated[float, Ge(0), Unit("USD per round"), Help("The smallest value that is drawn.")] = 0.0
    high: Annotated[float, Ge(0), Unit("USD per round"), Help("The largest value that is drawn.")] = 1.0
    supply: Annotated[int, Ge(1), Unit("items"), Help("The number of units of each item.")] = 1
    capacity: Annotated[int, Ge(1), Unit("items"), Help("The largest number of items of a daemon.")] = 1
    renewal: Annotated[
        int | None, Ge(1), Unit("rounds"), Help("Rounds after which a new item replaces an old one; null: never.")
    ] = None

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ParameterError(f"{self.low:g} is above high, {self.high:g}", where="low")
        if self.high - self.low == float("inf"):
            raise ParameterError(f"{self.low:g} to {self.high:g} is too wide a range", where="low")
        if isinstance(self.worths, list):
            if len({len(row) for row in self.worths}) != 1 or not self.worths[0]:
                raise ParameterError("every daemon needs a worth for each item, at least one", where="worths")
            if min(map(min, self.worths)) < 0:
                raise ParameterError("an item can be worth nothing, but not less", where="worths")
            if self.renewal is not None:
                raise ParameterError("given worths do not change; only drawn ones are renewed", where="renewal")

    def check(self, n: int) -> None:
        """Check that there is one list for each daemon, and that the optimum can be computed."""
        if isinstance(self.worths, list) and len(self.worths) != n:
            raise ParameterError(f"{len(self.worths):,} lists for {n:,} daemons; must be one a daemon", where="worths")
        items = len(self.worths[0]) if isinstance(self.worths, list) else self.items
        if self.capacity < items and n * self.capacity * items * self.supply > _CELLS_MAX:
            raise ParameterError(
                f"the optimum of {n:,} daemons × {items:,} items × {self.supply:,} units takes too long to compute",
                where="items",
            )

    @property
    def facts(self) -> Mapping[str, Any]:
        """The supply and the capacity."""
        return {"supply": self.supply, "capacity": self.capacity}

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The worth of each item."""
        items = len(self.worths[0]) if isinstance(self.worths, list) else self.items
        return tuple(Column(name=f"worth_{item}", unit="USD per round", low=0.0) for item in range(items))

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The share of each item."""
        return tuple(Column(name=f"share_{item}", low=0.0, high=1.0) for item in range(len(self.signal_columns)))

    def begin(self, view: WorldView) -> None:
        given = isinstance(self.worths, list)
        # Adding 0 turns −0.0, which NumPy takes for a number below 0.0, into 0.0.
        drawn = view.rng.uniform(self.low, self.high + 0.0, (view.n, self.items))
        self._rng, self._billed, self._rounds = view.rng, view.billed, 0
        self._lost_usd = self._central_usd = 0.0
        self._value(np.array(self.worths, dtype=np.float64) if given else drawn)

    def _value(self, worth: Floats) -> None:
        """Set the values, and what the best allocation of them is worth."""
        self._worth = self._heard = read_only(worth)
        self._billed_worth = np.where(self._billed[:, None], worth, 0.0)
        best = best_allocation(worth, supply=self.supply, capacity=self.capacity)
        self._best_usd = float((worth * best).sum())
        self._central_loss = self._best_usd - self._welfare(best)

    def _renew(self) -> None:
        """Replace the next item by a new one."""
        worth = self._worth.copy()
        item = (self._rounds // (self.renewal or 1) - 1) % worth.shape[1]
        worth[:, item] = self._rng.uniform(self.low, self.high + 0.0, len(worth))
        self._value(worth)

    def sense(self) -> Floats:
        return self._worth

    def decide(self, state: Floats) -> Floats:
        """The shares of each item that are proposed, (n, d), as far as they are feasible; 0 for NaN."""
        return self.feasible(np.nan_to_num(state, nan=0.0))

    def neutral(self, decisions: Floats) -> Floats:
        """Take nothing."""
        return np.zeros_like(decisions)

    def feasible(self, decisions: Floats) -> Floats:
        """Shares from 0 to 1, scaled down to the capacity."""
        shares = np.clip(decisions, 0.0, 1.0)
        total = shares.sum(axis=1, keepdims=True)
        within: Floats = shares * np.minimum(1.0, self.capacity / np.maximum(total, 1.0))
        return within

    def apply(self, decisions: Floats) -> Outcome:
        taken = decisions.sum(axis=0)
        welfare = self._welfare(decisions)
        self._lost_usd += self._best_usd - welfare
        self._central_usd += self._central_loss
        efficiency = welfare / self._best_usd if self._best_usd else 1.0
        self._rounds += 1
        if self.renewal and self._rounds % self.renewal == 0:
            self._renew()
        return Outcome(
            bills={"welfare_lost_usd": self._lost_usd},
            metrics={
                "efficiency": efficiency,
                "overtaken": float(np.maximum(taken - self.supply, 0.0).sum()),
                "left_over": float(np.maximum(self.supply - taken, 0.0).sum()),
            },
        )

    def hear(self, signals: Floats) -> None:
        """The center divides the items in the best way by the values that it hears."""
        if not np.array_equal(signals, self._heard) and self._is_small:
            best = best_allocation(signals, supply=self.supply, capacity=self.capacity)
            self._heard, self._central_loss = signals.copy(), self._best_usd - self._welfare(best)

    def central(self) -> Mapping[str, float]:
        """The loss of the center, which hears the same values as the swarm."""
        return {"welfare_lost_usd": self._central_usd} if self._is_small else {}

    @property
    def _is_small(self) -> bool:
        """Whether the best allocation is found in some milliseconds."""
        return self._worth.size * self.supply * self.capacity <= _CENTRAL_CELLS_MAX

    def _welfare(self, shares: Floats) -> float:
        """The welfare of the billed daemons, USD per round."""
        received = shares * np.minimum(1.0, self.supply / np.maximum(shares.sum(axis=0), self.supply))
        return float((self._billed_worth * received).sum())


def best_allocation(worth: Floats, *, supply: int, capacity: int) -> Floats:
    """(n, d) an allocation with the largest welfare of all.

    Args:
        worth: (n, d) the value of each item to each daemon.
        supply: Units of each item.
        capacity: Items that a daemon can take, of each at most one unit.
    """
    n, d = worth.shape
    best: Floats = np.zeros((n, d))
    if capacity >= d:
        np.put_along_axis(best, np.argsort(-worth, axis=0, kind="stable")[:supply], 1.0, axis=0)
        return best
    from scipy.optimize import linear_sum_assignment, linprog
    from scipy.sparse import eye_array, kron, vstack

    if capacity == 1:
        daemons, units = linear_sum_assignment(np.repeat(worth, supply, axis=1), maximize=True)
        best[daemons, units // supply] = 1.0
        return best
    # A transportation problem: its vertices are integral, so the linear program is exact.
    of_daemon = kron(eye_array(n), np.ones((1, d)))
    of_item = kron(np.ones((1, n)), eye_array(d))
    limits = np.concatenate([np.full(n, float(capacity)), np.full(d, float(supply))])
    size = float(np.abs(worth).max()) or 1.0  # The solver takes a value of 1e150 for an infinite one.
    found = linprog(-worth.ravel() / size, A_ub=vstack([of_daemon, of_item]).tocsr(), b_ub=limits, bounds=(0, 1))
    return np.asarray(found.x, dtype=np.float64).reshape(n, d)

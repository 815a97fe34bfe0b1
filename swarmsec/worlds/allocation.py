"""Allocation of tasks or goods that are worth more to some daemons than to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.worlds._base import Outcome, World, WorldView

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
    all arms alike. The bill is the difference to the optimal
    welfare (Kuhn 1955; Crouse 2016), summed over the rounds. A center that knows all values loses nothing.

    Values are drawn or given, and constant over the run.
    """

    unit: ClassVar[str] = "USD"
    bills: ClassVar[tuple[str, ...]] = ("welfare_lost_usd",)
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

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ParameterError(f"{self.low:g} is above high, {self.high:g}", where="low")
        if isinstance(self.worths, list):
            if len({len(row) for row in self.worths}) != 1 or not self.worths[0]:
                raise ParameterError("every daemon needs a worth for each item, at least one", where="worths")
            if min(map(min, self.worths)) < 0:
                raise ParameterError("an item can be worth nothing, but not less", where="worths")

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

    def begin(self, view: WorldView) -> None:
        given = isinstance(self.worths, list)
        drawn = view.rng.uniform(self.low, self.high, (view.n, self.items))
        self._worth = read_only(np.array(self.worths, dtype=np.float64) if given else drawn)
        self._billed_worth = np.where(view.billed[:, None], self._worth, 0.0)
        self._best_usd = best_welfare(self._worth, supply=self.supply, capacity=self.capacity)
        self._lost_usd = 0.0

    def sense(self) -> Floats:
        return self._worth

    def decide(self, state: Floats) -> Floats:
        """The shares of each item, (n, d), within the capacity; 0 for NaN."""
        shares = np.clip(np.nan_to_num(state, nan=0.0), 0.0, 1.0)
        total = shares.sum(axis=1, keepdims=True)
        within: Floats = shares * np.minimum(1.0, self.capacity / np.maximum(total, 1.0))
        return within

    def apply(self, decisions: Floats) -> Outcome:
        taken = decisions.sum(axis=0)
        received = decisions * np.minimum(1.0, self.supply / np.maximum(taken, self.supply))
        welfare = float((self._billed_worth * received).sum())
        self._lost_usd += self._best_usd - welfare
        return Outcome(
            bills={"welfare_lost_usd": self._lost_usd},
            metrics={
                "efficiency": welfare / self._best_usd if self._best_usd else 1.0,
                "overtaken": float(np.maximum(taken - self.supply, 0.0).sum()),
                "left_over": float(np.maximum(self.supply - taken, 0.0).sum()),
            },
        )

    def central(self) -> Mapping[str, float]:
        """A center that knows all values loses nothing."""
        return {"welfare_lost_usd": 0.0}


def best_welfare(worth: Floats, *, supply: int, capacity: int) -> float:
    """The largest welfare of any allocation.

    Args:
        worth: (n, d) the value of each item to each daemon.
        supply: Units of each item.
        capacity: Items that a daemon can take, of each at most one unit.
    """
    n, d = worth.shape
    if capacity >= d:
        best: Floats = np.sort(worth, axis=0)[::-1][: min(supply, n)]
        return float(best.sum())
    from scipy.optimize import linear_sum_assignment, linprog
    from scipy.sparse import eye_array, kron, vstack

    if capacity == 1:
        units = np.repeat(worth, supply, axis=1)
        return float(units[linear_sum_assignment(units, maximize=True)].sum())
    # A transportation problem: its vertices are integral, so the linear program is exact.
    of_daemon = kron(eye_array(n), np.ones((1, d)))
    of_item = kron(np.ones((1, n)), eye_array(d))
    limits = np.concatenate([np.full(n, float(capacity)), np.full(d, float(supply))])
    found = linprog(-worth.ravel(), A_ub=vstack([of_daemon, of_item]).tocsr(), b_ub=limits, bounds=(0, 1))
    return float(-found.fun)

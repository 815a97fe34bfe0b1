"""Divisible goods that every daemon values in its own way: who gets how much of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Gt, Help, MinLen, Unit
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._water_filling import fill_to_level


@dataclass(kw_only=True)
class Exchange(World):
    """There is `supply` of a good for every daemon, and in every round the swarm shares all of it out.

    Daemon i gets U_i(x) = v_i x − c_i x² / 2 dollars' worth of x units. It alone knows v_i, which its feed tells, with
    noise; c is known. With c = 0 each wants all that it can get (Kelly's setting); above, the market clears at a price
    p with v_i − c_i x_i = p for all who get some. A daemon takes what it came to propose, between nothing and all.

    bill = Σ over rounds of (welfare of the best allocation − welfare of this one + imbalance_usd · |Σ x − supply|)

    What is taken beyond the supply is bought, and what is left over disposed of, at `imbalance_usd` a unit. Where that
    is at least what a further unit is worth in the best allocation, no round can bill less than 0 (duality).
    Everybody's welfare counts, a hijacked daemon's too, and several goods are billed together. `efficiency` is welfare
    over the best one.
    """

    unit: ClassVar[str] = "USD"
    bills: ClassVar[tuple[str, ...]] = ("loss_usd",)
    senses: ClassVar[str] = "worth"
    decides: ClassVar[str] = "quantity"

    values: Annotated[
        list[float] | None, MinLen(1), Unit("USD per unit"), Help("v, one a daemon; drawn unless given.")
    ] = None
    low: Annotated[float, Unit("USD per unit"), Help("The lowest v that is drawn.")] = 5.0
    high: Annotated[float, Unit("USD per unit"), Help("The highest v that is drawn.")] = 6.0
    curvature: Annotated[
        Annotated[float, Ge(0)] | list[Annotated[float, Gt(0)]],
        Unit("USD per unit²"),
        Help("c, how fast the value of a further unit falls; one for all, or one a daemon."),
    ] = 1.0
    supply: Annotated[float, Gt(0), Unit("units per daemon"), Help("How much there is of each good.")] = 1.0
    goods: Annotated[int, Ge(1), Help("How many goods there are, each with values of its own.")] = 1
    noise: Annotated[float, Ge(0), Unit("USD per unit"), Help("Standard deviation of what a feed tells of v.")] = 0.0
    imbalance_usd: Annotated[float, Ge(0), Unit("USD per unit"), Help("What a missing or a left-over unit costs.")] = (
        10.0
    )

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ParameterError(f"{self.low:g} is above high, {self.high:g}", where="low")
        if self.values is not None and self.goods > 1:
            raise ParameterError(f"values are given for one good; with {self.goods} they are drawn", where="values")

    def check(self, n: int) -> None:
        """Given values and curvatures must be one a daemon."""
        for name, given in (("values", self.values), ("curvature", self.curvature)):
            if isinstance(given, list) and len(given) != n:
                raise ParameterError(f"{len(given):,} values for {n:,} daemons; must be one a daemon", where=name)

    @property
    def signal_deviation(self) -> float:
        """That of the parameter."""
        return self.noise

    def begin(self, view: WorldView) -> None:
        """Draw or take the values, and find the best allocation."""
        self._rng, self._n = view.rng, view.n
        if self.values is None:
            drawn = view.rng.uniform(self.low, self.high, (view.n, self.goods))
        else:
            drawn = np.array(self.values, dtype=np.float64).reshape(-1, 1)
        self._values = read_only(drawn)
        self._curvature = np.broadcast_to(np.reshape(self.curvature, (-1, 1)), (view.n, 1)).astype(np.float64)
        self._best_usd = self._welfare(self._best())
        self._loss_usd = 0.0

    def sense(self) -> Floats:
        """(n, goods) what the feeds tell of v, USD per unit."""
        if not self.noise:
            return self._values
        return self._values + self.noise * self._rng.standard_normal(self._values.shape)

    def decide(self, state: Floats) -> Floats:
        """(n, goods) what each takes, units; without a usable proposal its part of the supply."""
        return np.clip(np.where(np.isnan(state), self.supply, state), 0.0, self._n * self.supply)

    def apply(self, decisions: Floats) -> Outcome:
        """Bill what the swarm's allocation loses against the best one."""
        welfare = self._welfare(decisions)
        imbalance = float(np.abs(decisions.sum(axis=0) - self._n * self.supply).sum())
        self._loss_usd += self._best_usd - welfare + self.imbalance_usd * imbalance
        return Outcome(
            bills={"loss_usd": self._loss_usd},
            metrics={
                "welfare_usd": welfare,
                "best_welfare_usd": self._best_usd,
                "efficiency": welfare / self._best_usd if self._best_usd > 0 else 1.0,
                "imbalance_units": imbalance,
            },
        )

    def central(self) -> Mapping[str, float]:
        """A center that knows every v and c shares out as is best, and loses nothing."""
        return {"loss_usd": 0.0}

    def _welfare(self, taken: Floats) -> float:
        """What an allocation (n, goods) is worth to all, USD."""
        return float((self._values * taken - 0.5 * self._curvature * taken * taken).sum())

    def _best(self) -> Floats:
        """(n, goods) the allocation of the whole supply that is worth most, by the price at which the market clears."""
        total, best = self._n * self.supply, np.zeros_like(self._values)
        for good, values in enumerate(self._values.T):
            if self.curvature == 0:
                best[values.argmax(), good] = total
            else:
                # x = (v − p)⁺ / c: water of the level −p in vessels of the width 1 / c that stand at −v.
                best[:, good] = fill_to_level(total, 1.0 / self._curvature[:, 0], floors=-values)
        return best

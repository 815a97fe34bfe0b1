"""Allocation of divisible goods that every daemon values differently."""

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
    """In every round the swarm divides `supply` units of a good per daemon.

    x units are worth U_i(x) = v_i x − c_i x² / 2 dollars to daemon i. Only daemon i knows v_i, from its feed, with
    noise; c is known to all. With c = 0 each wants as much as possible (Kelly's setting); above 0 the market clears at
    a price p with v_i − c_i x_i = p for all that get some. A daemon takes the amount that it proposes, from 0 to the
    whole supply.

    bill = Σ over rounds of (welfare of the best allocation − welfare of this one + imbalance_usd · |Σ x − supply|)

    A missing or left-over unit costs `imbalance_usd`. If that is at least the value of one more unit in the best
    allocation, the bill of a round is at least 0 (duality). The welfare of all daemons counts, including hijacked ones,
    and several goods are billed together. `efficiency` is welfare divided by the best welfare.
    """

    unit: ClassVar[str] = "USD"
    bills: ClassVar[tuple[str, ...]] = ("loss_usd",)
    senses: ClassVar[str] = "worth"
    decides: ClassVar[str] = "quantity"

    values: Annotated[
        list[float] | None, MinLen(1), Unit("USD per unit"), Help("v, one for each daemon; drawn by default.")
    ] = None
    low: Annotated[float, Unit("USD per unit"), Help("The lowest v that is drawn.")] = 5.0
    high: Annotated[float, Unit("USD per unit"), Help("The highest v that is drawn.")] = 6.0
    curvature: Annotated[
        Annotated[float, Ge(0)] | list[Annotated[float, Gt(0)]],
        Unit("USD per unit²"),
        Help("c, the decrease in value of each further unit; one for all, or one for each daemon."),
    ] = 1.0
    supply: Annotated[float, Gt(0), Unit("units per daemon"), Help("The supply of each good, per daemon.")] = 1.0
    goods: Annotated[int, Ge(1), Help("The number of goods, each with its own values.")] = 1
    noise: Annotated[float, Ge(0), Unit("USD per unit"), Help("Standard deviation of the noise in a feed.")] = 0.0
    imbalance_usd: Annotated[float, Ge(0), Unit("USD per unit"), Help("The cost of a missing or left-over unit.")] = (
        10.0
    )

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ParameterError(f"{self.low:g} is above high, {self.high:g}", where="low")
        if self.values is not None and self.goods > 1:
            raise ParameterError(f"values are given for one good; with {self.goods} they are drawn", where="values")

    def check(self, n: int) -> None:
        """Check that there is one value and curvature for each daemon."""
        for name, given in (("values", self.values), ("curvature", self.curvature)):
            if isinstance(given, list) and len(given) != n:
                raise ParameterError(f"{len(given):,} values for {n:,} daemons; must be one a daemon", where=name)

    @property
    def signal_deviation(self) -> float:
        """The parameter `noise`."""
        return self.noise

    def begin(self, view: WorldView) -> None:
        """Set the values, and compute the best allocation."""
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
        """(n, goods) v with noise, USD per unit."""
        if not self.noise:
            return self._values
        return self._values + self.noise * self._rng.standard_normal(self._values.shape)

    def decide(self, state: Floats) -> Floats:
        """(n, goods) the units that each takes; for NaN an equal part of the supply."""
        return np.clip(np.where(np.isnan(state), self.supply, state), 0.0, self._n * self.supply)

    def apply(self, decisions: Floats) -> Outcome:
        """Bill the difference to the best welfare."""
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
        """A center that knows every v and c allocates optimally, and loses nothing."""
        return {"loss_usd": 0.0}

    def _welfare(self, taken: Floats) -> float:
        """The welfare of an allocation (n, goods), USD."""
        return float((self._values * taken - 0.5 * self._curvature * taken * taken).sum())

    def _best(self) -> Floats:
        """(n, goods) the best allocation of the whole supply, from the clearing price."""
        total, best = self._n * self.supply, np.zeros_like(self._values)
        for good, values in enumerate(self._values.T):
            if self.curvature == 0:
                best[values.argmax(), good] = total
            else:
                # x = (v − p)⁺ / c: water of the level −p in vessels of the width 1 / c that stand at −v.
                best[:, good] = fill_to_level(total, 1.0 / self._curvature[:, 0], floors=-values)
        return best

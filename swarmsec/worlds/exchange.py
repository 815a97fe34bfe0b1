"""Allocation of divisible goods that every daemon values differently."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Gt, Help, MinLen, Unit
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric
from swarmsec.worlds._water_filling import fill_to_level


@dataclass(kw_only=True)
class Exchange(World):
    """In every round the swarm divides `supply` units of a good per daemon.

    x units are worth U_i(x) = v_i x − c_i x² / 2 dollars to daemon i, up to v_i / c_i units; what it cannot use is
    wasted. It alone knows v_i, from its feed, with noise; with `drift` v_i is a random walk that never falls below 0.
    `supply` and c are facts that all know, and a protocol reads them from the world. With c = 0 each wants as much as
    possible (Kelly's setting); above 0 the market clears at a price p with v_i − c_i x_i = p for all that get some. A
    daemon asks for the amount that it proposes, from 0 to the whole supply. If all together ask for more than there is,
    each gets the same share of what it asked for:

        bill = Σ over rounds and billed i of U_i(best_i) − U_i(x_i · min(1, supply / Σ x)).

    What is left over is worth nothing, so the bill of a round is at most the best welfare, and standing still costs
    all of it. Several goods are billed together. `efficiency` is welfare divided by the best welfare. `central` is a
    center that divides the goods in the best way by the values that it hears.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="loss_usd", unit="USD", help="Welfare that is missing to the best."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="welfare_usd", unit="USD", help="Welfare of the billed daemons in the round.", aggregation="mean"),
        Metric(name="best_welfare_usd", unit="USD", help="The same in the best allocation.", aggregation="mean"),
        Metric(name="efficiency", help="Welfare as a share of the best.", aggregation="mean"),
        Metric(name="imbalance_units", unit="units", help="Units that are missing or left over.", aggregation="mean"),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(title="Welfare and the best welfare", figures=("welfare_usd", "best_welfare_usd")),
    )
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
    drift: Annotated[
        float, Ge(0), Unit("USD per unit"), Help("Standard deviation of the change of a value in one round.")
    ] = 0.0

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ParameterError(f"{self.low:g} is above high, {self.high:g}", where="low")
        if self.high - self.low == float("inf"):
            raise ParameterError(f"{self.low:g} to {self.high:g} is too wide a range", where="low")
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

    @property
    def facts(self) -> Mapping[str, Any]:
        """The supply, and how fast the value of a further unit falls."""
        return {"supply": self.supply, "curvature": self.curvature}

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The value of each good."""
        return tuple(Column(name=name, unit="USD per unit") for name in self._names("worth"))

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The units of each good."""
        return tuple(Column(name=name, unit="units", low=0.0) for name in self._names("quantity"))

    def begin(self, view: WorldView) -> None:
        """Set the values, and compute the best allocation."""
        self._rng, self._n, self._billed = view.rng, view.n, view.billed
        if self.values is None:
            # Adding 0 turns −0.0, which NumPy takes for a number below 0.0, into 0.0.
            drawn = view.rng.uniform(self.low, self.high + 0.0, (view.n, self.goods))
        else:
            drawn = np.array(self.values, dtype=np.float64).reshape(-1, 1)
        self._curvature = np.broadcast_to(np.reshape(self.curvature, (-1, 1)), (view.n, 1)).astype(np.float64)
        self._loss_usd = self._central_usd = 0.0
        self._value(drawn)

    def _value(self, values: Floats) -> None:
        """Set the values, and what the best allocation of them is worth."""
        self._values = read_only(values)
        self._best_usd = self._welfare(self._best(values))
        self._heard: Floats | None = None
        self._central_loss = 0.0  # Of a round, by the values heard last.

    def sense(self) -> Floats:
        """(n, goods) v with noise, USD per unit."""
        if not self.noise:
            return self._values
        return self._values + self.noise * self._rng.standard_normal(self._values.shape)

    def decide(self, state: Floats) -> Floats:
        """(n, goods) the units that each asks for; for NaN an equal part of the supply."""
        return self.feasible(np.where(np.isnan(state), self.supply, state))

    def feasible(self, decisions: Floats) -> Floats:
        """Nobody asks for less than nothing or more than all."""
        return np.clip(decisions, 0.0, self._n * self.supply)

    def neutral(self, decisions: Floats) -> Floats:
        """Ask for nothing."""
        return np.zeros_like(decisions)

    def apply(self, decisions: Floats) -> Outcome:
        """Bill the difference to the best welfare."""
        welfare = self._welfare(decisions)
        self._loss_usd += self._best_usd - welfare
        self._central_usd += self._central_loss
        outcome = Outcome(
            bills={"loss_usd": self._loss_usd},
            metrics={
                "welfare_usd": welfare,
                "best_welfare_usd": self._best_usd,
                "efficiency": welfare / self._best_usd if self._best_usd > 0 else 1.0,
                "imbalance_units": float(np.abs(decisions.sum(axis=0) - self._n * self.supply).sum()),
            },
        )
        if self.drift:
            self._value(np.maximum(self._values + self.drift * self._rng.standard_normal(self._values.shape), 0.0))
        return outcome

    def hear(self, signals: Floats) -> None:
        """The center divides the goods by the values that it hears."""
        if self._heard is None or not np.array_equal(signals, self._heard):
            self._heard = signals.copy()
            self._central_loss = self._best_usd - self._welfare(self._best(signals))

    def central(self) -> Mapping[str, float]:
        """The loss of the center, which hears the same values as the swarm."""
        return {"loss_usd": self._central_usd}

    def _names(self, name: str) -> list[str]:
        return [name] if self.goods == 1 else [f"{name}_{good}" for good in range(self.goods)]

    def _welfare(self, asked: Floats) -> float:
        """The welfare of the billed daemons if all ask for this, (n, goods), USD."""
        total = asked.sum(axis=0)
        supply = self._n * self.supply
        got = asked * (supply / np.maximum(total, supply))
        useful = np.maximum(self._values, 0.0)
        used = np.minimum(
            got, np.divide(useful, self._curvature, out=np.full_like(got, np.inf), where=self._curvature > 0)
        )
        worth = useful * used - 0.5 * self._curvature * used * used
        return float(worth[self._billed].sum())

    def _best(self, worth: Floats) -> Floats:
        """(n, goods) the best allocation of the whole supply by these values, from the clearing price."""
        total, best = self._n * self.supply, np.zeros_like(worth)
        for good, values in enumerate(worth.T):
            if self.curvature == 0:
                best[values.argmax(), good] = total
            else:
                # x = (v − p)⁺ / c: water of the level −p in vessels of the width 1 / c that stand at −v.
                best[:, good] = fill_to_level(total, 1.0 / self._curvature[:, 0], floors=-values)
        return best

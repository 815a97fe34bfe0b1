"""Beliefs alone, without consequences: the world for tests, first labs and theory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.checkers import hull_of
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.worlds._base import Outcome, World, WorldView
from swarmsec.worlds._declarations import Bill, Chart, Column, Metric


@dataclass(kw_only=True)
class Beliefs(World):
    """Daemons start with values, and must agree on the mean of the billed ones' values.

    The bill is the mean over the rounds of the root mean square distance of the billed daemons' decisions x_i from
    the mean of their initial values:

        bill = 1/rounds · Σ_t √(mean over billed i of |x_i(t) − mean of the billed initial values|²)

    So a swarm pays for every round in which it is late, divided or biased, and a defense cannot wait for the last one.
    Billed are the daemons that no attack of the scenario hijacks by its own targets, the same in all four arms.

    `hull_violation` is the largest distance of a billed decision from the range of the billed initial values, the
    validity condition of resilient consensus (LeBlanc et al. 2013, Definition 3); with d components, each has its own
    range. `bias` is the distance of the mean decision from the initial mean, and `disagreement` the width of the
    decisions: 0 is agreement.
    """

    bills: ClassVar[tuple[Bill, ...]] = (
        Bill(name="deviation", unit="belief", help="RMS distance from the mean of the initial values, over rounds."),
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="hull_violation", unit="belief", help="Largest distance from the range of the initial values."),
        Metric(name="bias", unit="belief", help="Distance of the mean decision from the mean of the initial values."),
        Metric(name="disagreement", unit="belief", help="Width of the decisions."),
    )
    pictures: ClassVar[tuple[Chart, ...]] = (
        Chart(title="Away from the initial values", figures=("hull_violation", "bias", "disagreement")),
    )
    senses: ClassVar[str] = "belief"
    decides: ClassVar[str] = "belief"

    initial: Annotated[
        list[float] | list[list[float]] | Literal["uniform", "normal"],
        Help("Initial values, one number or list of components for each daemon; or the distribution to draw from."),
    ] = "uniform"
    low: Annotated[float, Unit("belief"), Help("Lower end of a uniform distribution.")] = 0.0
    high: Annotated[float, Unit("belief"), Help("Upper end of a uniform distribution.")] = 1.0
    center: Annotated[float, Unit("belief"), Help("Mean of a normal distribution.")] = 0.0
    spread: Annotated[float, Ge(0), Unit("belief"), Help("Standard deviation of a normal distribution.")] = 1.0
    noise: Annotated[float, Ge(0), Unit("belief"), Help("Standard deviation of every later reading.")] = 0.0

    def __post_init__(self) -> None:
        widths = {_width(value) for value in self.initial} if isinstance(self.initial, list) else {1}
        if len(widths) > 1 or 0 in widths:
            raise ParameterError("every daemon needs the same number of components, at least one", where="initial")
        if self.low > self.high:
            raise ParameterError(f"{self.low:g} is above high, {self.high:g}", where="low")
        if self.high - self.low == float("inf"):
            raise ParameterError(f"{self.low:g} to {self.high:g} is too wide a range", where="low")

    def check(self, n: int) -> None:
        """Check that there is one value for each daemon."""
        if isinstance(self.initial, list) and len(self.initial) != n:
            raise ParameterError(
                f"{len(self.initial):,} values for {n:,} daemons; must be one a daemon", where="initial"
            )

    @property
    def signal_deviation(self) -> float:
        """The parameter `noise`."""
        return self.noise

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """One for each component of the initial values."""
        width = _width(self.initial[0]) if isinstance(self.initial, list) else 1
        names = ["belief"] if width == 1 else [f"belief_{component}" for component in range(width)]
        return tuple(Column(name=name, unit="belief") for name in names)

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The same."""
        return self.signal_columns

    def begin(self, view: WorldView) -> None:
        """Draw or take the initial values."""
        self._rng, self._rounds = view.rng, view.rounds
        self._initial = read_only(self._draw(view))
        self._billed = None if view.billed.all() else view.billed
        start = self._rows(self._initial)
        self._start, self._mean = hull_of(start), start.mean(axis=0)
        self._started = False
        self._deviation = self._central = self._heard = 0.0

    def sense(self) -> Floats:
        """The initial values; from round 1 on with new noise."""
        if not self._started or not self.noise:
            self._started = True
            return self._initial
        return self._initial + self.noise * self._rng.standard_normal(self._initial.shape)

    def decide(self, state: Floats) -> Floats:
        """The proposals."""
        return state

    def apply(self, decisions: Floats) -> Outcome:
        """Bill the distance of the billed decisions from the mean of the billed initial values."""
        now = self._rows(decisions)
        self._deviation += _root_mean_square(now - self._mean) / self._rounds
        self._central += self._heard / self._rounds
        held = hull_of(now)
        return Outcome(
            bills={"deviation": self._deviation},
            metrics={
                "hull_violation": held.beyond(self._start),
                "bias": float(np.abs(now.mean(axis=0) - self._mean).max()),
                "disagreement": held.width,
            },
        )

    def hear(self, signals: Floats) -> None:
        """The center decides on the mean of all readings of the round."""
        self._heard = _root_mean_square(signals.mean(axis=0, keepdims=True) - self._mean)

    def central(self) -> Mapping[str, float]:
        """A center that decides in every round on the mean of the readings that it heard."""
        return {"deviation": self._central}

    def _rows(self, values: Floats) -> Floats:
        """The rows of the billed daemons."""
        return values if self._billed is None else values[self._billed]

    def _draw(self, view: WorldView) -> Floats:
        if isinstance(self.initial, list):
            return np.array(self.initial, dtype=np.float64).reshape(view.n, -1)
        if self.initial == "uniform":
            # Adding 0 turns −0.0, which NumPy takes for a number below 0.0, into 0.0.
            return view.rng.uniform(self.low, self.high + 0.0, (view.n, 1))
        return view.rng.normal(self.center, self.spread, (view.n, 1))


def _width(value: float | list[float]) -> int:
    return len(value) if isinstance(value, list) else 1


def _root_mean_square(distance: Floats) -> float:
    """The root mean square length of rows, also where a square would overflow."""
    largest = float(np.abs(distance).max())
    scale = largest if largest > 1e150 else 1.0
    scaled = distance / scale if scale != 1.0 else distance
    return scale * math.sqrt(float(np.einsum("ij,ij->", scaled, scaled)) / len(distance))

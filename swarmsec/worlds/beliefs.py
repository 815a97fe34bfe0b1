"""Beliefs alone, without consequences: the world for tests, first labs and theory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from swarmsec.arrays import Floats, read_only
from swarmsec.checkers import Hull, hull_of
from swarmsec.errors import ParameterError
from swarmsec.parameters import Ge, Help, Unit
from swarmsec.worlds._base import Outcome, World, WorldView


@dataclass(kw_only=True)
class Beliefs(World):
    """Daemons start with values, and must agree within the range of the billed ones, without bias.

    bill = (the largest distance of a billed value from the hull of the billed initial values)
         + |mean of the billed values now − mean of the billed initial values|

    Billed are all daemons except those that an attack of the scenario sets out to hijack.

    The first term is the validity condition of resilient consensus (LeBlanc et al. 2013, Definition 3), the second
    the effect of an attack that stays inside the hull. With d components, each has
    its own hull, and the largest violation and bias count. `disagreement` is the width of the billed values now: 0 is
    agreement.
    """

    unit: ClassVar[str] = "belief"
    bills: ClassVar[tuple[str, ...]] = ("deviation",)
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

    def begin(self, view: WorldView) -> None:
        """Draw or take the initial values."""
        self._rng = view.rng
        self._billed = None if view.billed.all() else view.billed
        self._initial = read_only(self._draw(view))
        self._started = False
        initial = self._rows(self._initial)
        self._start: tuple[Hull, Floats] = hull_of(initial), initial.mean(axis=0)

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
        """Compare what the billed daemons believe with what they started from."""
        now = self._rows(decisions)
        start, mean = self._start
        held = hull_of(now)
        violation = held.beyond(start)
        bias = float(np.abs(now.mean(axis=0) - mean).max())
        return Outcome(
            bills={"deviation": violation + bias},
            metrics={"hull_violation": violation, "bias": bias, "disagreement": held.width},
        )

    def _rows(self, values: Floats) -> Floats:
        return values if self._billed is None else values[self._billed]

    def central(self) -> Mapping[str, float]:
        """A center that knows all billed initial values returns their mean: no violation, no bias."""
        return {"deviation": 0.0}

    def _draw(self, view: WorldView) -> Floats:
        if isinstance(self.initial, list):
            return np.array(self.initial, dtype=np.float64).reshape(view.n, -1)
        if self.initial == "uniform":
            return view.rng.uniform(self.low, self.high, (view.n, 1))
        return view.rng.normal(self.center, self.spread, (view.n, 1))


def _width(value: float | list[float]) -> int:
    return len(value) if isinstance(value, list) else 1

"""Declarations of a world: its bills, its other figures, the columns of its arrays, its pictures, published claims."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from swarmsec.arrays import Floats
from swarmsec.errors import ScenarioError

Aggregation = Literal["last", "mean", "sum", "min", "max"]
"""How the figures of all rounds make one figure of the run."""


@dataclass(frozen=True, kw_only=True)
class Bill:
    """An accumulated amount that a scenario can score.

    Attributes:
        name: Its name, which ends in the unit where that is short: `cost_usd`.
        unit: A real unit: `USD`, `kWh`, `minutes`.
        help: One line on the amount.
    """

    name: str
    unit: str
    help: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A figure that a world reports after every round, beside its bills.

    Attributes:
        name: Its name.
        unit: Its unit; empty for a count or a share.
        help: One line on the figure.
        axis: The vertical axis of a plot; figures of one axis are drawn together. The unit unless given.
        aggregation: How the rounds make one figure of the run.
    """

    name: str
    unit: str = ""
    help: str = ""
    axis: str = ""
    aggregation: Aggregation = "last"

    def __post_init__(self) -> None:
        known = get_args(Aggregation)
        if self.aggregation not in known:
            raise ValueError(
                f"aggregation {self.aggregation!r} of the metric {self.name}; must be one of {', '.join(known)}"
            )

    def __str__(self) -> str:
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def of_run(self, values: Floats) -> float:
        """The figure of a run from those of its rounds, (rounds,).

        Examples:
            >>> import numpy as np
            >>> Metric(name="load", aggregation="max").of_run(np.array([1.0, 3.0, 2.0]))
            3.0

        Raises:
            ScenarioError: A sum is beyond the largest number.
        """
        match self.aggregation:
            case "last":
                return float(values[-1])
            case "mean":
                return _mean(values)
            case "sum":
                return self._sum(values)
            case "min":
                return float(values.min())
            case "max":
                return float(values.max())

    def _sum(self, values: Floats) -> float:
        try:
            return math.fsum(values)
        except OverflowError:
            message = f"the sum of {self.name} is no longer a finite number: some value of this scenario is too large"
            raise ScenarioError(message) from None


def _mean(values: Floats) -> float:
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return math.fsum(values / len(values))


def figures_of_run(series: Mapping[str, Floats], metrics: Sequence[Metric]) -> dict[str, float]:
    """Name → the figure of a run; that of the last round for bills and for what no world declares.

    Args:
        series: Name → (rounds,) the values after each round.
        metrics: The declared metrics of the world.
    """
    declared = {metric.name: metric for metric in metrics}
    return {name: declared.get(name, Metric(name=name)).of_run(values) for name, values in series.items()}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the signals, (n, d), or of the decisions, (n, k).

    Attributes:
        name: Its name.
        unit: Its unit; empty for a share.
        low: The smallest value that is possible.
        high: The largest.
        help: One line on the quantity.
    """

    name: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture that a report draws of a run: some figures over the rounds.

    Attributes:
        title: Its title.
        figures: The names of bills and metrics, of one axis.
        help: What it shows.
    """

    title: str
    figures: tuple[str, ...]
    help: str = ""


@dataclass(frozen=True, kw_only=True)
class PublishedClaim:
    """A figure that was published about the system, and that the testbed measures.

    Attributes:
        text: The claim, in one sentence.
        figure: The bill or metric that measures it.
        arm: The arm in which it is measured, or the arm whose damage it is.
        amount: The published amount, in the unit of the figure.
        baseline: What it is measured against: `clean`, `central`, or empty for nothing.
        relative: Whether the amount is a share of the baseline.
        calibrated: The parameter by which the world was fitted to the claim; empty if it was not.
    """

    text: str
    figure: str
    arm: str
    amount: float
    baseline: str = ""
    relative: bool = False
    calibrated: str = ""

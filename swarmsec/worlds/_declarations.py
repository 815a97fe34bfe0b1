"""Declarations of a world: its bills, its other figures, the columns of its arrays, its pictures, published claims."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

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
    """A picture that a report draws of a run: figures over the rounds, one panel each, with all arms in every panel.

    Attributes:
        title: Its title.
        figures: The names of bills and metrics, in the order of the panels. Panels of figures with the same axis have
            the same scale.
        help: What it shows.
    """

    title: str
    figures: tuple[str, ...]
    help: str = ""


class Flow(NamedTuple):
    """An arrow of a map of flows.

    Attributes:
        source: The place that it comes from.
        target: The place that it leads to.
        figure: The name of the bill or metric that is its width, taken for the whole run.
    """

    source: str
    target: str
    figure: str


@dataclass(frozen=True, kw_only=True)
class FlowMap:
    """A picture that a report draws of a run: flows between places, one map for each arm.

    Attributes:
        title: Its title.
        places: The names of the places, in the order in which they stand on a circle.
        flows: The arrows between them.
        help: What it shows.
    """

    title: str
    places: tuple[str, ...]
    flows: tuple[Flow, ...]
    help: str = ""

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures of all flows."""
        return tuple(flow.figure for flow in self.flows)


Picture = Chart | FlowMap
"""What a world can declare as a picture of its runs."""

ClaimMeasure = Literal["value", "difference", "change", "ratio", "exponent"]
"""How a claim is computed from its figure v and its baseline b: v; v − b; v / b − 1; v / b; or the slope of log v over
the logarithm of the swarm's size."""

CENTRAL = "central"
"""In place of an arm: the centralized controller that hears the signals of the clean arm."""

_PUBLISHED_ARMS = ("clean", "attacked", "defended", "guarded", CENTRAL)


@dataclass(frozen=True, kw_only=True)
class PublishedClaim:
    """A figure that was published about the system, and that `swarmsec claims` measures.

    Attributes:
        name: A short name, in lower case: `commute`.
        text: The claim, in one sentence.
        low: The smallest amount that was published.
        high: The largest; equal to `low` if a single number was published.
        unit: The unit of both; `share`, `times` and `exponent` for figures without one.
        scenario: The scenario with which it is measured, a name of the library or a file.
        figure: The bill or metric that measures it; `messages` and `bytes` are the engine's. It is the figure of the
            whole run, see `Metric.aggregation`.
        arm: The arm in which it is measured, or `central`.
        measure: How it is computed from the figure and the baseline.
        baseline: What the baseline is, in words: `a central controller with uniform shares`. Empty without one.
        baseline_figure: The bill or metric of the baseline; the same as `figure` unless given.
        baseline_arm: The arm of the baseline, or `central`; the same as `arm` unless given.
        settings: What is set in the scenario, path → value, as with `swarmsec run --set`.
        baseline_settings: The same for the baseline, on top of `settings`; if not empty it is a run of its own.
        scale: What the result is multiplied by, to come into the published unit.
        sizes: The swarm sizes over which an exponent is fitted.
        calibrated: The parameter by which the world was fitted to the claim; empty if it was not.
        by_construction: The parameter from which the result follows without the swarm's doing; empty if there is none.
        why: One line on what causes the result, or the difference.
    """

    name: str
    text: str
    low: float
    high: float
    unit: str
    scenario: str
    figure: str
    arm: str = "clean"
    measure: ClaimMeasure = "value"
    baseline: str = ""
    baseline_figure: str = ""
    baseline_arm: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    baseline_settings: Mapping[str, Any] = field(default_factory=dict)
    scale: float = 1.0
    sizes: tuple[int, ...] = ()
    calibrated: str = ""
    by_construction: str = ""
    why: str

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"the claim {self.name} has low {self.low:g} above high {self.high:g}")
        for arm in (self.arm, self.baseline_arm or self.arm):
            if arm not in _PUBLISHED_ARMS:
                raise ValueError(f"arm {arm!r} of the claim {self.name}; must be one of {', '.join(_PUBLISHED_ARMS)}")
        if (self.measure == "exponent") is not (len(self.sizes) >= 3):
            raise ValueError(f"the claim {self.name}: give three sizes or more together with `measure: exponent`")
        if (self.measure in {"value", "exponent"}) is bool(self.baseline):
            raise ValueError(f"the claim {self.name}: {self.measure} and a baseline of {self.baseline!r}")

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the figures that it needs."""
        return tuple(dict.fromkeys((self.figure, self.baseline_figure or self.figure)))


class UnmeasuredClaim(NamedTuple):
    """A statement that was published about the system, and that no simulation can test.

    Attributes:
        text: The statement, in one sentence.
        why: One line on what is missing.
    """

    text: str
    why: str

"""Forest plots: means with their intervals on one axis, one per row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from swarmsec.report.html.axes import axis, tick_label
from swarmsec.report.html.cited_numbers import CitedInterval
from swarmsec.report.html.lines import Tick


class ForestRow(NamedTuple):
    """One interval.

    Attributes:
        label: The row's label.
        kind: Its style: the name of an arm, or `null`.
        shown: Its figures.
        mean: The position of the mean, from 0 to 1.
        low: The position of the lower end; that of the mean if there is no interval.
        high: The position of the upper end.
    """

    label: str
    kind: str
    shown: CitedInterval
    mean: float
    low: float
    high: float


class Forest(NamedTuple):
    """Several intervals on one axis.

    Attributes:
        rows: The rows, from the top.
        ticks: The ticks of the axis.
        zero: The position of 0; None if it is not on the axis.
    """

    rows: tuple[ForestRow, ...]
    ticks: tuple[Tick, ...]
    zero: float | None


def forest(
    rows: Sequence[tuple[str, str, CitedInterval]], unit: str, *, reach: tuple[float, float] | None = (0, 0)
) -> Forest:
    """The forest plot of some intervals.

    Args:
        rows: (label, kind, interval) each.
        unit: The unit of tick labels; `%` for shares.
        reach: The range that the axis must include; None if 0 has no meaning.
    """
    ends = [_ends(shown) for _, _, shown in rows]
    reached = [low for _, low, _ in ends] + [high for _, _, high in ends] + list(reach or ())
    along = axis(min(reached), max(reached), count=5)
    placed = [
        ForestRow(label, kind, shown, *(along.at(value) for value in values))
        for (label, kind, shown), values in zip(rows, ends, strict=True)
    ]
    ticks = tuple(Tick(along.at(value), tick_label(value, along, unit)) for value in along.ticks)
    return Forest(tuple(placed), ticks, along.at(0.0) if along.low <= 0 <= along.high else None)


def _ends(shown: CitedInterval) -> tuple[float, float, float]:
    """Mean, low and high."""
    mean = _value(shown.mean)
    return (mean, _value(shown.low), _value(shown.high)) if shown.low and shown.high else (mean, mean, mean)


def _value(cited: Any) -> float:
    return float(cited.value)

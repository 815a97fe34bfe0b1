"""Means with their intervals on one axis, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from swarmsec.report.html.axes import axis, tick_label
from swarmsec.report.html.cited_numbers import CitedInterval
from swarmsec.report.html.lines import Tick


class ForestRow(NamedTuple):
    """One interval.

    Attributes:
        label: Whose.
        kind: How it is drawn: the name of an arm, or `null`.
        shown: Its figures.
        mean: Where the mean stands, from 0 to 1.
        low: Where the interval begins; the mean's place if there is none.
        high: Where it ends.
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
        rows: One below the other.
        ticks: Of the axis.
        zero: Where 0 stands; None if it is not on the axis.
    """

    rows: tuple[ForestRow, ...]
    ticks: tuple[Tick, ...]
    zero: float | None


def forest(
    rows: Sequence[tuple[str, str, CitedInterval]], unit: str, *, reach: tuple[float, float] | None = (0, 0)
) -> Forest:
    """The figure of some intervals.

    Args:
        rows: (label, kind, interval) each.
        unit: How ticks are written; `%` for shares.
        reach: What the axis spans at least; None where 0 means nothing.
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

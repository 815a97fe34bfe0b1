"""Line charts: a metric over the rounds, one line per arm, with the range over seeds as a band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.report.html.axes import Axis, axis, tick_label

BOX = 1000
"""Paths are drawn in a box of this width and height, which the page stretches over the figure."""

_COLUMNS_FINE, _COLUMNS_COARSE = 300, 60
"""A line has at most four points per column, so that the size of a page does not depend on the length of the run."""

_TOLERANCE_FINE, _TOLERANCE_COARSE = 0.7, 4.0
"""The greatest error of a line, in units of the box: a fifth and a third of a pixel."""


class Tick(NamedTuple):
    """A tick: its position along the axis, from 0 to 1, and its label."""

    at: float
    label: str


class ArmLine(NamedTuple):
    """The line of one arm.

    Attributes:
        arm: The arm's name.
        path: The path of the mean over seeds, in the box.
        band: The path of the range over seeds, in the box; empty if all seeds agree.
    """

    arm: str
    path: str
    band: str


class LineChart(NamedTuple):
    """The chart of a metric over the rounds.

    Attributes:
        metric: Its name.
        lines: One per arm.
        rounds: The ticks of the horizontal axis.
        values: The ticks of the vertical axis.
    """

    metric: str
    lines: tuple[ArmLine, ...]
    rounds: tuple[Tick, ...]
    values: tuple[Tick, ...]


def line_chart(
    metric: str,
    arms: Mapping[str, Floats],
    unit: str,
    *,
    small: bool = False,
    reach: tuple[float, float] | None = None,
) -> LineChart:
    """The chart of one metric.

    Args:
        metric: Its name.
        arms: arm → (seeds, rounds).
        unit: The unit of its tick labels.
        small: Whether it is one of many charts; if so, the axis omits 0 if all values are far from it.
        reach: The least and the greatest value of the vertical axis, where several charts share it; those of `arms`
            unless given.
    """
    rounds = next(iter(arms.values())).shape[1]
    across = axis(0, rounds - 1, tight=True, whole=True, count=5)
    low, high = reach or (
        min(float(values.min()) for values in arms.values()),
        max(float(values.max()) for values in arms.values()),
    )
    is_far = small and (low > 2 * (high - low) or -high > 2 * (high - low))
    up = axis(low, high, count=2) if is_far else axis(min(0.0, low), max(0.0, high), count=2 if small else 5)
    return LineChart(
        metric=metric,
        lines=tuple(_line(arm, values, across, up, not small) for arm, values in arms.items()),
        rounds=round_ticks(across),
        values=tuple(Tick(up.at(value), tick_label(value, up, unit)) for value in up.ticks),
    )


def round_ticks(across: Axis) -> tuple[Tick, ...]:
    """The ticks of an axis of rounds."""
    return tuple(Tick(across.at(value), f"{value:,.0f}") for value in across.ticks)


def _line(arm: str, values: Floats, across: Axis, up: Axis, fine: bool) -> ArmLine:
    mean, low, high = values.mean(axis=0), values.min(axis=0), values.max(axis=0)
    band = ""
    if (low < high).any():
        there, back = _points(high, across, up, fine), _points(low, across, up, fine)[::-1]
        band = f"{_path(there, fine)}L{_path(back, fine)[1:]}Z"
    return ArmLine(arm, _path(_points(mean, across, up, fine), fine), band)


def _points(values: Floats, across: Axis, up: Axis, fine: bool) -> Floats:
    """(k, 2) points of the line in the box, without those on a straight line between others."""
    rounds = np.arange(len(values), dtype=np.float64)
    points = BOX * np.stack([across.at(rounds), 1 - up.at(values)], axis=1)
    columns = _COLUMNS_FINE if fine else _COLUMNS_COARSE
    return _straightened(_thinned(points, columns), _TOLERANCE_FINE if fine else _TOLERANCE_COARSE)


def _thinned(points: Floats, columns: int) -> Floats:
    """The first, last, highest and lowest point of each column of the figure."""
    if len(points) <= 4 * columns:
        return points
    kept = {0, len(points) - 1}
    length = -(-len(points) // columns)
    for begin in range(0, len(points), length):
        stretch = points[begin : begin + length, 1]
        kept |= {begin, begin + len(stretch) - 1, begin + int(stretch.argmin()), begin + int(stretch.argmax())}
    return points[sorted(kept)]


def _straightened(points: Floats, tolerance: float) -> Floats:
    """The points, without those nearer than `tolerance` to the simplified line (Douglas & Peucker 1973)."""
    kept = {0, len(points) - 1}
    open_ = [(0, len(points) - 1)]
    while open_:
        first, last = open_.pop()
        if last - first < 2:
            continue
        (x0, y0), (x1, y1) = points[first], points[last]
        between = points[first + 1 : last]
        off = np.abs(between[:, 1] - y0 - (y1 - y0) * (between[:, 0] - x0) / (x1 - x0))
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            kept.add(middle)
            open_ += [(first, middle), (middle, last)]
    return points[sorted(kept)]


def _path(points: Floats, fine: bool) -> str:
    return "M" + "L".join(f"{_coordinate(x, fine)} {_coordinate(y, fine)}" for x, y in points.tolist())


def _coordinate(value: float, fine: bool) -> str:
    return f"{value:.1f}".removesuffix(".0") if fine else f"{value:.0f}"


def windows(spans: Sequence[tuple[int, int]], rounds: int) -> list[tuple[float, float]]:
    """Intervals of rounds as (start, width) along the axis of a figure.

    Args:
        spans: (first round, first round after) of each.
        rounds: The number of rounds of the figure.
    """
    last = max(1, rounds - 1)
    return [(begin / last, (min(end, last) - begin) / last) for begin, end in spans if begin < last]

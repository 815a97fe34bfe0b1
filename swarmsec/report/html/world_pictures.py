"""The pictures that a world declares: panels over the rounds, or a map of flows, with all arms in one figure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.report.html.lines import LineChart, line_chart
from swarmsec.report.html.rounds import Rounds
from swarmsec.report.numbers import amount, figure_words
from swarmsec.worlds import Chart, FlowMap, Metric, World

_SIZE, _RADIUS = 1000, 330
"""A map is drawn in a square of this size, its places on a circle of this radius around the middle."""

_AWAY = 105
"""The distance of an arrow's ends from the middle of its place."""

_BEND = 0.16
"""How far an arrow is bent to the left, as a share of its length, so that the two directions are apart."""

_WIDTH_MAX = 60.0


class Panel(NamedTuple):
    """One figure of a chart over the rounds.

    Attributes:
        name: The figure in words.
        unit: Its unit; empty if it has none.
        chart: Its lines, one for each arm.
        description: The last value of each arm, as text.
    """

    name: str
    unit: str
    chart: LineChart
    description: str


class PanelFigure(NamedTuple):
    """A chart that a world declares.

    Attributes:
        title: Its title.
        help: What it shows.
        panels: Its panels, in order.
    """

    title: str
    help: str
    panels: tuple[Panel, ...]


class Arrow(NamedTuple):
    """An arrow of a map.

    Attributes:
        path: Its line.
        head: Its head.
        width: The width of its line.
    """

    path: str
    head: str
    width: float


class MapPlace(NamedTuple):
    """A place of a map: its name, and where it stands."""

    name: str
    x: int
    y: int


class ArmMap(NamedTuple):
    """The map of one arm.

    Attributes:
        arm: The arm.
        total: The sum of all flows, as text.
        arrows: The flows above 0, the widest first.
        description: Every flow above 0, as text.
    """

    arm: str
    total: str
    arrows: tuple[Arrow, ...]
    description: str


class MapFigure(NamedTuple):
    """A map of flows that a world declares; the maps of all arms have the same scale.

    Attributes:
        title: Its title.
        help: What it shows.
        unit: The unit of the flows.
        places: The places.
        maps: One for each arm.
    """

    title: str
    help: str
    unit: str
    places: tuple[MapPlace, ...]
    maps: tuple[ArmMap, ...]


def world_pictures(world: type[World], rounds: Rounds) -> list[PanelFigure | MapFigure]:
    """The pictures of a run, without those whose figures the run does not have.

    Args:
        world: The class of the world.
        rounds: The figures of the run.
    """
    return [
        _map_figure(picture, world, rounds) if isinstance(picture, FlowMap) else _panel_figure(picture, world, rounds)
        for picture in world.pictures
        if set(picture.figures) <= set(rounds.metrics)
    ]


def _panel_figure(picture: Chart, world: type[World], rounds: Rounds) -> PanelFigure:
    axes = {name: _axis_of(name, world) for name in picture.figures}
    panels = []
    for name in picture.figures:
        sharing = [other for other in picture.figures if axes[other] == axes[name]]
        values = [arm for other in sharing for arm in rounds.metrics[other].values()]
        reach = min(float(one.min()) for one in values), max(float(one.max()) for one in values)
        unit = world.unit_of(name)
        chart = line_chart(name, rounds.metrics[name], unit, small=True, reach=reach)
        panels.append(Panel(figure_words(name, unit), unit, chart, last_values(rounds.metrics[name], unit)))
    return PanelFigure(picture.title, picture.help, tuple(panels))


def _axis_of(name: str, world: type[World]) -> str:
    """What figures must have in common to be drawn on one scale; a share or a count has one of its own."""
    declared = next((metric for metric in world.metrics if metric.name == name), Metric(name=name))
    return declared.axis or world.unit_of(name) or name


def last_values(arms: Mapping[str, Floats], unit: str) -> str:
    """A chart as text for screen readers: the last value of each arm, from arm → (seeds, rounds)."""
    ends = [f"{arm} {amount(float(values[:, -1].mean()), unit)}" for arm, values in arms.items()]
    return f"Mean over seeds in the last round: {', '.join(ends)}."


def _map_figure(picture: FlowMap, world: type[World], rounds: Rounds) -> MapFigure:
    places = tuple(_place(number, name, len(picture.places)) for number, name in enumerate(picture.places))
    unit = world.unit_of(picture.figures[0]) if picture.flows else ""
    declared = {metric.name: metric for metric in world.metrics}
    amounts = {
        arm: [_of_runs(rounds.metrics[name][arm], declared.get(name, Metric(name=name))) for name in picture.figures]
        for arm in rounds.arms
    }
    widest = max((flow for flows in amounts.values() for flow in flows), default=0.0)
    maps = tuple(_arm_map(arm, flows, picture, places, unit, widest) for arm, flows in amounts.items())
    return MapFigure(picture.title, picture.help, unit, places, maps)


def _of_runs(values: Floats, metric: Metric) -> float:
    """The mean over the seeds of a figure of the run, from (seeds, rounds)."""
    return float(np.mean([metric.of_run(of_seed) for of_seed in values]))


def _arm_map(
    arm: str, flows: Sequence[float], picture: FlowMap, places: Sequence[MapPlace], unit: str, widest: float
) -> ArmMap:
    by_name = {place.name: place for place in places}
    there = sorted(
        ((size, flow) for size, flow in zip(flows, picture.flows, strict=True) if size > 0),
        key=lambda one: -one[0],
    )
    return ArmMap(
        arm=arm,
        total=amount(math.fsum(size for size, _ in there), unit),
        arrows=tuple(
            _arrow(by_name[flow.source], by_name[flow.target], max(3.0, _WIDTH_MAX * size / widest))
            for size, flow in there
        ),
        description="; ".join(f"{flow.source} to {flow.target}: {amount(size, unit)}" for size, flow in there) + "."
        if there
        else "No flows.",
    )


def _place(number: int, name: str, count: int) -> MapPlace:
    angle = 2 * math.pi * number / count - math.pi / 2
    middle = _SIZE / 2
    return MapPlace(name, round(middle + _RADIUS * math.cos(angle)), round(middle + _RADIUS * math.sin(angle)))


def _arrow(source: MapPlace, target: MapPlace, width: float) -> Arrow:
    """A bent line from one place to another, with a head at its end."""
    start, end = complex(source.x, source.y), complex(target.x, target.y)
    along = end - start
    bend = (start + end) / 2 - 1j * _BEND * along
    start += _AWAY * (bend - start) / abs(bend - start)
    end += _AWAY * (bend - end) / abs(bend - end)
    forward = (end - bend) / abs(end - bend)
    size = 16.0 + 0.6 * width
    neck = end - forward * size
    left, right = neck + 1j * forward * size * 0.7, neck - 1j * forward * size * 0.7
    path = f"M{_point(start)}Q{_point(bend)} {_point(neck)}"
    return Arrow(path, f"M{_point(end)}L{_point(left)}L{_point(right)}Z", round(width, 1))


def _point(at: complex) -> str:
    return f"{at.real:.0f} {at.imag:.0f}"

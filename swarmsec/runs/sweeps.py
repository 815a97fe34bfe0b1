"""Play a scenario at the points of its sweep, one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.runs.runner import run
from swarmsec.scenario import Scenario
from swarmsec.scenario.sweep import check_point
from swarmsec.scoring import Result

SCHEMA = "swarmsec.sweep/v1"


class SweepPoint(NamedTuple):
    """One point of a sweep, played.

    Attributes:
        number: Which one, counted from 0.
        settings: Its values: path → value.
        scenario: The scenario there.
        result: Its score.
    """

    number: int
    settings: Mapping[str, Any]
    scenario: Scenario
    result: Result

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"point": self.number, "settings": dict(self.settings), "result": self.result.to_dict()}


def at_point(scenario: Scenario, number: int) -> Scenario:
    """The scenario at one point of its sweep, counted from 0; the line that repeats it names the point.

    Raises:
        UsageError: There is no such point.
    """
    points = scenario.points()
    settings, there = points[check_point(number, len(points))]
    return _named(scenario, number, there) if settings else there


def run_points(scenario: Scenario, *, play: Callable[[Scenario], Result] = run) -> Iterator[SweepPoint]:
    """Play every point of a sweep and give each as it is done, without its traces.

    Args:
        scenario: What to play; without a sweep it is one point.
        play: How to play one of them.
    """
    for number, (settings, there) in enumerate(scenario.points()):
        there = _named(scenario, number, there) if settings else there
        yield SweepPoint(number, settings, there, dataclasses.replace(play(there), seed_runs=()))


def to_dict(points: Sequence[SweepPoint]) -> dict[str, Any]:
    """A sweep as plain data."""
    return {"schema": SCHEMA, "points": [point.to_dict() for point in points]}


def _named(scenario: Scenario, number: int, there: Scenario) -> Scenario:
    return dataclasses.replace(there, changes=dataclasses.replace(scenario.changes, point=number))

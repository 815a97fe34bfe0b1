"""Run a scenario at every point of its sweep."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.runs.cache import JobCache
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.runner import run_scenario
from swarmsec.runs.seeds import jobs_of
from swarmsec.scenario import Scenario
from swarmsec.scenario.sweep import check_point
from swarmsec.scoring import Result

SCHEMA = "swarmsec.sweep/v1"


class SweepPoint(NamedTuple):
    """The result at one point of a sweep.

    Attributes:
        number: The number of the point, counted from 0.
        settings: Its values: path → value.
        scenario: The scenario with these values.
        result: Its score, without traces.
    """

    number: int
    settings: Mapping[str, Any]
    scenario: Scenario
    result: Result

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"point": self.number, "settings": dict(self.settings), "result": self.result.to_dict()}


def at_point(scenario: Scenario, number: int) -> Scenario:
    """The scenario at one point of its sweep, counted from 0; its repeat command includes the point.

    Raises:
        UsageError: There is no such point.
    """
    points = scenario.points()
    settings, with_values = points[check_point(number, len(points))]
    return _numbered(scenario, number, with_values) if settings else with_values


def run_points(
    scenario: Scenario,
    cache: JobCache[JobResult],
    *,
    seeds: Sequence[int] | None = None,
    run_point: Callable[[Scenario, Sequence[int]], Result] | None = None,
) -> Iterator[SweepPoint]:
    """Run every point of a sweep, and yield each when it is done. An arm that points share is run once.

    Args:
        scenario: The scenario; without a sweep it has one point.
        cache: Runs the jobs. A result is dropped after the last point that needs it.
        seeds: The seeds of every point; each point's own unless given.
        run_point: Runs one point with the cache; `run_scenario` unless given.
    """
    points = [
        (settings, _numbered(scenario, number, with_values) if settings else with_values)
        for number, (settings, with_values) in enumerate(scenario.points())
    ]
    ids = [[one.id for one in jobs_of(point, point.seeds if seeds is None else seeds)] for _, point in points]
    uses = Counter(one for of_point in ids for one in of_point)
    for number, (settings, point) in enumerate(points):
        wanted = point.seeds if seeds is None else seeds
        result = run_point(point, wanted) if run_point else run_scenario(point, wanted, cache)
        yield SweepPoint(number, settings, point, dataclasses.replace(result, seed_runs=()))
        uses.subtract(ids[number])
        cache.drop(one for one in ids[number] if not uses[one])


def to_dict(points: Sequence[SweepPoint]) -> dict[str, Any]:
    """A sweep as plain data."""
    return {"schema": SCHEMA, "points": [point.to_dict() for point in points]}


def _numbered(scenario: Scenario, number: int, with_values: Scenario) -> Scenario:
    return dataclasses.replace(with_values, changes=dataclasses.replace(scenario.changes, point=number))

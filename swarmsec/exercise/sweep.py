"""Play a scenario at the points of its sweep, one after the other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.authoring import Scenario
from swarmsec.authoring.resolve import check_point
from swarmsec.exercise.run import run
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


def play_points(
    scenario: Scenario,
    *,
    wanted: Sequence[int] | None = None,
    play: Callable[[Scenario], Result] = run,
) -> Iterator[SweepPoint]:
    """Play points of a sweep and give each as it is done.

    Args:
        scenario: What to play; without a sweep it is one point.
        wanted: Which points, counted from 0; all of them unless given.
        play: How to play one of them.

    Raises:
        UsageError: There is no such point.
    """
    points = scenario.points()
    numbers = range(len(points)) if wanted is None else [check_point(number, len(points)) for number in wanted]
    for number in numbers:
        settings, there = points[number]
        if settings:  # The line that repeats a point names it, next to what was changed before.
            there = dataclasses.replace(there, changes=(*scenario.changes, "--point", str(number)))
        yield SweepPoint(number, settings, there, play(there))


def to_dict(points: Sequence[SweepPoint]) -> dict[str, Any]:
    """A sweep as plain data."""
    return {"schema": SCHEMA, "points": [point.to_dict() for point in points]}

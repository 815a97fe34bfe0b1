"""`resolve`: a scenario, or the points of its sweep, with every default written out."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.authoring.origin import origins
from swarmsec.parameters import spot
from swarmsec.scenario.load import Scenario
from swarmsec.scenario.overrides import steps
from swarmsec.scenario.sweep import check_point
from swarmsec.scenario.writer import as_yaml, with_comments
from swarmsec.scenario.yaml_tree import YamlPath


class Resolved(NamedTuple):
    """A resolved scenario.

    Attributes:
        scenario: The scenario.
        point: The number of the sweep's point; None for the scenario with its sweep.
        settings: The values of that point: path → value.
        origins: The origin of each value, by its path in the document.
    """

    scenario: Scenario
    point: int | None
    settings: Mapping[str, Any]
    origins: Mapping[YamlPath, str]

    def text(self, *, origin: bool = False) -> str:
        """As YAML that loads to the same scenario; with `origin`, a comment states the origin of each value."""
        text = as_yaml(self.scenario)
        return with_comments(text, self.origins) if origin else text

    def to_dict(self, *, origin: bool = False) -> dict[str, Any]:
        """As plain data."""
        head: dict[str, Any] = {"scenario": self.scenario.source, "digest": self.scenario.digest}
        if self.point is not None:
            head |= {"point": self.point, "settings": dict(self.settings)}
        head["document"] = dict(self.scenario.document)
        return head | ({"origin": {spot(path): text for path, text in self.origins.items()}} if origin else {})


def resolve(scenario: Scenario) -> Resolved:
    """The scenario with its sweep."""
    return Resolved(scenario, None, {}, origins(scenario))


def resolve_points(scenario: Scenario, wanted: Sequence[int] | None = None) -> list[Resolved]:
    """The scenario at points of its sweep.

    Args:
        scenario: A loaded scenario.
        wanted: Numbers of points, counted from 0; all points unless given.

    Raises:
        UsageError: The sweep has no point of that number.
    """
    points = scenario.points()
    found = []
    for number in range(len(points)) if wanted is None else wanted:
        settings, there = points[check_point(number, len(points))]
        as_written = dataclasses.replace(there, tree=scenario.tree, changes=scenario.changes)
        moved = {steps(path): value for path, value in settings.items()}
        moved |= {("sweep",): {}} if settings else {}
        found.append(Resolved(there, number, settings, origins(as_written, moved)))
    return found

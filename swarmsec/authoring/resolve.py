"""A scenario, or the points of its sweep, with everything that it means written out."""

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
    """A scenario written out.

    Attributes:
        scenario: What is written out.
        point: Which point of the sweep it is; None for the scenario with its sweep.
        settings: The values of that point: path → value.
        origins: Where each value comes from, by its path in the document.
    """

    scenario: Scenario
    point: int | None
    settings: Mapping[str, Any]
    origins: Mapping[YamlPath, str]

    def text(self, *, origin: bool = False) -> str:
        """As YAML that loads to the same scenario; with `origin`, each value says where it comes from."""
        text = as_yaml(self.scenario)
        return with_comments(text, self.origins) if origin else text

    def to_dict(self, *, origin: bool = False) -> dict[str, Any]:
        """As plain data."""
        head: dict[str, Any] = {"scenario": self.scenario.source, "digest": self.scenario.digest}
        if self.point is not None:
            head |= {"point": self.point, "settings": dict(self.settings)}
        head["document"] = dict(self.scenario.document)
        return head | ({"origin": {spot(path): said for path, said in self.origins.items()}} if origin else {})


def resolve(scenario: Scenario) -> Resolved:
    """The scenario itself, its sweep still in it."""
    return Resolved(scenario, None, {}, origins(scenario))


def resolve_points(scenario: Scenario, wanted: Sequence[int] | None = None) -> list[Resolved]:
    """The scenario at points of its sweep, counted from 0; at all of them unless told which.

    Raises:
        UsageError: It has no such point.
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

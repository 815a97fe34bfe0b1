"""The origin of each value of a resolved scenario: a line of a file, a default, a phase, or an option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from swarmsec.scenario.build import SPEC_FAMILIES
from swarmsec.scenario.load import Scenario
from swarmsec.scenario.yaml_tree import Place, Tree, YamlPath

_TWO_LEVELS = frozenset({"rules", "score"})


def origins(scenario: Scenario, point: Mapping[YamlPath, Any] | None = None) -> dict[YamlPath, str]:
    """The origin of each value, by its path in the resolved document.

    Args:
        scenario: The loaded scenario.
        point: Values of its sweep that replace its own: path → value.

    Returns:
        path → `mine.yaml:7`, `base.yaml:7 (extends)`, `phase strike (mine.yaml:9)`, `default of attacks.stubborn`,
        `--set rounds`, `--attack`, `sweep (mine.yaml:12)`, or `given` for a value of a mapping from Python.
    """
    return {path: _origin(path, scenario, point or {}) for path in leaves(scenario.document)}


def leaves(document: Mapping[str, Any]) -> Iterator[YamlPath]:
    """The paths of the values that have an origin: keys of the scenario, and parameters of its plug-ins."""
    for key, value in document.items():
        if key in SPEC_FAMILIES and isinstance(value, Mapping):
            yield from ((key, name) for name in value)
        elif key in _TWO_LEVELS or key == "sweep":
            for name, inner in value.items():
                yield from ((key, name, one) for one in inner) if key == "rules" else iter([(key, name)])
        elif isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
            for position, spec in enumerate(value):
                yield from ((key, position, name) for name in spec)
        else:
            yield (key,)


def _origin(path: YamlPath, scenario: Scenario, point: Mapping[YamlPath, Any]) -> str:
    tree = scenario.tree
    for way in point:
        if path[: len(way)] == way or way[: len(path)] == path:
            return _with_line("sweep", tree.place(("sweep",)), scenario)
    if (option := _option(path, tree, scenario)) and _is_written(path, tree.data):
        return option
    if place := tree.places.get(path):
        return _of_place(path, place, scenario)
    if path == ("campaigns",) and any(way[:1] == path for way in tree.places):
        return "expanded to attacks"
    if _is_written(path, tree.data):
        return _implied(path, scenario)
    return _default(path, scenario.document)


def _option(path: YamlPath, tree: Tree, scenario: Scenario) -> str:
    """The option of the command line that set a value, or ""."""
    for way in reversed(tree.replaced):
        if path[: len(way)] == way or way[: len(path)] == path:
            if way == ("attacks",) and scenario.changes.attacks is not None:
                return "--attack"
            if way == ("defenses",) and scenario.changes.defenses is not None:
                return "--defense"
            return f"--set {''.join(_dotted(way))}"
    return ""


def _dotted(path: YamlPath) -> Iterator[str]:
    for position, step in enumerate(path):
        yield f"[{step}]" if isinstance(step, int) else f".{step}" if position else step


def _of_place(path: YamlPath, place: Place, scenario: Scenario) -> str:
    tree = scenario.tree
    schedule = tree.places.get(("schedule",))
    if path == ("rounds",) and schedule and schedule.key == place.key:
        return _with_line("schedule", place, scenario)
    if path[0] == "attacks" and any(
        way[0] == "campaigns" and there == place for way, there in tree.places.items() if len(way) == len(path) + 1
    ):
        return _with_line("campaign", place, scenario)
    return _line(place, scenario)


def _implied(path: YamlPath, scenario: Scenario) -> str:
    """The origin of a value that a schedule or a campaign sets, or that has no place."""
    for key in ("phase", "for"):
        if place := scenario.tree.places.get((*path[:-1], key)):
            return _with_line("phase" if key == "phase" else "campaign", place, scenario)
    place = scenario.tree.place(path)
    return _line(place, scenario) if place else "given"


def _with_line(origin: str, place: Place | None, scenario: Scenario) -> str:
    return f"{origin} ({_line(place, scenario)})" if place else origin


def _line(place: Place, scenario: Scenario) -> str:
    label = place.key.label
    own = scenario.tree.places[()].key.label if () in scenario.tree.places else label
    return f"{label}:{place.key.line}" + ("" if label == own else " (extends)")


def _default(path: YamlPath, document: Mapping[str, Any]) -> str:
    """The class whose default a value is, as an origin."""
    key = str(path[0])
    if len(path) == 1 or key not in SPEC_FAMILIES:
        owner = f"rules.{path[1]}" if key == "rules" else str(document["world"]["kind"]) if key == "score" else ""
        return f"default of worlds.{owner}" if key == "score" else f"default of {owner or 'the format'}"
    spec = document[key][path[1]] if isinstance(path[1], int) else document[key]
    return f"default of {SPEC_FAMILIES[key]}.{spec['kind']}"


def _is_written(path: YamlPath, value: Any) -> bool:
    """Whether a document has a value at a path."""
    for step in path:
        inside = step in value if isinstance(value, Mapping) else isinstance(step, int) and isinstance(value, list)
        if not inside or (isinstance(value, list) and int(step) >= len(value)):
            return False
        value = value[step]
    return True

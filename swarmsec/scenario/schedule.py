"""Expand schedules and campaigns: phases become rounds, campaigns become attacks.

A schedule is a list of consecutive phases; an attack that names a `phase` is active in its rounds. A campaign is a
named sequence of attacks, each active `for` a number of rounds; the first one starts when the campaign starts. Every
expanded value keeps the place where its author wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from swarmsec.errors import did_you_mean
from swarmsec.parameters import Ge, Help, MinLen, Problem, Unit, problems, shown
from swarmsec.scenario.findings import in_mapping
from swarmsec.scenario.model import PLUGINS_MAX
from swarmsec.scenario.yaml_tree import Place, Tree, YamlPath

Window = tuple[int, int]
"""The first round of a phase, and the first round after it."""


@dataclass(kw_only=True)
class Phase:
    """One phase of a schedule."""

    phase: Annotated[str, MinLen(1), Help("Its name; an attack refers to it with `phase`.")]
    rounds: Annotated[int, Ge(1), Unit("rounds"), Help("Its length.")]


@dataclass(kw_only=True)
class CampaignUse:
    """A campaign in the list of attacks; its steps run one after another, beginning in round `start`."""

    campaign: Annotated[str, MinLen(1), Help("The name of one of the scenario's `campaigns`.")]
    start: Annotated[int, Ge(0), Unit("round"), Help("The first round of its first step.")] = 0


def expand(tree: Tree) -> tuple[Tree, list[Problem]]:
    """The tree with its schedule and campaigns expanded, and their errors.

    A tree with errors is expanded as far as possible. A campaign that no attack uses is kept as it is.
    """
    if not isinstance(tree.data, Mapping):
        return tree, []
    data = dict(tree.data)
    places = dict(tree.places)
    windows, found = _windows(data)
    if windows and "rounds" not in data:
        data["rounds"] = max(stop for _, stop in windows.values())
        if ("schedule",) in places:
            places[("rounds",)] = places[("schedule",)]
    origins: dict[YamlPath, YamlPath] = {}
    attacks, wrong = _attacks(data, windows, places, origins)
    if attacks is not None:
        data["attacks"] = attacks
    if isinstance(campaigns := data.get("campaigns"), Mapping):
        uses = tree.data["attacks"] if isinstance(tree.data.get("attacks"), list) else ()
        used = {spec["campaign"] for spec in uses if _uses(spec, campaigns)}
        data["campaigns"] = {name: steps for name, steps in campaigns.items() if name not in used}
        for name, steps in data["campaigns"].items():
            if isinstance(steps, list) and all(isinstance(step, Mapping) for step in steps):
                wrong += _timed(steps, ("campaigns", name), 0)[1]
    return Tree(data, places, tree.texts, tree.replaced, origins), list(dict.fromkeys([*found, *wrong]))


def _windows(data: Mapping[str, Any]) -> tuple[dict[str, Window], list[Problem]]:
    """The rounds of every phase, and the errors of the schedule."""
    schedule = data.get("schedule")
    if not isinstance(schedule, list):
        return {}, []  # The check of the document reports a wrong type.
    windows: dict[str, Window] = {}
    found: list[Problem] = []
    at = 0
    for position, phase in enumerate(schedule):
        path: YamlPath = ("schedule", position)
        if not isinstance(phase, Mapping):
            continue
        wrong = problems(Phase, phase)
        found += [in_mapping(path, problem) for problem in wrong]
        if wrong:
            continue
        if phase["phase"] in windows:
            found.append(
                Problem((*path, "phase"), f"the phase `{phase['phase']}` is defined twice; names must be unique")
            )
            continue
        windows[phase["phase"]] = at, at + phase["rounds"]
        at += phase["rounds"]
    if not found and isinstance(data.get("rounds"), int) and schedule and data["rounds"] != at:
        found.append(Problem(("rounds",), f"{data['rounds']} given; the schedule's phases take {at:,} rounds"))
    return windows, found


def _attacks(
    data: Mapping[str, Any],
    windows: Mapping[str, Window],
    places: dict[YamlPath, Place],
    origins: dict[YamlPath, YamlPath],
) -> tuple[list[Any] | None, list[Problem]]:
    """The attacks with campaigns and phases expanded, and their errors."""
    written = data.get("attacks")
    campaigns = data.get("campaigns", {})
    if not isinstance(written, list):
        return None, []
    found: list[Problem] = []
    if not isinstance(campaigns, Mapping):
        campaigns = {}  # The check of the document reports a wrong type.
    attacks: list[Any] = []
    moved: dict[YamlPath, Place] = {}
    inside: dict[YamlPath, list[YamlPath]] = {}
    for way in places:
        inside.setdefault(way[: 3 if way[:1] == ("campaigns",) else 2], []).append(way)

    def add(spec: Any, origin: YamlPath) -> None:
        origins[("attacks", len(attacks))] = origin
        for path in inside.get(origin, ()):
            moved[("attacks", len(attacks), *path[len(origin) :])] = places[path]
        attacks.append(spec)

    for position, spec in enumerate(written):
        if len(attacks) > PLUGINS_MAX:
            break  # The check of the document refuses this number; a few campaigns could expand to millions of attacks.
        path: YamlPath = ("attacks", position)
        if isinstance(spec, Mapping) and "campaign" in spec:
            steps, wrong = _steps(spec, path, campaigns)
            found += wrong
            for step, origin in steps:
                add(step, origin)
        else:
            spec, wrong = _in_phase(spec, path, windows)
            found += wrong
            add(spec, path)
    for path in [path for path in places if path[:1] == ("attacks",) and len(path) > 1]:
        del places[path]
    places.update(moved)
    return attacks, found


def _in_phase(spec: Any, path: YamlPath, windows: Mapping[str, Window]) -> tuple[Any, list[Problem]]:
    """An attack with the rounds of its phase, and its errors."""
    if not isinstance(spec, Mapping) or "phase" not in spec:
        return spec, []
    timed = {key: value for key, value in spec.items() if key != "phase"}
    name = spec["phase"]
    if not isinstance(name, str):
        return timed, [Problem((*path, "phase"), f"{shown(name)} given; must be the name of a phase")]
    if name not in windows:
        hint = did_you_mean(str(name), windows)
        return timed, [Problem((*path, "phase"), f"the schedule has no phase `{name}`", hint)]
    if both := [key for key in ("start", "stop") if key in spec]:
        return timed, [Problem((*path, both[0]), f"given next to `phase`, which sets it already; remove `{both[0]}`")]
    start, stop = windows[name]
    return {**timed, "start": start, "stop": stop}, []


def _steps(
    use: Mapping[str, Any], path: YamlPath, campaigns: Mapping[str, Any]
) -> tuple[list[tuple[Any, YamlPath]], list[Problem]]:
    """The steps of a campaign with their rounds and their paths in the file, and the errors."""
    if wrong := problems(CampaignUse, use):
        return [], [in_mapping(path, problem) for problem in wrong]
    name = use["campaign"]
    steps = campaigns.get(name)
    if not isinstance(steps, list):
        return [], [Problem((*path, "campaign"), f"no campaign `{name}`", did_you_mean(name, campaigns))]
    return _timed(steps, ("campaigns", name), use.get("start", 0))


def _timed(steps: Sequence[Any], path: YamlPath, at: int) -> tuple[list[tuple[Any, YamlPath]], list[Problem]]:
    """Consecutive steps that begin in round `at`, with their paths in the file, and the errors."""
    expanded: list[tuple[Any, YamlPath]] = []
    found: list[Problem] = []
    for position, step in enumerate(steps):
        origin: YamlPath = (*path, position)
        length = step.get("for") if isinstance(step, Mapping) else None
        if not isinstance(length, int) or isinstance(length, bool) or length < 1:
            given = f"{shown(length)} given" if isinstance(step, Mapping) and "for" in step else "missing"
            found.append(Problem((*origin, "for"), f"{given}; must be the number of rounds of this step, at least 1"))
            continue
        assert isinstance(step, Mapping)
        for key in ("start", "stop"):
            if key in step:
                found.append(Problem((*origin, key), f"the order of the steps and `for` set it; remove `{key}`"))
        timed = {key: value for key, value in step.items() if key != "for"}
        expanded.append(({**timed, "start": at, "stop": at + length}, origin))
        at += length
    return expanded, found


def _uses(spec: Any, campaigns: Mapping[str, Any]) -> bool:
    """Whether an item of the attacks uses a campaign that exists."""
    name = spec.get("campaign") if isinstance(spec, Mapping) else None
    return isinstance(name, str) and name in campaigns

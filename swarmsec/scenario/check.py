"""Check a document: find all of its errors at once, without building or running anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from swarmsec.errors import UnknownNameError, did_you_mean
from swarmsec.parameters import Problem, problems, shown, spot
from swarmsec.plugin import Family
from swarmsec.registry import Registry
from swarmsec.scenario.findings import in_mapping
from swarmsec.scenario.forms import with_form_hint
from swarmsec.scenario.model import PLUGINS_MAX, Document
from swarmsec.scenario.overrides import steps, with_value
from swarmsec.scenario.sweep import check_sweep, single_changes
from swarmsec.scenario.versions import is_older
from swarmsec.scenario.yaml_tree import YamlPath
from swarmsec.swarm.setup import Aim
from swarmsec.teams import BlueRules, RedRules


class CheckProblem(NamedTuple):
    """A problem of a document, and the topic of `swarmsec explain` that describes the key."""

    problem: Problem
    topic: str


TEAMS: dict[str, type[Any]] = {"red": RedRules, "blue": BlueRules}


SPEC_KEYS = frozenset({"kind", "name"})
"""The keys of a plug-in that are not parameters: its kind, and its name, by which `extends` merges it."""


def check(data: Any, registry: Registry, *, partial: bool = False) -> list[CheckProblem]:
    """All errors in a document's keys, plug-ins and parameters, in the order of the document.

    Args:
        data: The document as plain data.
        registry: The installed plug-ins.
        partial: Whether the document extends another one, which may have the keys that are missing here.
    """
    if not isinstance(data, Mapping):
        return [CheckProblem(Problem((), "a scenario must be a mapping with keys such as name, world and network"), "")]
    if is_older(data.get("apiVersion")):
        message = f"{data['apiVersion']} is an older version of the format; run swarmsec migrate --write FILE"
        return [CheckProblem(Problem(("apiVersion",), message), "")]
    keys = {key: value for key, value in data.items() if not key.startswith("x-")}
    found = [CheckProblem(with_form_hint(_as_key(problem), keys), "") for problem in problems(Document, keys)]
    wrong = {one.problem.path[0] for one in found if one.problem.path}
    for team in ("attacks", "defenses"):
        if team not in wrong and len(keys.get(team, ())) > PLUGINS_MAX:
            message = f"more than {PLUGINS_MAX:,} {team}, steps of campaigns included; must be at most {PLUGINS_MAX:,}"
            found.append(CheckProblem(Problem((team,), message), ""))
            wrong.add(team)
    for path, family, spec in _specs(keys, wrong):
        if partial and spec.get("drop", True) is not True:
            found.append(
                CheckProblem(
                    Problem((*path, "drop"), f"{shown(spec['drop'])} given; must be true, or left out"), "extends"
                )
            )
        if not isinstance(spec.get("name", ""), str):
            found.append(CheckProblem(Problem((*path, "name"), f"{shown(spec['name'])} given; must be text"), ""))
        found += _check_spec(path, family, spec, registry, partial=partial)
    if "rules" not in wrong:
        found += _check_rules(keys.get("rules", {}))
    if "score" not in wrong:
        found += _check_score(keys.get("score", {}))
    if keys.get("sweep") and not partial and not found:
        found = _check_sweep(keys, registry)
    if partial:
        found = [one for one in found if not one.problem.message.startswith("missing")]
    order = {key: place for place, key in enumerate(keys)}
    return sorted(found, key=lambda one: order.get(str(one.problem.path[0]) if one.problem.path else "", len(order)))


def _specs(keys: Mapping[str, Any], wrong: set[Any]) -> Iterator[tuple[YamlPath, Family, Mapping[str, Any]]]:
    """Every plug-in, except under keys that are wrong themselves."""
    singles: tuple[tuple[str, Family], ...] = (
        ("world", "worlds"),
        ("network", "topologies"),
        ("protocol", "protocols"),
    )
    for key, family in singles:
        if key in keys and key not in wrong:
            yield (key,), family, keys[key]
    teams: tuple[Family, ...] = ("attacks", "defenses")
    for team in teams:
        if team not in wrong:
            for position, spec in enumerate(keys.get(team, ())):
                yield (team, position), team, spec
    if "campaigns" not in wrong:  # Only unused campaigns are left here; the others are expanded to attacks.
        for name, steps in keys.get("campaigns", {}).items():
            for position, step in enumerate(steps):
                yield ("campaigns", name, position), "attacks", {key: step[key] for key in step if key != "for"}


def _check_spec(
    path: YamlPath, family: Family, spec: Mapping[str, Any], registry: Registry, *, partial: bool
) -> list[CheckProblem]:
    kind = spec.get("kind")
    if kind is None and partial:
        return []
    if kind is None:
        message = f"missing; must be one of the {family}"
        return [CheckProblem(Problem((*path, "kind"), message, did_you_mean("", registry.kinds(family))), family)]
    if not isinstance(kind, str):
        return [CheckProblem(Problem((*path, "kind"), f"{shown(kind)} given; must be a name"), "")]
    try:
        plugin = registry.get(family, kind)
    except UnknownNameError as error:
        message, _, hint = error.message.partition("; ")
        return [CheckProblem(Problem((*path, "kind"), message, hint), family)]
    own = SPEC_KEYS | {"drop"} if partial else SPEC_KEYS
    parameters = {key: value for key, value in spec.items() if key not in own}
    topic = f"{family}.{kind}"
    return [CheckProblem(in_mapping(path, problem), topic) for problem in problems(plugin, parameters)]


def _check_rules(rules: Mapping[str, Any]) -> list[CheckProblem]:
    found = []
    for team, budget in rules.items():
        path: YamlPath = ("rules", team)
        if team not in TEAMS:
            found.append(CheckProblem(Problem(path, "unknown key", did_you_mean(team, TEAMS)), "rules"))
        elif not isinstance(budget, Mapping):
            found.append(CheckProblem(Problem(path, f"{shown(budget)} given; must be a mapping of budgets"), "rules"))
        else:
            found += [
                CheckProblem(in_mapping(path, problem), f"rules.{team}") for problem in problems(TEAMS[team], budget)
            ]
    return found


def _check_score(score: Mapping[str, Any]) -> list[CheckProblem]:
    unknown = [key for key in score if key not in {"bill", "unbilled"}]
    found = [Problem(("score", key), "unknown key", "did you mean `bill`?") for key in unknown]
    aims = score.get("unbilled", [])
    if not isinstance(aims, list) or not all(isinstance(aim, Mapping) for aim in aims):
        found.append(Problem(("score", "unbilled"), f"{shown(aims)} given; must be a list of mappings"))
    else:
        for position, aim in enumerate(aims):
            found += [in_mapping(("score", "unbilled", position), problem) for problem in problems(Aim, aim)]
    return [CheckProblem(problem, "") for problem in found]


def _check_sweep(keys: Mapping[str, Any], registry: Registry) -> list[CheckProblem]:
    """The errors of a sweep over a document that has no other errors."""
    sweep = keys["sweep"]
    found = [CheckProblem(problem, "sweep") for problem in check_sweep(sweep, keys)]
    if found:
        return found
    for at, value in single_changes(sweep):
        branch, path = _branch(keys, steps(str(at[1])))
        for one in check(with_value(branch, path, value), registry):
            problem = one.problem
            if len(problem.path) == 1 and problem.message.startswith("missing"):
                continue  # The key is in a part of the document that is left out here.
            place, message = (at[:2], problem.message) if problem.of_key else (at, f"at {value!r}: {problem.message}")
            again = CheckProblem(problem._replace(path=place, message=message), one.topic)
            found += [again] if again not in found else []
    return found


def _branch(keys: Mapping[str, Any], way: YamlPath) -> tuple[dict[str, Any], str]:
    """The part of a document that contains a path, and the path in that part; other parts need no second check."""
    top, *rest = way
    if top == "campaigns" and len(rest) > 1 and isinstance(rest[1], int):
        name, position, *within = rest
        return {"campaigns": {name: [keys["campaigns"][name][position]]}}, spot(("campaigns", name, 0, *within))
    if isinstance(keys.get(str(top)), list) and rest and isinstance(rest[0], int):
        return {str(top): [keys[str(top)][rest[0]]]}, spot((top, 0, *rest[1:]))
    return {key: keys[key] for key in (str(top),) if key in keys}, spot(way)


def _as_key(problem: Problem) -> Problem:
    """The problem with a message that calls a field of the document a key, not a parameter."""
    return problem._replace(message=problem.message.replace("unknown parameter", "unknown key"))

"""Matchups: every attack against every defense in every scenario, loaded and checked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

from swarmsec.errors import ScenarioError, SwarmsecError, UsageError
from swarmsec.parameters import Problem
from swarmsec.runs.nulls import NULLS
from swarmsec.scenario import Finding, Scenario, findings_of, load_scenario
from swarmsec.scenario.findings import locate, refuse
from swarmsec.scenario.overrides import as_option
from swarmsec.scenario.yaml_tree import YamlPath
from swarmsec.tournament.cells import CellKey
from swarmsec.tournament.labels import TOGETHER, label_of
from swarmsec.tournament.request import Request, Specs

_OPTIONS = {"attacks": "--attack", "defenses": "--defense"}


class Match(NamedTuple):
    """One attack against one defense in one scenario.

    Attributes:
        key: The cell.
        scenario: The scenario with this attack and this defense.
    """

    key: CellKey
    scenario: Scenario


class _Entrant(NamedTuple):
    """A requested contestant.

    Attributes:
        specs: Its plug-ins; None for those of the scenario.
        path: Its place in the request; empty for a null.
    """

    specs: Specs | None
    path: YamlPath = ()

    def description(self, key: str) -> str:
        """The name of the contestant in an error."""
        if self.specs is None:
            return f"its own {key}"
        return TOGETHER.join(as_option(spec) for spec in self.specs) or "none"


def matchups(request: Request) -> tuple[tuple[Scenario, ...], tuple[Match, ...]]:
    """The scenarios as they are before teams are replaced, and every match.

    Raises:
        UsageError: A command line names a scenario that does not exist.
        InvalidScenarioError: Something cannot be run; the message lists everything that cannot.
    """
    scenarios, wrong = _scenarios(request)
    matches: dict[CellKey, Match] = {}
    for scenario in scenarios:
        found, more = _matches(scenario, request)
        matches |= {match.key: match for match in found}
        wrong += more
    if wrong:
        raise refuse(list(dict.fromkeys(wrong)), request.tree)
    return tuple(scenarios), tuple(matches.values())


def _scenarios(request: Request) -> tuple[list[Scenario], list[Finding]]:
    """The scenarios that can be loaded, and the findings about the others."""
    found: dict[str, Scenario] = {}
    wrong: list[Finding] = []
    absent: list[UsageError] = []
    for position, name in enumerate(dict.fromkeys(request.scenarios)):
        path: YamlPath = ("scenarios", position)
        try:
            scenario = load_scenario(name, settings=request.settings, plugins=request.plugins)
        except UsageError as error:
            absent.append(error)
            wrong.append(locate(Problem(path, error.message), request.tree))
            continue
        except ScenarioError as error:
            wrong += findings_of(error)
            continue
        if scenario.document["sweep"]:
            message = (
                f"{name} has a sweep, and a tournament runs one point: sweep={{}} among the settings runs it as it is"
            )
            wrong.append(_finding(path, message, "", request))
        elif scenario.name in found:
            message = f"two scenarios are called {scenario.name}, and random numbers are drawn by name; rename one"
            wrong.append(_finding(path, message, "", request))
        found[scenario.name] = scenario
    if absent and not request.tree.data:
        raise absent[0] if len(absent) == 1 else UsageError("; ".join(error.message for error in absent))
    return list(found.values()), wrong


def _matches(scenario: Scenario, request: Request) -> tuple[list[Match], list[Finding]]:
    """The matches of a scenario. Each team is checked alone first, so that each error is reported once."""
    red = [_Entrant(specs, ("attacks", position)) for position, specs in enumerate(request.attacks)] or [_Entrant(None)]
    blue = [_Entrant(specs, ("defenses", position)) for position, specs in enumerate(request.defenses)] or [
        _Entrant(None)
    ]
    blue += [_Entrant(({"kind": kind},)) for kind in NULLS] if request.nulls else []
    wrong: list[Finding] = []

    def fits(key: str, entrant: _Entrant) -> bool:
        alone = (entrant, _Entrant(())) if key == "attacks" else (_Entrant(()), entrant)
        found = _loaded(scenario, *alone)
        if isinstance(found, Scenario):
            return True
        wrong.extend(_findings(found, entrant, key, f"{entrant.description(key)} in {scenario.name}", request))
        return False

    red = [entrant for entrant in red if fits("attacks", entrant)]
    blue = [entrant for entrant in blue if fits("defenses", entrant)]
    matches: list[Match] = []
    for attack, defense in product(red, blue):
        found = _loaded(scenario, attack, defense)
        if isinstance(found, Scenario):
            matches.append(_match(found))
        else:
            about = f"{attack.description('attacks')} against {defense.description('defenses')} in {scenario.name}"
            wrong.extend(_findings(found, defense, "defenses", about, request))
    return matches, wrong


def _loaded(scenario: Scenario, attack: _Entrant, defense: _Entrant) -> Scenario | ScenarioError:
    try:
        return load_scenario(scenario, attack=attack.specs, defense=defense.specs)
    except ScenarioError as error:
        return error


def _match(scenario: Scenario) -> Match:
    attack = label_of(scenario.document["attacks"], "attacks", scenario.registry)
    defense = label_of(scenario.document["defenses"], "defenses", scenario.registry)
    return Match(CellKey(scenario.name, attack, defense), scenario)


def _findings(error: SwarmsecError, entrant: _Entrant, key: str, about: str, request: Request) -> Iterator[Finding]:
    """The findings of an error of the loader, at the place of the contestant; `about` names the cells."""
    for finding in findings_of(error):
        if finding.span:  # The error is in the scenario's own file.
            yield finding._replace(message=f"{about}: {finding.message}")
            continue
        where = finding.path.partition("]")[2].lstrip(".") if finding.path.startswith(key) else finding.path
        hint = finding.hint or ("" if entrant.path or entrant.specs is None else "--no-nulls leaves the nulls out")
        message = f"{about}: {where}  {finding.message}" if where else f"{about}: {finding.message}"
        yield _finding(entrant.path, message, hint, request)._replace(topic=finding.topic)


def _finding(path: YamlPath, message: str, hint: str, request: Request) -> Finding:
    """A finding at its place in the file, or at the option of the command line."""
    if request.tree.data:
        return locate(Problem(path, message, hint), request.tree)
    return Finding(_OPTIONS.get(str(path[0]), "") if path else "", message, hint)

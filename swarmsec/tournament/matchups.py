"""Who meets whom: every cell of a tournament, loaded and checked, or all that cannot be played in one list."""

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
from swarmsec.tournament.labels import TOGETHER, label_of
from swarmsec.tournament.request import Draft, Team

_OPTIONS = {"attacks": "--attack", "defenses": "--defense"}


class Match(NamedTuple):
    """One attack against one defense in one scenario.

    Attributes:
        scenario: The scenario's name.
        attack: The attack's label.
        defense: The defense's label.
        playing: The scenario with both in it.
    """

    scenario: str
    attack: str
    defense: str
    playing: Scenario


class _Entrant(NamedTuple):
    """Who was asked for, and where: `specs` is None for the scenario's own, `path` is empty for a null."""

    specs: Team | None
    path: YamlPath = ()

    def told(self, key: str) -> str:
        """As in an error."""
        if self.specs is None:
            return f"its own {key}"
        return TOGETHER.join(as_option(spec) for spec in self.specs) or "none"


def lineup(draft: Draft) -> tuple[tuple[Scenario, ...], tuple[Match, ...]]:
    """The scenarios, and every cell.

    Raises:
        UsageError: A command line names a scenario that is not there.
        InvalidScenarioError: Something cannot be played; the message tells everything that cannot.
    """
    scenarios, wrong = _scenarios(draft)
    matches: dict[tuple[str, str, str], Match] = {}
    for scenario in scenarios:
        found, more = _matches(scenario, draft)
        matches |= {match[:3]: match for match in found}
        wrong += more
    if wrong:
        raise refuse(list(dict.fromkeys(wrong)), draft.tree)
    return tuple(scenarios), tuple(matches.values())


def _scenarios(draft: Draft) -> tuple[list[Scenario], list[Finding]]:
    """Those that can be loaded, and what is wrong with the others."""
    found: dict[str, Scenario] = {}
    wrong: list[Finding] = []
    absent: list[UsageError] = []
    for position, name in enumerate(dict.fromkeys(draft.scenarios)):
        path: YamlPath = ("scenarios", position)
        try:
            scenario = load_scenario(name, settings=draft.settings, plugins=draft.plugins)
        except UsageError as error:
            absent.append(error)
            wrong.append(locate(Problem(path, error.message), draft.tree))
            continue
        except ScenarioError as error:
            wrong += findings_of(error)
            continue
        if scenario.document["sweep"]:
            said = (
                f"{name} has a sweep, and a tournament plays one point: sweep={{}} among the settings plays it as it is"
            )
            wrong.append(_located(path, said, "", draft))
        elif scenario.name in found:
            said = f"two scenarios are called {scenario.name}, and random numbers are drawn by name; rename one"
            wrong.append(_located(path, said, "", draft))
        found[scenario.name] = scenario
    if absent and not draft.tree.data:
        raise absent[0] if len(absent) == 1 else UsageError("; ".join(error.message for error in absent))
    return list(found.values()), wrong


def _matches(scenario: Scenario, draft: Draft) -> tuple[list[Match], list[Finding]]:
    """The cells of a scenario: each side is looked at alone first, so that what is wrong is told once."""
    red = [_Entrant(team, ("attacks", position)) for position, team in enumerate(draft.attacks)] or [_Entrant(None)]
    blue = [_Entrant(team, ("defenses", position)) for position, team in enumerate(draft.defenses)] or [_Entrant(None)]
    blue += [_Entrant(({"kind": kind},)) for kind in NULLS] if draft.nulls else []
    wrong: list[Finding] = []

    def fits(key: str, entrant: _Entrant) -> bool:
        alone = (entrant, _Entrant(())) if key == "attacks" else (_Entrant(()), entrant)
        found = _loaded(scenario, *alone)
        if isinstance(found, Scenario):
            return True
        wrong.extend(_told(found, entrant, key, f"{entrant.told(key)} in {scenario.name}", draft))
        return False

    red = [entrant for entrant in red if fits("attacks", entrant)]
    blue = [entrant for entrant in blue if fits("defenses", entrant)]
    matches: list[Match] = []
    for attack, defense in product(red, blue):
        found = _loaded(scenario, attack, defense)
        if isinstance(found, Scenario):
            matches.append(_match(found))
        else:
            about = f"{attack.told('attacks')} against {defense.told('defenses')} in {scenario.name}"
            wrong.extend(_told(found, defense, "defenses", about, draft))
    return matches, wrong


def _loaded(scenario: Scenario, attack: _Entrant, defense: _Entrant) -> Scenario | ScenarioError:
    try:
        return load_scenario(scenario, attack=attack.specs, defense=defense.specs)
    except ScenarioError as error:
        return error


def _match(playing: Scenario) -> Match:
    attack = label_of(playing.document["attacks"], "attacks", playing.registry)
    defense = label_of(playing.document["defenses"], "defenses", playing.registry)
    return Match(playing.name, attack, defense, playing)


def _told(error: SwarmsecError, entrant: _Entrant, key: str, about: str, draft: Draft) -> Iterator[Finding]:
    """What a loader refuses, told of whom it was asked for; `about` says in which cells."""
    for finding in findings_of(error):
        if finding.span:  # The scenario's own file says it.
            yield finding._replace(message=f"{about}: {finding.message}")
            continue
        where = finding.path.partition("]")[2].lstrip(".") if finding.path.startswith(key) else finding.path
        hint = finding.hint or ("" if entrant.path or entrant.specs is None else "--no-nulls leaves the nulls out")
        message = f"{about}: {where}  {finding.message}" if where else f"{about}: {finding.message}"
        yield _located(entrant.path, message, hint, draft)._replace(topic=finding.topic)


def _located(path: YamlPath, message: str, hint: str, draft: Draft) -> Finding:
    """Where a file says it; on a command line, the option."""
    if draft.tree.data:
        return locate(Problem(path, message, hint), draft.tree)
    return Finding(_OPTIONS.get(str(path[0]), "") if path else "", message, hint)

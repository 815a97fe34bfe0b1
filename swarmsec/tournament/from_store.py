"""A tournament out of its store, without the files and plug-ins that it was asked for with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from swarmsec.errors import PluginError, SwarmsecError, UnknownNameError, UsageError
from swarmsec.registry import Registry
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scenario.overrides import Changes
from swarmsec.store import CellKey, Store, Tournament, cells_of
from swarmsec.swarm.arms import Arm
from swarmsec.tournament.halving import kept, rungs, weakest
from swarmsec.tournament.labels import TOGETHER, short_names, specs_of
from swarmsec.tournament.matchups import Match
from swarmsec.tournament.outcome import outcome_of
from swarmsec.tournament.plan import Plan, Planned, is_null
from swarmsec.tournament.request import Draft
from swarmsec.tournament.result import Contestant, Drop, TournamentResult


def stored_outcome(store: Store, tournament: Tournament) -> TournamentResult:
    """The outcome of a tournament as far as it is, from its store alone.

    It is what `swarmsec tournament` says, but that the command lines which repeat it name attacks and defenses by their
    labels; there is none for the tournament where its scenarios are no longer what the library has, or never were.

    Args:
        store: Where its runs are.
        tournament: Which one.

    Raises:
        UsageError: It was put there by something else than `swarmsec tournament`.
    """
    plan = stored_plan(store, tournament)
    found = outcome_of(plan, store, _drops(plan, store) if plan.draft.halving else ())
    replay = found.replay if _is_of_the_library(tournament.plan) else ""
    return replace(found, plan=tournament.plan, replay=replay)


def stored_plan(store: Store, tournament: Tournament) -> Plan:
    """The plan of a tournament, of which nothing can be played: it has no jobs.

    Raises:
        UsageError: It is no plan of `swarmsec tournament`.
    """
    told = tournament.plan
    if not told.keys() >= {"name", "scenarios", "attacks", "defenses", "nulls", "halving"}:
        raise UsageError(f"{tournament.name} has no plan of `swarmsec tournament`", where=str(store.path))
    cells = cells_of(store.entries(tournament.id))
    seeds = {one["name"]: tuple(one["seeds"]) for one in told["scenarios"]}
    order = {
        key: place
        for place, key in enumerate(
            CellKey(scenario, attack, defense)
            for scenario in seeds
            for attack in told["attacks"]
            for defense in told["defenses"]
        )
    }
    titles = {one["name"]: one["title"] for one in told["scenarios"]}
    matches = {
        key: _match(store, key, cells[key], titles[key.scenario]) for key in sorted(cells, key=order.__getitem__)
    }
    red, blue = (_contestants(told[key], team) for key, team in (("attacks", "red"), ("defenses", "blue")))
    return Plan(
        id=tournament.id,
        draft=_draft(told),
        scenarios=tuple(next(match.playing for match in matches.values() if match.scenario == name) for name in seeds),
        matches=tuple(matches.values()),
        seeds=seeds,
        attacks=red,
        defenses=blue,
        planned=tuple(
            Planned(match, seed, Arm(arm), run)
            for key, match in matches.items()
            for arm in Arm
            for seed in seeds[key.scenario]
            if (run := cells[key].get(seed, {}).get(arm))
        ),
        jobs={},
    )


def _is_of_the_library(told: Mapping[str, Any]) -> bool:
    """Whether its scenarios' names alone stand for what was played."""
    try:
        return all(load_scenario(one["name"]).digest == one["digest"] for one in told["scenarios"])
    except SwarmsecError:
        return False


def _match(store: Store, key: CellKey, plays: Mapping[int, Mapping[str, str]], title: str) -> Match:
    """A cell with its scenario, out of the arm in which everybody plays, or with no more than its name."""
    document: Mapping[str, Any] = {"name": key.scenario, "title": title, "version": 0}
    folders: Sequence[str] = ()
    for arms in plays.values():
        job = store.job(arms[Arm.DEFENDED]) if Arm.DEFENDED in arms else None
        if job:
            document, folders = job.document, job.folders
            break
    changes = Changes().with_team("attacks", specs_of(key.attack)).with_team("defenses", specs_of(key.defense))
    registry = Registry([folder for folder in folders if Path(folder).is_dir()])
    return Match(*key, Scenario(document, key.scenario, changes, registry))


def _draft(told: Mapping[str, Any]) -> Draft:
    candidates = [label for label in told["defenses"] if not (told["nulls"] and is_null(label))]
    return Draft(
        scenarios=tuple(one["name"] for one in told["scenarios"]),
        name=told["name"],
        attacks=tuple(specs_of(label) for label in told["attacks"]),
        defenses=tuple(specs_of(label) for label in candidates),
        nulls=told["nulls"],
        halving=told["halving"],
    )


def _contestants(labels: Sequence[str], team: Any) -> tuple[Contestant, ...]:
    names, registry = short_names(labels), Registry()
    if team == "red":
        return tuple(Contestant(label, names[label], "red") for label in labels)
    return tuple(
        Contestant(label, names[label], "blue", null=is_null(label), vantage=_vantage(label, registry))
        for label in labels
    )


def _vantage(label: str, registry: Registry) -> str:
    """What it may see; empty where it is not installed."""
    try:
        found = dict.fromkeys(registry.get("defenses", spec["kind"]).vantage.value for spec in specs_of(label))
    except (UnknownNameError, PluginError):
        return ""
    return TOGETHER.join(found)


def _drops(plan: Plan, store: Store) -> tuple[Drop, ...]:
    """Whom halving has dropped, as `play` found it."""
    drops: list[Drop] = []
    candidates = [one.label for one in plan.defenses if not one.null]
    there = store.done()
    for bracket in rungs(len(candidates)):
        wanted = {
            one.run
            for one in plan.planned
            if one.match.defense in candidates and one.seed in bracket.seeds(plan.seeds[one.match.scenario])
        }
        if bracket.is_last or not wanted <= there:
            break
        for label, left in weakest(plan, store, bracket, candidates):
            drops.append(Drop(bracket.number, bracket.seeds_most(plan), label, left))
        candidates = kept(candidates, drops)
    return tuple(drops)

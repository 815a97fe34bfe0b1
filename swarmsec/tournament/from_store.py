"""A tournament from its store alone, without the files and plug-ins that were used to run it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from swarmsec._version import __version__
from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.registry import Registry
from swarmsec.scenario import digest_of, library, load_scenario, stop_of
from swarmsec.scenario.overrides import Changes
from swarmsec.scoring import Subject
from swarmsec.store import Store, StoredJob, Tournament
from swarmsec.swarm.arms import Arm
from swarmsec.tournament.cells import CellKey, CellRuns, cells_of
from swarmsec.tournament.contestants import attackers, defenders, is_null
from swarmsec.tournament.halving import drops_of
from swarmsec.tournament.labels import specs_of
from swarmsec.tournament.outcome import outcome_of
from swarmsec.tournament.plan import Plan, seeds_of
from swarmsec.tournament.request import Request
from swarmsec.tournament.result import TournamentResult
from swarmsec.tournament.scores import terms_of


def stored_outcome(store: Store, tournament: Tournament) -> TournamentResult:
    """The outcome of a tournament so far, from its store alone.

    It equals the outcome of `swarmsec tournament`, except that command lines name attacks and defenses by their labels,
    and that `replay` is empty if the scenarios are not those of the library.

    Args:
        store: The store of its runs.
        tournament: The tournament.

    Raises:
        UsageError: The tournament has no plan of `swarmsec tournament`.
    """
    plan = stored_plan(store, tournament)
    found = outcome_of(plan, store, drops_of(plan, store) if plan.halving else ())
    return found if _is_of_the_library(plan.document) else replace(found, replay="")


def stored_plan(store: Store, tournament: Tournament) -> Plan:
    """The plan of a tournament, without jobs.

    Raises:
        UsageError: The tournament has no plan of `swarmsec tournament`.
    """
    document = tournament.plan
    if not document.keys() >= {"name", "scenarios", "attacks", "defenses", "nulls", "halving"}:
        raise UsageError(f"{tournament.name} has no plan of `swarmsec tournament`", where=str(store.path))
    begun, seeds = cells_of(store.entries(tournament.id)), seeds_of(document)
    keys = (
        CellKey(scenario, attack, defense)
        for scenario in seeds
        for attack in document["attacks"]
        for defense in document["defenses"]
    )
    cells = {
        key: {seed: _in_order_of_arms(begun[key].get(seed, {})) for seed in seeds[key.scenario]}
        for key in keys
        if key in begun
    }
    subjects = {key: subject for key, runs in cells.items() if (subject := _subject(store, key, runs))}
    return Plan(
        id=tournament.id,
        document=document,
        attacks=attackers(document["attacks"]),
        defenses=defenders(document["defenses"], Registry()),
        cells=cells,
        subjects=subjects,
        command=_request(document).command(seeds),
        jobs={},
    )


def _in_order_of_arms(arms: Mapping[str, str]) -> dict[str, str]:
    return {str(arm): arms[arm] for arm in Arm if arm in arms}


def _subject(store: Store, key: CellKey, runs: CellRuns) -> Subject | None:
    """The identity of a cell's scenario, from a defended arm, which has both teams; None before any was run."""
    for arms in runs.values():
        job = store.job(arms[Arm.DEFENDED]) if Arm.DEFENDED in arms else None
        if job:
            teams = Changes(attacks=specs_of(key.attack), defenses=specs_of(key.defense)).as_options()
            terms = terms_of(job.document)
            folders = [word for folder in job.folders for word in ("--plugins", folder)]
            return Subject(
                scenario=key.scenario,
                version=int(job.document["version"]),
                digest=digest_of(job.document),
                engine_version=__version__,
                stop=partial(stop_of, job.document),
                command=(key.scenario, *teams, *folders),
                bill=str(job.document["score"]["bill"]),
                autoimmune=terms.autoimmune,
                defended=terms.defended,
                raises_alarms=_raises_alarms(job),
            )
    return None


def _raises_alarms(stored: StoredJob) -> bool:
    """Whether the defenses can raise alarms; assumed if one of their plug-ins is not installed here."""
    try:
        return any(spec.plugin.raises_alarms for spec in load_scenario(stored.document).parts.defenses)
    except SwarmsecError:
        return True


def _request(document: Mapping[str, Any]) -> Request:
    candidates = [label for label in document["defenses"] if not (document["nulls"] and is_null(label))]
    return Request(
        scenarios=tuple(one["name"] for one in document["scenarios"]),
        name=document["name"],
        attacks=tuple(specs_of(label) for label in document["attacks"]),
        defenses=tuple(specs_of(label) for label in candidates),
        nulls=document["nulls"],
        halving=document["halving"],
    )


def _is_of_the_library(document: Mapping[str, Any]) -> bool:
    """Whether the library has the scenarios of a plan, unchanged, under their names."""
    known = library()  # A name of the store must not select any other file.
    try:
        return all(
            one["name"] in known and load_scenario(one["name"]).digest == one["digest"] for one in document["scenarios"]
        )
    except SwarmsecError:
        return False

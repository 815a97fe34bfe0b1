"""A checked tournament: every cell can be run, and every run has its id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swarmsec.runs.jobs import Job, job
from swarmsec.runs.runner import subject_of
from swarmsec.scenario import Scenario
from swarmsec.scoring import Subject
from swarmsec.store import RunEntry
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SIM_SEMANTICS
from swarmsec.tournament.cells import CellKey, CellRuns
from swarmsec.tournament.contestants import Contestant, attackers, defenders
from swarmsec.tournament.matchups import Match, matchups
from swarmsec.tournament.request import Request

_NAME_LETTERS_MAX = 100


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All runs of a tournament.

    Attributes:
        id: SHA-256 of the plan and its runs.
        document: The plan as plain data, the same on every machine: name, scenarios, attacks, defenses, nulls, halving.
        attacks: Red's contestants.
        defenses: Blue's contestants, candidates before nulls.
        cells: The runs of every cell, scenario by scenario; cells share the runs of equal arms.
        subjects: Cell → the identity of its scenario.
        command: The arguments of `swarmsec tournament` that ask for the same plan, with all seeds written out.
        jobs: Run → its job. Jobs of one scenario and teams are neighbors, so that a worker builds them once. Empty for
            a plan that was read from a store.
    """

    id: str
    document: Mapping[str, Any]
    attacks: tuple[Contestant, ...]
    defenses: tuple[Contestant, ...]
    cells: Mapping[CellKey, CellRuns]
    subjects: Mapping[CellKey, Subject]
    command: tuple[str, ...]
    jobs: Mapping[str, Job]

    @property
    def name(self) -> str:
        """The name of the tournament."""
        return str(self.document["name"])

    @property
    def halving(self) -> bool:
        """Whether successive halving drops defenses."""
        return bool(self.document["halving"])

    @property
    def seeds(self) -> dict[str, tuple[int, ...]]:
        """Scenario → its seeds."""
        return seeds_of(self.document)

    def entries(self, wanted: Callable[[CellKey, int], bool] = lambda key, seed: True) -> list[RunEntry]:
        """The entries for the store.

        Args:
            wanted: Selects cells and seeds; all unless given.
        """
        return [
            RunEntry(*key, seed, arm, run)
            for key, runs in self.cells.items()
            for seed, arms in runs.items()
            for arm, run in arms.items()
            if wanted(key, seed)
        ]


def plan_of(request: Request) -> Plan:
    """Load and check everything that a request names.

    Raises:
        UsageError: A command line names a scenario that does not exist.
        InvalidScenarioError: Something cannot be run; the message lists everything that cannot.
    """
    scenarios, matches = matchups(request)
    seeds = {scenario.name: request.seeds or scenario.seeds for scenario in scenarios}
    attacks = attackers([match.key.attack for match in matches])
    defenses = defenders([match.key.defense for match in matches], scenarios[0].registry)
    cells, jobs = _cells_and_jobs(matches, seeds)
    document = _document(request, scenarios, seeds, attacks, defenses)
    identity = json.dumps([document, SIM_SEMANTICS, list(jobs)], sort_keys=True)
    return Plan(
        id=hashlib.sha256(identity.encode()).hexdigest(),
        document=document,
        attacks=attacks,
        defenses=defenses,
        cells=cells,
        subjects={match.key: subject_of(match.scenario) for match in matches},
        command=request.command(seeds),
        jobs=jobs,
    )


def seeds_of(document: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Scenario → its seeds, of a plan as plain data."""
    return {one["name"]: tuple(one["seeds"]) for one in document["scenarios"]}


def _cells_and_jobs(
    matches: Sequence[Match], seeds: Mapping[str, tuple[int, ...]]
) -> tuple[dict[CellKey, CellRuns], dict[str, Job]]:
    """The runs of every cell, and their jobs; the job of an arm that cells share is made once.

    Cells share an arm without an attack if their attacks set out to hijack the same daemons, which are not billed.
    """
    shared: dict[tuple[Arm, str, str, str], dict[int, Job]] = {}
    cells: dict[CellKey, CellRuns] = {}
    for key, scenario in matches:
        runs: dict[int, dict[str, str]] = {seed: {} for seed in seeds[key.scenario]}
        for arm in Arm:
            red = key.attack if arm.has_red else repr(scenario.parts.aims)
            same = (arm, key.scenario, red, key.defense if arm.has_blue else "")
            if same not in shared:
                shared[same] = {seed: job(scenario, seed, arm) for seed in seeds[key.scenario]}
            for seed, made in shared[same].items():
                runs[seed][str(arm)] = made.id
        cells[key] = runs
    most_shared_first = sorted(shared, key=lambda same: same[0].has_red + same[0].has_blue)
    return cells, {made.id: made for same in most_shared_first for made in shared[same].values()}


def _document(
    request: Request,
    scenarios: Sequence[Scenario],
    seeds: Mapping[str, tuple[int, ...]],
    attacks: Sequence[Contestant],
    defenses: Sequence[Contestant],
) -> dict[str, Any]:
    return {
        "name": request.name or ", ".join(scenario.name for scenario in scenarios)[:_NAME_LETTERS_MAX],
        "scenarios": [
            {
                "name": scenario.name,
                "title": scenario.title,
                "version": scenario.version,
                "digest": scenario.digest,
                "seeds": list(seeds[scenario.name]),
            }
            for scenario in scenarios
        ],
        "attacks": [one.label for one in attacks],
        "defenses": [one.label for one in defenses],
        "nulls": request.nulls,
        "halving": request.halving,
    }

"""A tournament that has been checked: every cell can be played, and every run of it has its id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from swarmsec.registry import Registry
from swarmsec.runs.jobs import Job, job
from swarmsec.runs.nulls import NULLS
from swarmsec.scenario import Scenario
from swarmsec.store import Entry
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SIM_SEMANTICS
from swarmsec.tournament.labels import TOGETHER, short_names, specs_of
from swarmsec.tournament.matchups import Match, lineup
from swarmsec.tournament.request import Draft
from swarmsec.tournament.result import Contestant


class Planned(NamedTuple):
    """One arm of one seed of one cell, and the run that it is."""

    match: Match
    seed: int
    arm: Arm
    run: str


@dataclass(frozen=True)
class Plan:
    """Everything that is to be played.

    Attributes:
        id: SHA-256 of the plan and its runs.
        draft: What was asked for.
        scenarios: As they are before anybody is replaced, in order.
        matches: The cells, scenario by scenario.
        seeds: Scenario → its seeds.
        attacks: Red's contestants.
        defenses: Blue's contestants, candidates before nulls.
        planned: What stands where, a run for each; cells share those of equal arms.
        jobs: Run → its job; those of one scenario and teams together, so that a worker makes them once.
    """

    id: str
    draft: Draft
    scenarios: tuple[Scenario, ...]
    matches: tuple[Match, ...]
    seeds: Mapping[str, tuple[int, ...]]
    attacks: tuple[Contestant, ...]
    defenses: tuple[Contestant, ...]
    planned: tuple[Planned, ...]
    jobs: Mapping[str, Job]

    @property
    def name(self) -> str:
        """What it is called."""
        return _name(self.draft, self.scenarios)

    def entries(self, wanted: Callable[[Planned], bool] = lambda one: True) -> list[Entry]:
        """What the store is told, of all or of what is wanted."""
        return [Entry(*one.match[:3], one.seed, str(one.arm), one.run) for one in self.planned if wanted(one)]

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, the same wherever it is played."""
        return _plain(self.draft, self.scenarios, self.seeds, self.attacks, self.defenses)


def plan_of(draft: Draft) -> Plan:
    """Look up and check all that was asked for.

    Raises:
        UsageError: A command line names a scenario that is not there.
        InvalidScenarioError: Something cannot be played; the message tells everything that cannot.
    """
    scenarios, matches = lineup(draft)
    seeds = {scenario.name: draft.seeds or scenario.seeds for scenario in scenarios}
    registry = scenarios[0].registry
    attacks = _contestants([match.attack for match in matches], "red", registry)
    defenses = _contestants([match.defense for match in matches], "blue", registry)
    planned, jobs = _planned(matches, seeds)
    plain = _plain(draft, scenarios, seeds, attacks, defenses)
    identity = json.dumps([plain, SIM_SEMANTICS, list(jobs)], sort_keys=True)
    return Plan(
        id=hashlib.sha256(identity.encode()).hexdigest(),
        draft=draft,
        scenarios=scenarios,
        matches=matches,
        seeds=seeds,
        attacks=attacks,
        defenses=defenses,
        planned=planned,
        jobs=jobs,
    )


def is_null(label: str) -> bool:
    """Whether a defense is a yardstick, and no candidate."""
    return all(spec["kind"] in NULLS for spec in specs_of(label))


def _contestants(labels: Sequence[str], team: Any, registry: Registry) -> tuple[Contestant, ...]:
    """Each once, in the order of the first cell of each, nulls last."""
    once = list(dict.fromkeys(labels))
    names = short_names(once)
    if team == "red":
        return tuple(Contestant(label, names[label], "red") for label in once)
    ordered = sorted(once, key=is_null)
    return tuple(
        Contestant(label, names[label], "blue", null=is_null(label), vantage=_vantage(label, registry))
        for label in ordered
    )


def _vantage(label: str, registry: Registry) -> str:
    found = dict.fromkeys(registry.get("defenses", spec["kind"]).vantage.value for spec in specs_of(label))
    return TOGETHER.join(found)


def _planned(
    matches: Sequence[Match], seeds: Mapping[str, tuple[int, ...]]
) -> tuple[tuple[Planned, ...], dict[str, Job]]:
    """What stands where, and the jobs: the arms that cells share are asked for once."""
    shared: dict[tuple[str, str, str], dict[int, Job]] = {}
    planned: list[Planned] = []
    for match in matches:
        for arm in Arm:
            key = (match.scenario, match.attack if arm.has_red else "", match.defense if arm.has_blue else "")
            if key not in shared:
                shared[key] = {seed: job(match.playing, seed, arm) for seed in seeds[match.scenario]}
            planned += [Planned(match, seed, arm, made.id) for seed, made in shared[key].items()]
    order = sorted(shared, key=lambda key: (bool(key[1]) + bool(key[2]),))  # What many cells need comes first.
    return tuple(planned), {made.id: made for key in order for made in shared[key].values()}


def _name(draft: Draft, scenarios: Sequence[Scenario]) -> str:
    return draft.name or ", ".join(scenario.name for scenario in scenarios)[:100]


def _plain(
    draft: Draft,
    scenarios: Sequence[Scenario],
    seeds: Mapping[str, tuple[int, ...]],
    attacks: Sequence[Contestant],
    defenses: Sequence[Contestant],
) -> dict[str, Any]:
    return {
        "name": _name(draft, scenarios),
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
        "nulls": draft.nulls,
        "halving": draft.halving,
    }

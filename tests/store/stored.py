"""Small tournaments for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from swarmsec.runs.jobs import Job, JobResult, job, run_job
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.store import RunEntry, Store
from swarmsec.swarm.arms import Arm

ID = "a-tournament"
PLAN = {"name": "small", "attacks": ["stubborn", "stubborn:value=7.0"], "defenses": ["wmsr", "median_gate"]}


@dataclass(frozen=True)
class Small:
    """Entries of a tournament and their jobs: an arm that cells share is one job."""

    entries: tuple[RunEntry, ...]
    jobs: tuple[Job, ...]

    def played(self) -> list[tuple[Job, JobResult]]:
        return [(one, play(one)) for one in self.jobs]

    def keep(self, path: Path) -> Path:
        """Write entries and results to a store, and return its path."""
        with Store.open(path) as store:
            store.begin(ID, PLAN, self.entries)
            for one, played in self.played():
                store.add(one, played)
        return path


def small(
    *,
    scenario: str = "ring_with_a_liar",
    attacks: Sequence[str] = ("stubborn", "stubborn:value=7.0"),
    defenses: Sequence[str] = ("wmsr", "median_gate"),
    seeds: Sequence[int] = (0, 1),
    rounds: int = 30,
    news: tuple[int, ...] | None = None,
) -> Small:
    """The tournament of every attack against every defense in all four arms; `news` of a trading world."""
    entries, jobs = [], {}
    for attack in attacks:
        for defense in defenses:
            loaded = _loaded(scenario, attack, defense, rounds, news)
            for seed in seeds:
                for arm in Arm:
                    one = job(loaded, seed, arm)
                    jobs[one.id] = one
                    entries.append(RunEntry(loaded.name, attack, defense, seed, str(arm), one.id))
    return Small(tuple(entries), tuple(jobs.values()))


def play(one: Job) -> JobResult:
    """The result of a job, which is run once for all tests."""
    if one.id not in _PLAYED:
        _PLAYED[one.id] = run_job(one)
    return _PLAYED[one.id]


def numbered(count: int) -> list[tuple[Job, JobResult]]:
    """`count` jobs with equal results and different ids."""
    one = small(seeds=(0,)).jobs[0]
    played = play(one)
    return [(replace(one, id=f"{i:064d}"), played._replace(id=f"{i:064d}")) for i in range(count)]


def contents_of(store: Store) -> list[object]:
    """All contents of a store, in a form that can be compared."""
    contents: list[object] = [store.tournaments(), sorted(store.done()), store.summaries()]
    for tournament in store.tournaments():
        contents += [store.entries(tournament.id), store.digest(tournament.id)]
    for run in store.summaries():
        played = store.get(run)
        assert played is not None
        contents += [store.job(run), played.digest, played.status, played.guarantees, played.error]
        if trace := played.trace:
            contents += [{name: values.tobytes() for name, values in trace.metrics.items()}, trace.bill.tobytes()]
            contents += [
                trace.events,
                trace.watch,
                trace.central,
                trace.compromised.tobytes(),
                trace.attacked.tobytes(),
            ]
            contents += [trace.quarantined.tobytes(), trace.spent, repr(trace.alarms), repr(trace.changed)]
    return contents


_PLAYED: dict[str, JobResult] = {}


@cache
def _loaded(scenario: str, attack: str, defense: str, rounds: int, news: tuple[int, ...] | None) -> Scenario:
    settings = {"rounds": rounds} if news is None else {"rounds": rounds, "world.news": [*news]}
    return load_scenario(scenario, attack=attack, defense=defense, settings=settings)

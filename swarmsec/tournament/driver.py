"""Run the jobs of a plan that are not in the store yet, each once. No acknowledged run is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from swarmsec.runs.executors import Executor
from swarmsec.store import Store
from swarmsec.tournament.halving import brackets, remaining, weakest
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.result import Counts, Drop


class Shard(NamedTuple):
    """One of several parts of a tournament, which can be run on different machines.

    Attributes:
        number: The number of the part, counted from 1.
        of: The number of parts.
    """

    number: int
    of: int

    def has(self, run: str) -> bool:
        """Whether a run belongs to the part; its id alone decides, so that all machines agree."""
        return int(run[:16], 16) % self.of == self.number - 1


def run_plan(
    plan: Plan,
    store: Store,
    executor: Executor,
    *,
    shard: Shard | None = None,
    advanced: Callable[[Counts], None] = lambda counts: None,
    dropped: Callable[[Drop], None] = lambda drop: None,
) -> tuple[Drop, ...]:
    """Run every job that is not in the store.

    Args:
        plan: The plan.
        store: The store of the runs.
        executor: The executor of the jobs.
        shard: Run this part alone; without effect if defenses are halved.
        advanced: Called before the first run and after each.
        dropped: Called for each defense that halving drops.

    Returns:
        The defenses that halving dropped, in order.

    Raises:
        OutputError: The store cannot be written. It holds every acknowledged run.
    """
    if not plan.halving:
        store.begin(plan.id, plan.document, plan.entries())
        _run_jobs([run for run in plan.jobs if shard is None or shard.has(run)], plan, store, executor, advanced)
        return ()
    drops: list[Drop] = []
    candidates = [one.label for one in plan.defenses if not one.null]
    for bracket in brackets(len(candidates)):
        gone = {drop.defense for drop in drops}
        seeds = {scenario: set(bracket.seeds(several)) for scenario, several in plan.seeds.items()}
        entries = plan.entries(lambda key, seed: key.defense not in gone and seed in seeds[key.scenario])  # noqa: B023
        store.begin(plan.id, plan.document, entries)
        runs = {entry.run for entry in entries}
        _run_jobs([run for run in plan.jobs if run in runs], plan, store, executor, advanced)
        for drop in weakest(plan, store, bracket, candidates):
            drops.append(drop)
            dropped(drop)
        candidates = remaining(candidates, drops)
    return tuple(drops)


def copy_runs(plan: Plan, store: Store, other: Store) -> int:
    """Copy the runs of a plan from another store, such as that of a shard.

    Args:
        plan: The plan.
        store: The store to copy to.
        other: The store to copy from.

    Returns:
        The number of runs that the first store did not have.

    Raises:
        PluginError: Both stores have a run, with different results.
    """
    store.begin(plan.id, plan.document, plan.entries())
    found = sorted(other.done(plan.jobs))
    here = store.done(found)
    for run in found:
        result = other.get(run)
        assert result is not None, "it is among the runs that are done"
        store.add(plan.jobs[run], result)
    return len(found) - len(here)


def _run_jobs(
    wanted: Iterable[str], plan: Plan, store: Store, executor: Executor, advanced: Callable[[Counts], None]
) -> None:
    """Run the jobs that are not done, and store each result before the next one is awaited."""
    runs = list(wanted)
    ended = store.done(runs)
    failed = sum(summary.status != "done" for run, summary in store.summaries(plan.id).items() if run in ended)
    counts = Counts(len(runs), len(ended) - failed, failed, len(runs) - len(ended))
    advanced(counts)
    for result in executor.run(plan.jobs[run] for run in runs if run not in ended):
        store.add(plan.jobs[result.id], result)
        succeeded = result.status == "done"
        counts = Counts(counts.planned, counts.done + succeeded, counts.failed + (not succeeded), counts.left - 1)
        advanced(counts)

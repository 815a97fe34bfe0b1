"""Play what of a plan is not in the store yet: nothing twice, and nothing lost that was acknowledged."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple

from swarmsec.runs.executors import Executor
from swarmsec.store import Entry, Store
from swarmsec.tournament.halving import Bracket, kept, rungs, weakest
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.result import Counts, Drop


class Shard(NamedTuple):
    """One of several parts of a tournament, each of which can be played elsewhere.

    Attributes:
        number: Which, counted from 1.
        of: How many there are.
    """

    number: int
    of: int

    def has(self, run: str) -> bool:
        """Whether a run belongs to it: by its id alone, so that every machine agrees."""
        return int(run[:16], 16) % self.of == self.number - 1


def play(
    plan: Plan,
    store: Store,
    executor: Executor,
    *,
    shard: Shard | None = None,
    advanced: Callable[[Counts], None] = lambda counts: None,
    dropped: Callable[[Drop], None] = lambda drop: None,
) -> tuple[Drop, ...]:
    """Play every run that is not in the store.

    Args:
        plan: What is to be played.
        store: Where runs are kept, and looked up.
        executor: Who plays them.
        shard: Only this part of them; not where defenses are halved.
        advanced: Called before the first run and after each.
        dropped: Called for each defense that halving drops.

    Returns:
        Whom halving dropped.

    Raises:
        OutputError: The store cannot be written. What was acknowledged is in it.
    """
    driver = _Driver(plan, store, executor, advanced)
    if not plan.draft.halving:
        store.begin(plan.id, plan.to_dict(), plan.entries())
        driver.play([run for run in plan.jobs if shard is None or shard.has(run)])
        return ()
    drops: list[Drop] = []
    candidates = [one.label for one in plan.defenses if not one.null]
    for bracket in rungs(len(candidates)):
        entries = _entries(plan, bracket, without={drop.defense for drop in drops})
        store.begin(plan.id, plan.to_dict(), entries)
        playing = {entry.run for entry in entries}
        driver.play([run for run in plan.jobs if run in playing])
        if bracket.is_last:
            break
        for label, left in weakest(plan, store, bracket, candidates):
            drops.append(Drop(bracket.number, bracket.seeds_most(plan), label, left))
            dropped(drops[-1])
        candidates = kept(candidates, drops)
    return tuple(drops)


def _entries(plan: Plan, bracket: Bracket, *, without: Collection[str]) -> list[Entry]:
    """What a bracket plays: the first seeds of all who are left, and of the nulls."""
    return plan.entries(
        lambda one: one.match.defense not in without and one.seed in bracket.seeds(plan.seeds[one.match.scenario])
    )


class _Driver:
    """Plays runs and counts them."""

    def __init__(self, plan: Plan, store: Store, executor: Executor, advanced: Callable[[Counts], None]) -> None:
        self._plan = plan
        self._store = store
        self._executor = executor
        self._advanced = advanced

    def play(self, wanted: Iterable[str]) -> None:
        """Play those that are not done; each is in the store before the next is asked for."""
        runs = list(wanted)
        ended = self._store.done(runs)
        failed = sum(
            summary.status != "done" for run, summary in self._store.summaries(self._plan.id).items() if run in ended
        )
        counts = Counts(len(runs), len(ended) - failed, failed, len(runs) - len(ended))
        self._advanced(counts)
        for played in self._executor.run(self._plan.jobs[run] for run in runs if run not in ended):
            self._store.add(self._plan.jobs[played.id], played)
            succeeded = played.status == "done"
            counts = Counts(counts.planned, counts.done + succeeded, counts.failed + (not succeeded), counts.left - 1)
            self._advanced(counts)


def take_over(plan: Plan, store: Store, other: Store) -> int:
    """Copy what another store has of a plan, as a shard that was played elsewhere.

    Args:
        plan: What is to be played.
        store: Where to.
        other: Where from.

    Returns:
        How many runs were new here.

    Raises:
        PluginError: Both have a run, with different results.
    """
    store.begin(plan.id, plan.to_dict(), plan.entries())
    found = sorted(other.done(plan.jobs))
    here = store.done(found)
    for run in found:
        played = other.get(run)
        assert played is not None, "it was found a moment ago"
        store.add(plan.jobs[run], played)
    return len(found) - len(here)

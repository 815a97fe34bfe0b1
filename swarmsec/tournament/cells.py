"""What came of each cell, from the store."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from typing import NamedTuple

from swarmsec.runs.jobs import JobResult
from swarmsec.runs.runner import subject_of
from swarmsec.scoring import Result, SeedRun, score
from swarmsec.store import Store, Summary
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.trace import Trace
from swarmsec.tournament.matchups import Match
from swarmsec.tournament.plan import Plan
from swarmsec.tournament.result import Cell, CellStatus

_METRICS = ("messages", "bytes")
"""What a score needs besides the bill; intervals of all other metrics would take longer than the runs."""


class Figures(NamedTuple):
    """A cell with its damages one by one, so that rivals can be compared seed by seed.

    Attributes:
        cell: The cell.
        damage: Arm → seed → how much worse the bill is than in the clean arm.
    """

    cell: Cell
    damage: Mapping[str, Mapping[int, float]]


def figures_of(plan: Plan, store: Store, *, dropped: Collection[str] = ()) -> list[Figures]:
    """Score every cell by what the store has of it, in the plan's order.

    Args:
        plan: What was to be played.
        store: Where the runs are.
        dropped: The defenses that halving dropped.
    """
    summaries = store.summaries(plan.id)
    runs: dict[Match, dict[int, dict[Arm, str]]] = {match: {} for match in plan.matches}
    for one in plan.planned:
        runs[one.match].setdefault(one.seed, {})[one.arm] = one.run
    found: list[Figures] = []
    for scenario in plan.scenarios:
        traces = _Traces(store)  # Arms that cells share are read once, and forgotten with their scenario.
        found += [
            _figures(match, runs[match], summaries, traces, dropped=match.defense in dropped)
            for match in plan.matches
            if match.scenario == scenario.name
        ]
    return found


def _figures(
    match: Match,
    by_seed: Mapping[int, Mapping[Arm, str]],
    summaries: Mapping[str, Summary],
    traces: _Traces,
    *,
    dropped: bool,
) -> Figures:
    ended = {run: summaries[run].status for arms in by_seed.values() for run in arms.values() if run in summaries}
    failed = sum(status != "done" for status in ended.values())
    whole = {seed: arms for seed, arms in by_seed.items() if all(ended.get(run) == "done" for run in arms.values())}
    status: CellStatus = "done"
    if len(whole) < len(by_seed):
        status = "dropped" if dropped else ("partial" if whole else "failed") if failed else "missing"
    result = _result(match, whole, traces) if whole else None
    bills = {arm: {seed: _bill(summaries, arms[arm]) for seed, arms in whole.items()} for arm in Arm}
    damage = {
        str(arm): {seed: bill - bills[Arm.CLEAN][seed] for seed, bill in of_seeds.items()}
        for arm, of_seeds in bills.items()
        if arm != Arm.CLEAN
    }
    return Figures(Cell(*match[:3], status, tuple(whole), failed, result), damage)


def _bill(summaries: Mapping[str, Summary], run: str) -> float:
    bill = summaries[run].bill
    assert bill is not None, "it is done"
    return bill


def _result(match: Match, whole: Mapping[int, Mapping[Arm, str]], traces: _Traces) -> Result:
    runs = [_seed_run(seed, {arm: traces[run] for arm, run in arms.items()}) for seed, arms in whole.items()]
    return dataclasses.replace(score(subject_of(match.playing), runs), seed_runs=())


def _seed_run(seed: int, played: Mapping[Arm, JobResult]) -> SeedRun:
    return SeedRun(
        seed,
        {str(arm): trace for arm, one in played.items() if (trace := one.trace)},
        {str(arm): one.cpu_seconds for arm, one in played.items()},
        played[Arm.DEFENDED].guarantees,
    )


class _Traces(dict[str, JobResult]):
    """Run → what a score needs of it, out of the store once."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def __missing__(self, run: str) -> JobResult:
        played = self._store.get(run)
        assert played is not None, "its summary was there"
        assert played.trace is not None, "its summary says that it is done"
        self[run] = played._replace(trace=_bare(played.trace))
        return self[run]


def _bare(trace: Trace) -> Trace:
    metrics = {name: trace.metrics[name] for name in _METRICS}
    return dataclasses.replace(trace, metrics=metrics, events=(), quarantine_log=())

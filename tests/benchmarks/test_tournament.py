"""A tournament of a thousand short runs: two processes against one, and its cost in addition to its runs.

`rows()` makes the rows of PERFORMANCE.md that `table.py` prints. The ratio is in wall-clock time, and the cost in
processor time: the wait for the disk, which the commit of every run has, is reported in a separate row.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from swarmsec.runs.executors import Executor, Serial, open_executor
from swarmsec.runs.jobs import Job, JobResult
from swarmsec.store import Store
from swarmsec.tournament import Plan, Request, outcome_of, plan_of, run_plan
from swarmsec.tournament.labels import specs_of

SEEDS = 50
REPEATS = 3


def planned(seeds: int = SEEDS) -> Plan:
    """A tournament of twenty runs per seed, of about ten milliseconds each."""
    return plan_of(
        Request(
            scenarios=("ring_with_a_liar",),
            attacks=tuple(specs_of(f"{kind}:daemons=[0]") for kind in ("stubborn", "hijack", "equivocation")),
            defenses=tuple(specs_of(kind) for kind in ("wmsr", "signal_clip", "median_gate", "none")),
            seeds=tuple(range(seeds)),
            nulls=False,
            settings={"rounds": 100},
        )
    )


def tournament(plan: Plan, executor: Executor) -> None:
    """Run a tournament from an empty store to the standings."""
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "store.sqlite") as store:
        outcome_of(plan, store, run_plan(plan, store, executor))


def clock(plan: Plan, jobs: int) -> float:
    """Wall-clock seconds, with worker processes that have started."""
    with open_executor(jobs=jobs, timeout_s=600) as executor:
        list(executor.run(list(plan.jobs.values())[: 4 * jobs]))
        start = time.perf_counter()
        tournament(plan, executor)
        return time.perf_counter() - start


class Canned:
    """Return recorded results, so that only the cost of the tournament itself is measured."""

    def __init__(self, plan: Plan) -> None:
        self._outcomes = {outcome.id: outcome for outcome in Serial().run(plan.jobs.values())}

    def run(self, jobs: Iterable[Job]) -> Iterator[JobResult]:
        return (self._outcomes[job.id] for job in jobs)

    def close(self) -> None:
        pass


def own_cost_s(seeds: int = SEEDS) -> tuple[float, float]:
    """Seconds per run beyond the run, for planning, storing and scoring: processor time, and wall-clock time."""
    canned = Canned(planned(seeds))
    processor, clock = time.process_time(), time.perf_counter()
    plan = planned(seeds)
    tournament(plan, canned)
    count = len(plan.jobs)
    return (time.process_time() - processor) / count, (time.perf_counter() - clock) / count


def rows() -> Iterator[tuple[str, str, str, bool]]:
    plan = planned()
    ratio = statistics.median(clock(plan, 1) / clock(plan, 2) for _ in range(REPEATS))
    yield f"a tournament of {len(plan.jobs):,} runs, one process / two", f"{ratio:.2f}×", "≥1.85×", ratio >= 1.85
    costs = [own_cost_s() for _ in range(REPEATS)]
    for number, what in enumerate(("processor", "clock, a commit to the disk included")):
        own_ms = 1e3 * statistics.median(cost[number] for cost in costs)
        yield f"its own cost a run ({what})", f"{own_ms:.2f} ms", "2 ms", own_ms <= 2.0


def test_time_of_a_tournament_in_two_processes(benchmark) -> None:
    plan = planned(5)
    benchmark.pedantic(lambda: clock(plan, 2), rounds=1)

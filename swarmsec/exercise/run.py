"""Run a scenario: every seed, every arm, then the score."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from swarmsec._version import __version__
from swarmsec.authoring import Scenario, Teams, load_scenario, seed_list
from swarmsec.errors import UsageError
from swarmsec.exercise.simulate import Loadable, arm_of, play_seed
from swarmsec.scoring import Result, SeedRun, Subject, score
from swarmsec.swarm.arms import ALL_ARMS, Arm

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def run(
    scenario: Loadable,
    *,
    seeds: int | Sequence[int] | None = None,
    attack: Teams | None = None,
    defense: Teams | None = None,
    arms: Sequence[str] = ALL_ARMS,
    jobs: int = 1,
    each_seed: Callable[[SeedRun], None] | None = None,
) -> Result:
    """Play a scenario's arms over its seeds and score them.

    Args:
        scenario: Whatever `load_scenario` takes.
        seeds: A count, or which; the scenario's own unless given.
        attack: Attacks instead of the scenario's: `stubborn`, `stubborn:value=3`, a mapping with a kind, or several.
        defense: Defenses instead of the scenario's.
        arms: Which of the four to play. Without all four there is no DL.
        jobs: How many processes. The result does not depend on it.
        each_seed: Called as seeds are done, in their order.

    Raises:
        SwarmsecError: The scenario is refused, or a plug-in breaks its contract.
    """
    loaded = load_scenario(scenario, attack=attack, defense=defense)
    wanted = _seeds(loaded, seeds)
    played = [arm for arm in Arm if arm in {arm_of(name) for name in arms}]
    if not played:
        raise UsageError("no arm to play; name at least one", where="arms")
    done: list[SeedRun] = []
    for seed_run in seed_runs(loaded, wanted, played, jobs=jobs):
        done.append(seed_run)
        if each_seed:
            each_seed(seed_run)
    return score(subject_of(loaded), done)


def subject_of(scenario: Scenario) -> Subject:
    """What a result says of its scenario."""
    return Subject(
        scenario=scenario.name,
        version=scenario.version,
        digest=scenario.digest,
        engine_version=__version__,
        stop=scenario.stop,
        command=(
            scenario.source,
            *scenario.changes.words(),
            *(word for folder in scenario.registry.folders for word in ("--plugins", str(folder))),
        ),
    )


def seed_runs(scenario: Scenario, seeds: Sequence[int], arms: Sequence[Arm], *, jobs: int = 1) -> Iterator[SeedRun]:
    """Play seeds, in this process or in several, and give them in their order."""
    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="jobs")
    if min(jobs, len(seeds)) == 1:
        for seed in seeds:
            yield play_seed(scenario, seed, arms)
        return
    yield from _in_processes(scenario, seeds, arms, min(jobs, len(seeds)))


def _in_processes(scenario: Scenario, seeds: Sequence[int], arms: Sequence[Arm], jobs: int) -> Iterator[SeedRun]:
    from pebble import ProcessPool

    job = (dict(scenario.document), tuple(str(folder) for folder in scenario.registry.folders))
    with _one_thread_each(), ProcessPool(max_workers=jobs, context=_context()) as pool:
        futures = [pool.schedule(_play_elsewhere, args=(*job, seed, tuple(map(str, arms)))) for seed in seeds]
        try:
            for future in futures:
                yield future.result()
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def _play_elsewhere(document: Mapping[str, Any], folders: Sequence[str], seed: int, arms: Sequence[str]) -> SeedRun:
    """One seed in a worker, which is told what to play and makes everything itself."""
    with redirect_stdout(sys.stderr):  # What a plug-in prints is none of the results.
        scenario = load_scenario(document, plugins=[Path(folder) for folder in folders])
        return play_seed(scenario, seed, [Arm(arm) for arm in arms])


def _context() -> Any:
    """Workers are forked from a clean process that has already imported the engine, where the system can do that."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["swarmsec.exercise.run"])
    return context


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Workers start with one BLAS, OpenMP and numba thread each."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _seeds(scenario: Scenario, seeds: int | Sequence[int] | None) -> tuple[int, ...]:
    if seeds is None:
        return scenario.seeds
    return seed_list(seeds if isinstance(seeds, int) else [int(seed) for seed in seeds])

"""Run a scenario: every seed, every arm, then the score."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from swarmsec._version import __version__
from swarmsec.errors import ExecutorError, UsageError
from swarmsec.runs.simulation import EachRound, Loadable, arm_of, play_seed
from swarmsec.scenario import Scenario, Teams, load_scenario, seed_list
from swarmsec.scoring import Result, SeedRun, Subject, score
from swarmsec.swarm.arms import ALL_ARMS, Arm

if TYPE_CHECKING:
    from swarmsec.runs.executors import Ended


def run(
    scenario: Loadable,
    *,
    seeds: int | Sequence[int] | None = None,
    attack: Teams | None = None,
    defense: Teams | None = None,
    arms: Sequence[str] = ALL_ARMS,
    jobs: int = 1,
    each_seed: Callable[[SeedRun], None] | None = None,
    each_round: EachRound | None = None,
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
        each_round: Called after each round that is played in this process; with several jobs none is.

    Raises:
        SwarmsecError: The scenario is refused, or a plug-in breaks its contract.
    """
    loaded = load_scenario(scenario, attack=attack, defense=defense)
    wanted = _seeds(loaded, seeds)
    played = [arm for arm in Arm if arm in {arm_of(name) for name in arms}]
    if not played:
        raise UsageError("no arm to play; name at least one", where="arms")
    done: list[SeedRun] = []
    for seed_run in seed_runs(loaded, wanted, played, jobs=jobs, each_round=each_round):
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
            *scenario.changes.as_options(),
            *(word for folder in scenario.registry.folders for word in ("--plugins", str(folder))),
        ),
    )


def seed_runs(
    scenario: Scenario,
    seeds: Sequence[int],
    arms: Sequence[Arm],
    *,
    jobs: int = 1,
    each_round: EachRound | None = None,
) -> Iterator[SeedRun]:
    """Play seeds, in this process or in several, and give them in their order."""
    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="jobs")
    if min(jobs, len(seeds)) == 1:
        for seed in seeds:
            yield play_seed(scenario, seed, arms, each_round=each_round)
        return
    yield from _in_processes(scenario, seeds, arms, min(jobs, len(seeds)))


class _Order(NamedTuple):
    """A seed to play, in plain data."""

    document: Mapping[str, Any]
    folders: tuple[str, ...]
    seed: int
    arms: tuple[str, ...]


def _in_processes(scenario: Scenario, seeds: Sequence[int], arms: Sequence[Arm], jobs: int) -> Iterator[SeedRun]:
    from swarmsec.runs.executors import Pool

    folders = tuple(str(folder) for folder in scenario.registry.folders)
    orders = [_Order(dict(scenario.document), folders, seed, tuple(map(str, arms))) for seed in seeds]
    with closing(Pool(_play_elsewhere, workers=jobs)) as pool:
        due = iter(orders)
        waiting: dict[int, Ended[_Order]] = {}
        following = next(due, None)
        for ended in pool.run(orders):
            waiting[ended.payload.seed] = ended
            while following is not None and following.seed in waiting:
                yield _seed_run(waiting.pop(following.seed))
                following = next(due, None)


def _seed_run(ended: Ended[_Order]) -> SeedRun:
    if isinstance(ended.value, SeedRun):
        return ended.value
    if ended.status == "raised":
        raise ended.value
    raise ExecutorError(
        f"{ended.error}; a plug-in ended it, or there was too little memory", where=f"seed {ended.payload.seed}"
    )


def _play_elsewhere(order: _Order) -> SeedRun:
    """One seed in a worker, which is told what to play and makes everything itself."""
    with redirect_stdout(sys.stderr):  # What a plug-in prints is none of the results.
        scenario = load_scenario(order.document, plugins=[Path(folder) for folder in order.folders])
        return play_seed(scenario, order.seed, [Arm(arm) for arm in order.arms])


def _seeds(scenario: Scenario, seeds: int | Sequence[int] | None) -> tuple[int, ...]:
    if seeds is None:
        return scenario.seeds
    return seed_list(seeds if isinstance(seeds, int) else [int(seed) for seed in seeds])

"""Run a scenario: every seed, every arm, then the score."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial

from swarmsec._version import __version__
from swarmsec.errors import UsageError
from swarmsec.runs.cache import JobCache, whole
from swarmsec.runs.executors import open_executor
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.seeds import run_seeds
from swarmsec.runs.simulation import EachRound, Loadable, arm_of
from swarmsec.scenario import Scenario, Teams, load_scenario, seed_list, stop_of
from swarmsec.scoring import Result, SeedRun, Subject, score
from swarmsec.swarm.arms import ALL_ARMS, Arm

NO_DEFENSE = "none"
"""The kind of defense that is none."""

STILL = ("frozen", "deaf", "mute")
"""The nulls that stand still: they decide nothing new, hear nobody, or ignore their feeds. A defense must do better."""


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
    """Run a scenario's arms over its seeds and score them.

    Args:
        scenario: Anything that `load_scenario` takes.
        seeds: A count, or a list of seeds; the scenario's own unless given.
        attack: Attacks instead of the scenario's: `stubborn`, `stubborn:value=3`, a mapping with a kind, or several.
        defense: Defenses instead of the scenario's.
        arms: The arms to run. DL is computed only with all four.
        jobs: The number of processes that run arms. The result does not depend on it.
        each_seed: Called when a seed is done, in the order of the seeds.
        each_round: Called after each round that is run in this process; never with several processes.

    Raises:
        SwarmsecError: The scenario is invalid, or a plug-in breaks its contract.
    """
    loaded = load_scenario(scenario, attack=attack, defense=defense)
    wanted = _seeds(loaded, seeds)
    chosen = [arm for arm in Arm if arm in {arm_of(name) for name in arms}]
    if not chosen:
        raise UsageError("no arm to run; name at least one", where="arms")
    with open_executor(jobs=jobs, each_round=each_round) as executor:
        cache = JobCache(executor, whole)
        result = run_scenario(loaded, wanted, cache, arms=chosen, each_seed=each_seed)
    return dataclasses.replace(result, arms_run=cache.jobs_run)


def run_scenario(
    scenario: Scenario,
    seeds: Sequence[int],
    cache: JobCache[JobResult],
    *,
    arms: Sequence[Arm] = ALL_ARMS,
    each_seed: Callable[[SeedRun], None] | None = None,
) -> Result:
    """Run the arms of a checked scenario that the cache does not have, and score all its arms.

    Args:
        scenario: The checked scenario.
        seeds: The seeds.
        cache: Runs the jobs.
        arms: The arms to run.
        each_seed: Called when a seed is done, in the order of the seeds.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
        PluginError: A worker process died, or an arm took too long.
    """
    done: list[SeedRun] = []
    for seed_run in run_seeds(scenario, seeds, cache, arms=arms):
        done.append(seed_run)
        if each_seed:
            each_seed(seed_run)
    return score(subject_of(scenario), done)


def subject_of(scenario: Scenario) -> Subject:
    """The facts about the scenario that a result contains."""
    defenses = scenario.parts.defenses
    return Subject(
        scenario=scenario.name,
        version=scenario.version,
        digest=scenario.digest,
        engine_version=__version__,
        stop=partial(stop_of, scenario.document),
        command=(
            scenario.source,
            *scenario.changes.as_options(),
            *(option for folder in scenario.registry.folders for option in ("--plugins", str(folder))),
        ),
        bill=scenario.bill,
        autoimmune=scenario.parts.rules.blue.autoimmune_share,
        defended=any(spec.kind != NO_DEFENSE for spec in defenses),
        still=tuple(spec.kind for spec in defenses if spec.kind in STILL),
        raises_alarms=any(spec.plugin.raises_alarms for spec in defenses),
        metrics=scenario.parts.world.plugin.metrics,
    )


def _seeds(scenario: Scenario, seeds: int | Sequence[int] | None) -> tuple[int, ...]:
    if seeds is None:
        return scenario.seeds
    return seed_list(seeds if isinstance(seeds, int) else [int(seed) for seed in seeds])

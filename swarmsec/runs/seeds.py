"""Pair the arms of seeds from the results of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from swarmsec.runs.cache import JobCache
from swarmsec.runs.jobs import Job, JobResult, job, require_done
from swarmsec.scenario import Scenario
from swarmsec.scoring import SeedRun
from swarmsec.swarm.arms import ALL_ARMS, Arm
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee


def jobs_of(scenario: Scenario, seeds: Sequence[int], arms: Sequence[Arm] = ALL_ARMS) -> list[Job]:
    """The jobs of a scenario, seed by seed, so that the arms of a seed can share its network."""
    return [job(scenario, seed, arm) for seed in seeds for arm in arms]


def run_seeds(
    scenario: Scenario, seeds: Sequence[int], cache: JobCache[JobResult], *, arms: Sequence[Arm] = ALL_ARMS
) -> Iterator[SeedRun]:
    """Run the arms of seeds, and yield the seeds in order, each when all its arms are done.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
        PluginError: A worker process died, or an arm took too long.
    """
    results: dict[Arm, JobResult] = {}
    for one, result in cache.results(jobs_of(scenario, seeds, arms)):
        require_done(one, result)
        results[one.arm] = result
        if len(results) == len(arms):
            yield seed_run_of(one.seed, results)
            results = {}


def seed_run_of(seed: int, results: Mapping[Arm, JobResult]) -> SeedRun:
    """The paired arms of one seed.

    Args:
        seed: The seed.
        results: The result of each arm, all of them done.
    """
    traces: dict[str, Trace] = {}
    guarantees: tuple[tuple[str, Guarantee], ...] = ()
    for arm, result in results.items():
        assert result.trace is not None, "it is done"
        traces[str(arm)] = result.trace
        guarantees = guarantees or result.guarantees
    return SeedRun(seed, traces, {str(arm): result.cpu_seconds for arm, result in results.items()}, guarantees)

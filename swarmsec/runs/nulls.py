"""The null defenses for comparison: none, random quarantine, quarantine of all daemons, and an oracle."""

from __future__ import annotations

from collections.abc import Sequence

from swarmsec.runs.cache import JobCache
from swarmsec.runs.jobs import JobResult, require_done
from swarmsec.runs.runner import run_scenario
from swarmsec.runs.seeds import jobs_of
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scoring import Null

QUARANTINES = ("random_quarantine", "quarantine_all")
"""The nulls that isolate daemons without observing them."""

ORACLE = "oracle"
"""The null that knows the attacked daemons."""

NULLS = ("none", *QUARANTINES, ORACLE)


def run_nulls(scenario: Scenario, seeds: Sequence[int], cache: JobCache[JobResult]) -> tuple[Null, ...]:
    """Run each null in place of the scenario's defenses, on the same random numbers.

    Args:
        scenario: The scenario, with its attacks and world.
        seeds: The seeds of the defense's own run.
        cache: Runs the jobs; if it has the scenario's own arms, the clean and attacked ones are not run again.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
        ExecutorError: A worker process died, or an arm took too long.
    """
    by_kind = {kind: load_scenario(scenario, defense=kind) for kind in NULLS}
    jobs = [one for seed in seeds for with_null in by_kind.values() for one in jobs_of(with_null, [seed])]
    for one, result in cache.results(jobs):  # Run all nulls of a seed first, because they share its network.
        require_done(one, result)
    results = {kind: run_scenario(with_null, seeds, cache) for kind, with_null in by_kind.items()}
    return tuple(
        Null(kind, result.damage_limited, result.autoimmune_cost, result.verdict) for kind, result in results.items()
    )

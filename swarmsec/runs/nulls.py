"""The null defenses for comparison: none, three that stand still, two blind quarantines, and an oracle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from swarmsec.runs.cache import JobCache
from swarmsec.runs.jobs import JobResult, require_done
from swarmsec.runs.runner import NO_DEFENSE, STILL, run_scenario
from swarmsec.runs.seeds import jobs_of
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scoring import Result
from swarmsec.swarm.arms import Arm

QUARANTINES = ("random_quarantine", "quarantine_all")
"""The nulls that isolate daemons without observing them."""

ORACLE = "oracle"
"""The null that knows the attacked daemons."""

NULLS = (NO_DEFENSE, *STILL, *QUARANTINES, ORACLE)


def with_nulls(result: Result, scenario: Scenario, cache: JobCache[JobResult]) -> Result:
    """The result beside those of the nulls in place of the scenario's defenses, on the same random numbers.

    The nulls that stand still are rivals: a defense that does no better than one of them is not `limited`, and neither
    is a null of that kind.

    Args:
        result: The scenario's own result.
        scenario: The scenario, with its attacks and world.
        cache: Runs the jobs; if it has the scenario's own arms, the clean and attacked ones are not run again.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
        PluginError: A worker process died, or an arm took too long.
    """
    return result.beside(run_nulls(scenario, result.seeds, cache), rivals=STILL)


def judged_beside_still(result: Result, scenario: Scenario, cache: JobCache[JobResult]) -> Result:
    """The result with the verdict that it has beside the nulls that stand still, without their scores.

    They can keep a defense from `limited` and change no other verdict, and only their defended arms count for that: so
    they cost three arms a seed, and none where the verdict is another one.

    Args:
        result: The scenario's own result.
        scenario: The scenario, with its attacks and world.
        cache: Runs the jobs; if it has the scenario's own arms, the clean and attacked ones are not run again.
    """
    if result.verdict != "limited":
        return result
    found = {}
    for kind in STILL:
        with_null = _with_null(kind, scenario)
        found[kind] = run_scenario(with_null, result.seeds, cache, arms=[Arm.CLEAN, Arm.ATTACKED, Arm.DEFENDED])
        cache.drop(one.id for one in jobs_of(with_null, result.seeds, [Arm.DEFENDED]))
    return replace(result.beside(found, rivals=STILL), nulls=())


def run_nulls(scenario: Scenario, seeds: Sequence[int], cache: JobCache[JobResult]) -> dict[str, Result]:
    """Run each null in place of the scenario's defenses: kind → its result.

    Args:
        scenario: The scenario, with its attacks and world.
        seeds: The seeds of the defense's own run.
        cache: Runs the jobs.

    Raises:
        SwarmsecError: A plug-in breaks its contract.
        PluginError: A worker process died, or an arm took too long.
    """
    by_kind = {kind: _with_null(kind, scenario) for kind in NULLS}
    jobs = [one for seed in seeds for with_null in by_kind.values() for one in jobs_of(with_null, [seed])]
    for one, result in cache.results(jobs):  # Run all nulls of a seed first, because they share its network.
        require_done(one, result)
    return {kind: run_scenario(with_null, seeds, cache) for kind, with_null in by_kind.items()}


def _with_null(kind: str, scenario: Scenario) -> Scenario:
    """The scenario with a null in place of its defenses, without its sweep, which may vary a parameter of these."""
    return load_scenario(scenario, settings={"sweep": {}} if scenario.document["sweep"] else None, defense=kind)

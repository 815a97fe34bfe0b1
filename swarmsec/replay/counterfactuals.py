"""Counterfactuals: compare a run with a changed run, seed by seed, on the same random streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.replay.run_bills import Advanced, Bills, run_bills
from swarmsec.runs import jobs_of
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job
from swarmsec.scenario import Scenario
from swarmsec.scoring import DamageScore, Interval, score_damage
from swarmsec.scoring.intervals import of_mean
from swarmsec.swarm.arms import Arm


@dataclass(frozen=True, eq=False)
class ArmChange:
    """The bills of one arm, in the run and in the changed run.

    Attributes:
        happened: (k,) the final scored bill of each seed in the run.
        instead: (k,) the same in the changed run.
        parts: (k,) the first round of each seed after which the bills differ; None if they never differ.
    """

    happened: Floats
    instead: Floats
    parts: tuple[int | None, ...]

    @property
    def differences(self) -> Floats:
        """(k,) the bill of the changed run minus the bill of the run."""
        difference: Floats = self.instead - self.happened
        return difference

    @property
    def difference(self) -> Interval:
        """The mean of the differences, with its paired interval."""
        return of_mean(self.differences)

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data."""
        return {
            "happened": of_mean(self.happened).to_dict(),
            "instead": of_mean(self.instead).to_dict(),
            "difference": self.difference.to_dict(),
            "seeds": {
                "happened": self.happened.tolist(),
                "instead": self.instead.tolist(),
                "difference": self.differences.tolist(),
                "parts_after_round": list(self.parts),
            },
        }


@dataclass(frozen=True, eq=False)
class Counterfactual:
    """A run, a changed run, and their difference.

    Attributes:
        changes: Descriptions of the changes.
        seeds: The seeds, in the order of all values.
        unit: The unit of the bills.
        arms: Arm → both bills.
        happened: The damage score of the run.
        instead: The damage score of the changed run.
    """

    changes: tuple[str, ...]
    seeds: tuple[int, ...]
    unit: str
    arms: Mapping[str, ArmChange]
    happened: DamageScore
    instead: DamageScore

    def to_dict(self) -> dict[str, Any]:
        """The comparison as plain data."""
        return {
            "changes": list(self.changes),
            "seeds": list(self.seeds),
            "unit": self.unit,
            "arms": {arm: change.to_dict() for arm, change in self.arms.items()},
            "happened": self.happened.to_dict(),
            "instead": self.instead.to_dict(),
        }


def counterfactual(
    scenario: Scenario,
    changed: Scenario,
    *,
    changes: Sequence[str],
    seeds: Sequence[int],
    arms: Sequence[Arm],
    executor: Executor,
    advanced: Advanced | None = None,
) -> Counterfactual:
    """Run a scenario and a changed scenario on the same random streams, and compare them.

    An arm that the change does not affect is one job and runs once, so its difference is exactly 0.

    Args:
        scenario: The scenario that was run.
        changed: The changed scenario.
        changes: Descriptions of the changes.
        seeds: The seeds.
        arms: The arms.
        executor: Runs the jobs.
        advanced: Called after each job.

    Raises:
        PluginError: A plug-in breaks its contract.
    """
    happened = {arm: jobs_of(scenario, seeds, [arm]) for arm in arms}
    instead = {arm: jobs_of(changed, seeds, [arm]) for arm in arms}
    every = [one for side in (happened, instead) for jobs in side.values() for one in jobs]
    bills = run_bills(every, executor, advanced)
    found = {str(arm): _change(happened[arm], instead[arm], bills) for arm in arms}
    return Counterfactual(
        changes=tuple(changes),
        seeds=tuple(seeds),
        unit=bills.unit,
        arms=found,
        happened=score_damage({arm: change.happened for arm, change in found.items()}),
        instead=score_damage({arm: change.instead for arm, change in found.items()}),
    )


def _change(happened: Sequence[Job], instead: Sequence[Job], bills: Bills) -> ArmChange:
    pairs = zip(happened, instead, strict=True)
    parts = tuple(_parts(bills.of[was.id], bills.of[would.id]) for was, would in pairs)
    return ArmChange(bills.last(happened), bills.last(instead), parts)


def _parts(happened: Floats, instead: Floats) -> int | None:
    other = np.flatnonzero(happened != instead)
    return int(other[0]) if len(other) else None

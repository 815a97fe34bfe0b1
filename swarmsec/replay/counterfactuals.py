"""Counterfactuals: a run compared with a changed run, seed by seed on the same random streams."""

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
    """One arm of the run and of the changed run.

    Attributes:
        happened: (k,) the scored bill in the end, one a seed.
        instead: (k,) what it would have been.
        parts: (k,) the first round of each seed after which the bills differ; None where they never do.
    """

    happened: Floats
    instead: Floats
    parts: tuple[int | None, ...]

    @property
    def differences(self) -> Floats:
        """(k,) what it would have been less what it was."""
        difference: Floats = self.instead - self.happened
        return difference

    @property
    def difference(self) -> Interval:
        """Their mean, with its paired interval."""
        return of_mean(self.differences)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
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
    """What happened, what would have happened, and the difference.

    Attributes:
        changes: What was changed, in words.
        seeds: The seeds, in the order of all values.
        unit: Of bills.
        arms: Arm → both bills.
        happened: What the bills say of the run.
        instead: What they say of the changed one.
    """

    changes: tuple[str, ...]
    seeds: tuple[int, ...]
    unit: str
    arms: Mapping[str, ArmChange]
    happened: DamageScore
    instead: DamageScore

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
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
    """Play a scenario and a changed one on the same random streams, and hold them against each other.

    An arm that the change does not touch is one job and is played once, so that its difference is exactly 0.

    Args:
        scenario: What happened.
        changed: What would have.
        changes: What was changed, in words.
        seeds: With which seeds.
        arms: Which arms.
        executor: Who plays.
        advanced: Called as jobs end.

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

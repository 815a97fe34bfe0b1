"""The score of a scenario: four arms, the damage, how much of it blue prevented and at what price."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, NamedTuple

import numpy as np

from swarmsec.scoring.damage import Verdict, outcome
from swarmsec.scoring.detection import Detection, detection, rounds_to_recover
from swarmsec.scoring.intervals import Interval, of_mean
from swarmsec.scoring.runs import SeedRun
from swarmsec.teams import Guarantee, combine_guarantees, worst_over_seeds

SCHEMA = "swarmsec.result/v1"


class ArmScore(NamedTuple):
    """One arm over all seeds: the bill, and every metric as it stands in the end."""

    bill: Interval
    metrics: Mapping[str, Interval]


class Overhead(NamedTuple):
    """What the defense takes in peace, as a multiple of what the swarm takes without it; None if not measured."""

    messages: float | None
    bytes: float | None
    cpu: float | None


class Null(NamedTuple):
    """What a null reached in a defense's place."""

    kind: str
    damage_limited: Interval | None
    autoimmune_cost: Interval | None
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        limited, cost = self.damage_limited, self.autoimmune_cost
        return {
            "damage_limited": limited.to_dict() if limited else None,
            "autoimmune_cost": cost.to_dict() if cost else None,
            "verdict": self.verdict,
        }


class Subject(NamedTuple):
    """What was scored.

    Attributes:
        scenario: Its name.
        version: Its version.
        digest: The digest of the resolved scenario.
        engine_version: Of swarmsec.
        stop: The round from which all attacks are off, at most the number of rounds.
        command: What repeats it, as arguments after `swarmsec run`, without the seeds.
    """

    scenario: str
    version: int
    digest: str
    engine_version: str
    stop: int
    command: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Result:
    """The score of a scenario over its seeds; `to_dict` is the form that is printed and stored.

    Attributes:
        subject: What was scored.
        seeds: The seeds.
        unit: Of bills and damages.
        arms: Every arm that was played.
        damage: How much worse the bill is than in the clean arm, by arm.
        damage_limited: The share of the attack's damage that blue prevented; None where there is none to prevent.
        reason: Why `damage_limited` is None.
        autoimmune_cost: What the defense costs when nobody attacks, in the unit; None if it was not played.
        bites: Whether the interval of the attacked arm's damage is above 0.
        detection: The score of the alarms.
        overhead: What the defense takes.
        guarantee: Whether the defense's precondition held.
        recovery_rounds: By arm: rounds from the attack's end until the damage stands; None where it never does.
        verdict: In a word.
        seed_runs: The traces that all of this was made from.
        nulls: What the nulls reached in the defense's place, if they were played.
    """

    subject: Subject
    seeds: tuple[int, ...]
    unit: str
    arms: Mapping[str, ArmScore]
    damage: Mapping[str, Interval]
    damage_limited: Interval | None
    reason: str
    autoimmune_cost: Interval | None
    bites: bool
    detection: Detection
    overhead: Overhead
    guarantee: Guarantee
    recovery_rounds: Mapping[str, float | None]
    verdict: Verdict
    seed_runs: tuple[SeedRun, ...]
    nulls: tuple[Null, ...] = ()

    @property
    def replay(self) -> str:
        """The command line that repeats it."""
        return shlex.join(
            ["swarmsec", "run", *self.subject.command, "--seeds", ",".join(str(seed) for seed in self.seeds)]
        ) + ("," if len(self.seeds) == 1 else "")

    def to_dict(self, *, times: bool = True) -> dict[str, Any]:
        """The result as plain data, the same for the same scenario and seeds.

        Args:
            times: Whether to say what was measured with a clock (`overhead.cpu`), which no other run repeats.
        """
        overhead = self.overhead if times else self.overhead._replace(cpu=None)
        return {
            "schema": SCHEMA,
            "scenario": self.subject.scenario,
            "scenario_version": self.subject.version,
            "scenario_digest": self.subject.digest,
            "engine_version": self.subject.engine_version,
            "seeds": list(self.seeds),
            "unit": self.unit,
            "arms": {
                arm: {
                    "bill": score.bill.to_dict(),
                    "metrics": {name: value.to_dict() for name, value in score.metrics.items()},
                }
                for arm, score in self.arms.items()
            },
            "damage": {arm: value.to_dict() for arm, value in self.damage.items()},
            "damage_limited": self.damage_limited.to_dict() if self.damage_limited else None,
            "damage_limited_reason": self.reason,
            "autoimmune_cost": self.autoimmune_cost.to_dict() if self.autoimmune_cost else None,
            "bites": self.bites,
            "detection": self.detection._asdict(),
            "overhead": overhead._asdict(),
            "guarantee": {"holds": self.guarantee.holds, "why": self.guarantee.why},
            "recovery_rounds": dict(self.recovery_rounds),
            "verdict": self.verdict,
            "replay": self.replay,
            **({"nulls": {null.kind: null.to_dict() for null in self.nulls}} if self.nulls else {}),
        }


def score(subject: Subject, runs: Sequence[SeedRun]) -> Result:
    """Score the paired arms of all seeds.

    Args:
        subject: What was scored.
        runs: One a seed, each with the same arms.
    """
    played = tuple(runs[0].traces)
    bills = {arm: np.array([float(run.traces[arm].bill[-1]) for run in runs]) for arm in played}
    found = outcome(bills)
    return Result(
        subject=subject,
        seeds=tuple(run.seed for run in runs),
        unit=runs[0].traces[played[0]].unit,
        arms={arm: ArmScore(of_mean(bills[arm]), _metrics(arm, runs)) for arm in played},
        damage=found.damage,
        damage_limited=found.damage_limited,
        reason=found.reason,
        autoimmune_cost=found.autoimmune_cost,
        bites=found.bites,
        detection=detection([run.traces["defended"].watch for run in runs] if "defended" in played else []),
        overhead=_overhead(runs),
        guarantee=_guarantee(runs),
        recovery_rounds=_recovery(runs, subject.stop),
        verdict=found.verdict,
        seed_runs=tuple(runs),
    )


def _metrics(arm: str, runs: Sequence[SeedRun]) -> dict[str, Interval]:
    names = runs[0].traces[arm].metrics
    return {name: of_mean(np.array([float(run.traces[arm].metrics[name][-1]) for run in runs])) for name in names}


def _overhead(runs: Sequence[SeedRun]) -> Overhead:
    """Guarded against clean, or defended against attacked where those were not played."""
    for with_blue, without in (("guarded", "clean"), ("defended", "attacked")):
        if with_blue in runs[0].traces and without in runs[0].traces:
            break
    else:
        return Overhead(None, None, None)

    def ratio(figure: Any) -> float | None:
        usual = sum(figure(run, without) for run in runs)
        return sum(figure(run, with_blue) for run in runs) / usual if usual else None

    return Overhead(
        messages=ratio(lambda run, arm: float(run.traces[arm].metrics["messages"][-1])),
        bytes=ratio(lambda run, arm: float(run.traces[arm].metrics["bytes"][-1])),
        cpu=ratio(lambda run, arm: run.cpu_seconds[arm]),
    )


def _guarantee(runs: Sequence[SeedRun]) -> Guarantee:
    """Inside if one defense's precondition held in every seed; outside if it was looked for and missed."""
    if not runs[0].guarantees:
        return Guarantee(None, "nobody attacked a defended swarm")
    return combine_guarantees(
        [
            (kind, worst_over_seeds([run.guarantees[position][1] for run in runs]))
            for position, (kind, _) in enumerate(runs[0].guarantees)
        ]
    )


def _recovery(runs: Sequence[SeedRun], stop: int) -> dict[str, float | None]:
    """By arm with an attack, the mean over seeds; None where the damage of a seed never stands."""
    played = runs[0].traces
    return {
        arm: _mean_or_none([rounds_to_recover(run.traces[arm].bill - run.traces["clean"].bill, stop) for run in runs])
        for arm in ("attacked", "defended")
        if arm in played and "clean" in played
    }


def _mean_or_none(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None

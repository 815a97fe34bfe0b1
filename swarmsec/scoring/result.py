"""The score of a scenario: four arms, the damage, the share that blue prevented, and the price of the defense."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, NamedTuple

import numpy as np

from swarmsec.scoring.damage import DamageScore, Verdict, score_damage
from swarmsec.scoring.detection import Detection, detection, rounds_to_recover
from swarmsec.scoring.intervals import Interval, of_mean, plain_interval
from swarmsec.scoring.seed_run import SeedRun
from swarmsec.teams import Guarantee, combine_guarantees, worst_over_seeds

SCHEMA = "swarmsec.result/v1"


class ArmScore(NamedTuple):
    """One arm over all seeds: the final bill, and the final value of every metric."""

    bill: Interval
    metrics: Mapping[str, Interval]


class Overhead(NamedTuple):
    """Messages, bytes and CPU time with the defense as multiples of those without it; None if not measured."""

    messages: float | None
    bytes: float | None
    cpu: float | None


class Null(NamedTuple):
    """The score of a null defense in place of the scenario's defenses."""

    kind: str
    damage_limited: Interval | None
    autoimmune_cost: Interval | None
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data, without the kind."""
        return {
            "damage_limited": plain_interval(self.damage_limited),
            "autoimmune_cost": plain_interval(self.autoimmune_cost),
            "verdict": self.verdict,
        }


class Subject(NamedTuple):
    """Identity of the scored scenario.

    Attributes:
        scenario: Its name.
        version: Its version.
        digest: The digest of the resolved scenario.
        engine_version: The version of swarmsec.
        stop: The first round after all attacks, at most the number of rounds.
        command: The arguments of `swarmsec run` that repeat the run, without the seeds.
    """

    scenario: str
    version: int
    digest: str
    engine_version: str
    stop: int
    command: tuple[str, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Result(DamageScore):
    """The score of a scenario over its seeds; `to_dict` gives the form that is printed and stored.

    Attributes:
        subject: The scored scenario.
        seeds: The seeds.
        unit: The unit of bills and damages.
        arms: Arm → its score, for every arm that was run.
        detection: The score of the alarms.
        overhead: What the defense costs in messages, bytes and CPU time.
        guarantee: Whether the defense's precondition held.
        recovery_rounds: Arm → rounds from the end of the attack until its damage is constant; None if it never is.
        seed_runs: The traces that were scored.
        nulls: The scores of null defenses, if they were run.
        arms_run: The number of arms that were run for it, nulls included; None if it was not counted.
    """

    subject: Subject
    seeds: tuple[int, ...]
    unit: str
    arms: Mapping[str, ArmScore]
    detection: Detection
    overhead: Overhead
    guarantee: Guarantee
    recovery_rounds: Mapping[str, float | None]
    seed_runs: tuple[SeedRun, ...]
    nulls: tuple[Null, ...] = ()
    arms_run: int | None = None

    @property
    def replay(self) -> str:
        """The command line that repeats the run."""
        return shlex.join(
            ["swarmsec", "run", *self.subject.command, "--seeds", ",".join(str(seed) for seed in self.seeds)]
        ) + ("," if len(self.seeds) == 1 else "")

    def to_dict(self, *, times: bool = True) -> dict[str, Any]:
        """The result as plain data.

        Args:
            times: Whether to include `overhead.cpu` and `arms_run`, which describe this execution and not the result.
        """
        overhead = self.overhead if times else self.overhead._replace(cpu=None)
        damage = super().to_dict()
        verdict = damage.pop("verdict")
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
            **damage,
            "detection": self.detection._asdict(),
            "overhead": overhead._asdict(),
            "guarantee": {"holds": self.guarantee.holds, "why": self.guarantee.why},
            "promise": self.guarantee.measurement,
            "recovery_rounds": dict(self.recovery_rounds),
            "verdict": verdict,
            "replay": self.replay,
            **({"nulls": {null.kind: null.to_dict() for null in self.nulls}} if self.nulls else {}),
            **({"arms_run": self.arms_run} if times and self.arms_run is not None else {}),
        }


def score(subject: Subject, runs: Sequence[SeedRun]) -> Result:
    """Score the paired arms of all seeds.

    Args:
        subject: The scored scenario.
        runs: One a seed, each with the same arms.
    """
    arms = tuple(runs[0].traces)
    bills = {arm: np.array([float(run.traces[arm].bill[-1]) for run in runs]) for arm in arms}
    return Result(
        **vars(score_damage(bills)),
        subject=subject,
        seeds=tuple(run.seed for run in runs),
        unit=runs[0].traces[arms[0]].unit,
        arms={arm: ArmScore(of_mean(bills[arm]), _metrics(arm, runs)) for arm in arms},
        detection=detection([run.traces["defended"].watch for run in runs] if "defended" in arms else []),
        overhead=_overhead(runs),
        guarantee=_guarantee(runs),
        recovery_rounds=_recovery(runs, subject.stop),
        seed_runs=tuple(runs),
    )


def _metrics(arm: str, runs: Sequence[SeedRun]) -> dict[str, Interval]:
    names = runs[0].traces[arm].metrics
    return {name: of_mean(np.array([float(run.traces[arm].metrics[name][-1]) for run in runs])) for name in names}


def _overhead(runs: Sequence[SeedRun]) -> Overhead:
    """The guarded arm against the clean one, or the defended against the attacked one if those were not run."""
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
    """Whether the precondition of any defense held in every seed."""
    if not runs[0].guarantees:
        return Guarantee(None, "there was no attack on a defended swarm")
    return combine_guarantees(
        [
            (kind, worst_over_seeds([run.guarantees[position][1] for run in runs]))
            for position, (kind, _) in enumerate(runs[0].guarantees)
        ]
    )


def _recovery(runs: Sequence[SeedRun], stop: int) -> dict[str, float | None]:
    """Arm with an attack → the mean over seeds; None if the damage never becomes constant in some seed."""
    arms = runs[0].traces
    return {
        arm: _mean_or_none([rounds_to_recover(run.traces[arm].bill - run.traces["clean"].bill, stop) for run in runs])
        for arm in ("attacked", "defended")
        if arm in arms and "clean" in arms
    }


def _mean_or_none(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None

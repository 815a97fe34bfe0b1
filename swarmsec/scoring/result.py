"""The score of a scenario: four arms, the damage, the share that blue prevented, and the price of the defense."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring.damage import DamageScore, ScoringTerms, Verdict, score_damage
from swarmsec.scoring.detection import Detection, detection, rounds_to_recover
from swarmsec.scoring.intervals import Interval, of_mean, plain_interval
from swarmsec.scoring.seed_run import SeedRun
from swarmsec.teams import Guarantee, combine_guarantees, worst_over_seeds
from swarmsec.worlds import Metric, figures_of_run

SCHEMA = "swarmsec.result/v2"


class ArmScore(NamedTuple):
    """One arm over all seeds.

    Attributes:
        bill: The final scored bill.
        metrics: The figure of the run for every metric, as its world declares it; of the last round unless declared.
        central: The bills of a central controller that heard the same signals.
    """

    bill: Interval
    metrics: Mapping[str, Interval]
    central: Mapping[str, Interval]


class Overhead(NamedTuple):
    """Messages, bytes and CPU time with the defense as multiples of those without it; None if not measured."""

    messages: float | None
    bytes: float | None
    cpu: float | None


class Null(NamedTuple):
    """The score of a null defense in place of the scenario's defenses.

    Attributes:
        kind: Its kind.
        damage_limited: Its DL.
        prevented: The same with its autoimmune cost taken out of the damage.
        autoimmune_cost: What it costs in peace.
        verdict: Its verdict.
        margin: DL of the scenario's defenses minus its own; None where either is undefined.
    """

    kind: str
    damage_limited: Interval | None
    prevented: Interval | None
    autoimmune_cost: Interval | None
    verdict: Verdict
    margin: Interval | None

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data, without the kind."""
        return {
            "damage_limited": plain_interval(self.damage_limited),
            "prevented": plain_interval(self.prevented),
            "autoimmune_cost": plain_interval(self.autoimmune_cost),
            "verdict": self.verdict,
            "margin": plain_interval(self.margin),
        }


class Subject(NamedTuple):
    """Identity of the scored scenario.

    Attributes:
        scenario: Its name.
        version: Its version.
        digest: The digest of the resolved scenario.
        engine_version: The version of swarmsec.
        stop: seed → the first round after all attacks, at most the number of rounds.
        command: The arguments of `swarmsec run` that repeat the run, without the seeds.
        bill: The name of the scored bill.
        autoimmune: The budget of the autoimmune cost, as a share of the attack's damage.
        defended: Whether any defense stands.
        still: Those of its defenses that are nulls which stand still.
        raises_alarms: Whether the defenses can raise alarms at all.
        metrics: The declared metrics of the world.
    """

    scenario: str
    version: int
    digest: str
    engine_version: str
    stop: Callable[[int], int]
    command: tuple[str, ...]
    bill: str = ""
    autoimmune: float = 0.05
    defended: bool = True
    still: tuple[str, ...] = ()
    raises_alarms: bool = True
    metrics: tuple[Metric, ...] = ()

    @property
    def terms(self) -> ScoringTerms:
        """What the verdict depends on besides the bills."""
        return ScoringTerms(self.autoimmune, self.defended, self.still)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
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
        spent: Team → what it spent of its budgets, by name; the mean over seeds.
        central: The scored bill of a central controller that heard the same signals as the attacked swarm; None if the
            world has none.
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
    spent: Mapping[str, Mapping[str, float]]
    central: Interval | None
    recovery_rounds: Mapping[str, float | None]
    seed_runs: tuple[SeedRun, ...]
    nulls: tuple[Null, ...] = ()
    arms_run: int | None = None

    def __repr__(self) -> str:
        limited = self.damage_limited
        ends = limited and limited.low is not None and limited.high is not None
        told = f", {limited.mean:.0%} of the damage prevented" if limited else ""
        told += f" [{limited.low:.0%}, {limited.high:.0%}]" if limited and ends else ""
        seeds = f"{len(self.seeds)} seed{'s' if len(self.seeds) > 1 else ''}"
        return f"<{type(self).__name__} of {self.subject.scenario}: {self.verdict}{told}, {seeds}>"

    @property
    def replay(self) -> str:
        """The command line that repeats the run."""
        return shlex.join(
            ["swarmsec", "run", *self.subject.command, "--seeds", ",".join(str(seed) for seed in self.seeds)]
        ) + ("," if len(self.seeds) == 1 else "")

    @property
    def dominant_seed(self) -> int | None:
        """The seed with more than half of the attack's damage over all seeds, if there is one."""
        return None if self.dominant is None else self.seeds[self.dominant]

    def beside(self, nulls: Mapping[str, Result], *, rivals: Sequence[str]) -> Result:
        """The result beside those of null defenses with the same seeds, with the verdict that follows.

        Args:
            nulls: Kind → its own result.
            rivals: Those of the nulls that the defense must do better than; no null of theirs is `limited` itself.
        """
        bills = {kind: bills_of(null.seed_runs)["defended"] for kind, null in nulls.items()}

        def judged(result: Result) -> DamageScore:
            terms = result.subject.terms._replace(nulls=bills, rivals=tuple(rivals))
            return score_damage(bills_of(result.seed_runs), terms)

        own = judged(self)
        shown = [
            Null(kind, null.damage_limited, null.prevented, null.autoimmune_cost, null.verdict, own.margins.get(kind))
            for kind, null in ((kind, judged(null)) for kind, null in nulls.items())
        ]
        return replace(self, **vars(own), nulls=tuple(shown))

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
                    "central": {name: value.to_dict() for name, value in score.central.items()},
                }
                for arm, score in self.arms.items()
            },
            **damage,
            "autoimmune_budget": self.subject.autoimmune,
            "dominant_seed": self.dominant_seed,
            "detection": self.detection.to_dict(),
            "detection_intervals": self.detection.intervals(),
            "detection_measures": self.detection.measures(),
            "missed_seeds": self.detection.missed_seeds,
            "raises_alarms": self.detection.by_design,
            "overhead": overhead._asdict(),
            "guarantee": {"holds": self.guarantee.holds, "why": self.guarantee.why},
            "promise": self.guarantee.measurement,
            "spent": {team: dict(spent) for team, spent in self.spent.items()},
            "central": plain_interval(self.central),
            "recovery_rounds": dict(self.recovery_rounds),
            "verdict": verdict,
            "replay": self.replay,
            **({"nulls": {null.kind: null.to_dict() for null in self.nulls}} if self.nulls else {}),
            **({"arms_run": self.arms_run} if times and self.arms_run is not None else {}),
        }


def score(subject: Subject, runs: Sequence[SeedRun], terms: ScoringTerms | None = None) -> Result:
    """Score the paired arms of all seeds.

    Args:
        subject: The scored scenario.
        runs: One a seed, each with the same arms.
        terms: What the verdict depends on besides the bills; the subject's own unless given.
    """
    arms = tuple(runs[0].traces)
    bills = bills_of(runs)
    scores = {
        arm: ArmScore(of_mean(bills[arm]), _metrics(arm, runs, subject.metrics), _central(arm, runs)) for arm in arms
    }
    hears = scores.get("attacked") or scores.get("clean")
    return Result(
        **vars(score_damage(bills, terms or subject.terms)),
        subject=subject,
        seeds=tuple(run.seed for run in runs),
        unit=runs[0].traces[arms[0]].unit,
        arms=scores,
        detection=detection([run.traces for run in runs], by_design=subject.raises_alarms),
        overhead=_overhead(runs),
        guarantee=_guarantee(runs),
        spent=_spent(runs),
        central=hears.central.get(subject.bill) if hears else None,
        recovery_rounds=_recovery(runs, subject.stop),
        seed_runs=tuple(runs),
    )


def bills_of(runs: Sequence[SeedRun]) -> dict[str, Floats]:
    """Arm → (k,) its final scored bill, one a seed."""
    return {arm: np.array([float(run.traces[arm].bill[-1]) for run in runs]) for arm in runs[0].traces}


def _metrics(arm: str, runs: Sequence[SeedRun], declared: Sequence[Metric]) -> dict[str, Interval]:
    figures = [figures_of_run(run.traces[arm].metrics, declared) for run in runs]
    return {name: of_mean(np.array([of_seed[name] for of_seed in figures])) for name in figures[0]}


def _central(arm: str, runs: Sequence[SeedRun]) -> dict[str, Interval]:
    names = runs[0].traces[arm].central
    return {name: of_mean(np.array([float(run.traces[arm].central[name]) for run in runs])) for name in names}


def _spent(runs: Sequence[SeedRun]) -> dict[str, dict[str, float]]:
    """What each team spent in the defended arm, or else in the arm in which it plays; the mean over seeds."""
    found: dict[str, dict[str, float]] = {}
    for team, arms in (("red", ("defended", "attacked")), ("blue", ("defended", "guarded"))):
        arm = next((arm for arm in arms if arm in runs[0].traces), None)
        spent = [run.traces[arm].spent.get(team, {}) for run in runs] if arm else [{}]
        found[team] = {name: mean(float(one.get(name, 0.0)) for one in spent) for name in spent[0]}
    return found


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


def _recovery(runs: Sequence[SeedRun], stop: Callable[[int], int]) -> dict[str, float | None]:
    """Arm with an attack → the mean over seeds; None if the damage never becomes constant in some seed."""
    arms = runs[0].traces

    def rounds(run: SeedRun, arm: str) -> int | None:
        return rounds_to_recover(run.traces[arm].bill - run.traces["clean"].bill, stop(run.seed))

    return {
        arm: _mean_or_none([rounds(run, arm) for run in runs])
        for arm in ("attacked", "defended")
        if arm in arms and "clean" in arms
    }


def _mean_or_none(values: Sequence[int | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None

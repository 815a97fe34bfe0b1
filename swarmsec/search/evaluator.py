"""The harm that attacks do to a defended swarm: the paired damage over a few seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, NamedTuple

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.runs import JobCache, jobs_of
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, JobResult
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.swarm.arms import Arm

Attacks = Sequence[Mapping[str, Any]]
"""Attacks as a scenario writes them."""

_Pair = tuple[Job, Job | None]
"""One seed's measured arm, and the arm that it is measured against; None for a metric."""

BATCH = 8
"""Attacks that are tried at once. It does not depend on the number of processes, and so neither do results."""


class ArmFigures(NamedTuple):
    """The figures of one arm that a search needs; a search has too many arms to keep their traces.

    Attributes:
        bill: The scored bill after the last round.
        greatest: The greatest value of each metric.
        error: The reason that there are none; empty if the arm is done.
    """

    bill: float
    greatest: Mapping[str, float]
    error: str = ""


def figures_of(result: JobResult) -> ArmFigures:
    """The figures of a job's result."""
    if result.trace is None:
        return ArmFigures(math.nan, {}, result.error or result.status)
    metrics = result.trace.metrics.items()
    return ArmFigures(float(result.trace.bill[-1]), {name: float(values.max()) for name, values in metrics})


def figures_cache(executor: Executor) -> JobCache[ArmFigures]:
    """A cache for searches: all searches of a command share one, so that no arm is run twice."""
    return JobCache(executor, figures_of)


@dataclass(frozen=True)
class Harm:
    """The harm of one choice of attacks.

    Attributes:
        amounts: By seed: the damage in the measured arm, or the greatest value of a metric; empty if refused.
        refused: The reason that it could not be run; empty if it was run.
    """

    amounts: tuple[float, ...]
    refused: str = ""

    @property
    def amount(self) -> float | None:
        """The mean over the seeds; None if it was refused."""
        return mean(self.amounts) if self.amounts else None


class AttackEvaluator:
    """Measures the harm of attacks on a defended swarm, against another arm of the same seeds.

    Both arms keep their bills over the same daemons: all but those that the attacks set out to hijack. So attacks on
    other daemons are measured against other arms.

    Args:
        scenario: The world, the defenses and the rules.
        seeds: The seeds of every measurement.
        cache: Runs the jobs.
        metric: Measure the greatest value of this metric in the measured arm, and not the damage.
        arm: The arm that is measured; `attacked` measures attacks on an undefended swarm.
        against: The arm whose bill is subtracted, without attacks; `guarded` leaves the defenses' own cost out.

    Attributes:
        tried: The number of measured choices of attacks.
    """

    def __init__(
        self,
        scenario: Scenario,
        seeds: Sequence[int],
        cache: JobCache[ArmFigures],
        *,
        metric: str | None = None,
        arm: Arm = Arm.DEFENDED,
        against: Arm = Arm.CLEAN,
    ) -> None:
        # A sweep may go along a path into attacks that are replaced here.
        self.scenario = load_scenario(scenario, settings={"sweep": {}}) if scenario.document["sweep"] else scenario
        self.seeds = tuple(seeds)
        self.tried = 0
        self._cache, self._metric, self._arm, self._against = cache, metric, arm, against

    def harms(self, choices: Sequence[Attacks]) -> list[Harm]:
        """The harm of each choice of attacks.

        Raises:
            SwarmsecError: The arm without attacks cannot be run.
        """
        self.tried += len(choices)
        prepared = [self._prepared(attacks) for attacks in choices]
        jobs = [one for these in prepared if not isinstance(these, str) for pair in these for one in pair if one]
        figures = {one.id: found for one, found in self._cache.results(jobs)}
        return [self._harm(these, figures) for these in prepared]

    def first(self, choices: Sequence[Attacks], *, needed: float) -> int | None:
        """The number of the first choice that does at least so much harm; choices after its batch are not run."""
        for start in range(0, len(choices), BATCH):
            for number, harm in enumerate(self.harms(choices[start : start + BATCH]), start):
                if harm.amount is not None and harm.amount >= needed:
                    return number
        return None

    def _prepared(self, attacks: Attacks) -> list[_Pair] | str:
        """The jobs of a choice by seed, or the reason that it is refused."""
        try:
            attacked = load_scenario(self.scenario, attack=[dict(spec) for spec in attacks])
        except SwarmsecError as error:
            return str(error).splitlines()[0]
        measured = jobs_of(attacked, self.seeds, [self._arm])
        if self._metric is not None:
            return [(one, None) for one in measured]
        return list(zip(measured, jobs_of(attacked, self.seeds, [self._against]), strict=True))

    def _harm(self, pairs: list[_Pair] | str, figures: Mapping[str, ArmFigures]) -> Harm:
        if isinstance(pairs, str):
            return Harm((), pairs)
        amounts = []
        for one, baseline in pairs:
            alone = self._measured(figures[baseline.id]) if baseline else 0.0
            if isinstance(alone, str):
                raise SwarmsecError(f"the {self._against} arm cannot be run: {alone}")
            measured = self._measured(figures[one.id])
            if isinstance(measured, str):
                return Harm((), measured)
            amounts.append(measured - alone)
        return Harm(tuple(amounts))

    def _measured(self, figures: ArmFigures) -> float | str:
        """The measured amount of one arm, or the reason that there is none."""
        if figures.error:
            return figures.error
        if self._metric is not None and self._metric not in figures.greatest:
            names = ", ".join(figures.greatest)
            raise UsageError(f"this world has no metric {self._metric!r}; it has {names}", where="metric")
        amount = figures.bill if self._metric is None else figures.greatest[self._metric]
        return amount if math.isfinite(amount) else f"the amount is not finite: {amount}"

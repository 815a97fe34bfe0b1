"""What an attack does to a defended swarm: the paired damage of a few seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.runs.executors import Executor
from swarmsec.runs.jobs import Job, JobResult, job
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.swarm.arms import Arm

Attacks = Sequence[Mapping[str, Any]]
"""Attacks as a scenario says them."""

BATCH = 8
"""Attacks that are tried at once. It does not depend on how many processes there are, and so neither do results."""


@dataclass(frozen=True)
class Harm:
    """What one choice of attacks did.

    Attributes:
        amounts: By seed: the damage in the measured arm, or the greatest value of a metric; empty if refused.
        refused: Why it could not be played; empty if it was.
    """

    amounts: tuple[float, ...]
    refused: str = ""

    @property
    def amount(self) -> float | None:
        """The mean over the seeds; None if it was refused."""
        return mean(self.amounts) if self.amounts else None


class Range:
    """A defended swarm that attacks are tried on: the clean arms are played once.

    Args:
        scenario: Whose world, defenses and rules.
        seeds: With which seeds.
        executor: Who plays.
        metric: Measure the greatest value of this metric in the measured arm, and not the damage.
        arm: The arm that is measured; `attacked` shows what attacks do to an undefended swarm.

    Raises:
        SwarmsecError: The clean arm cannot be played.
    """

    def __init__(
        self,
        scenario: Scenario,
        seeds: Sequence[int],
        executor: Executor,
        *,
        metric: str | None = None,
        arm: Arm = Arm.DEFENDED,
    ) -> None:
        # A sweep may point at attacks that are not played here.
        self.scenario = load_scenario(scenario, settings={"sweep": {}}) if scenario.document["sweep"] else scenario
        self.seeds = tuple(seeds)
        self.tried = 0
        self._executor, self._metric, self._arm = executor, metric, arm
        self._known: dict[str, float | str] = {}
        self._usual = self._at_peace()

    def harms(self, choices: Sequence[Attacks]) -> list[Harm]:
        """What each choice of attacks does; equal choices are played once."""
        self.tried += len(choices)
        prepared = [self._prepared(attacks) for attacks in choices]
        jobs = {one.id: one for these in prepared if not isinstance(these, str) for one in these}
        self._known |= self._played([one for one in jobs.values() if one.id not in self._known])
        return [self._harm(these) for these in prepared]

    def first(self, choices: Sequence[Attacks], *, needed: float) -> int | None:
        """The number of the first choice that does so much harm at least; those after its batch are not played."""
        for start in range(0, len(choices), BATCH):
            for number, harm in enumerate(self.harms(choices[start : start + BATCH]), start):
                if harm.amount is not None and harm.amount >= needed:
                    return number
        return None

    def _at_peace(self) -> tuple[float, ...]:
        """What is taken off by seed: the clean arm's bill, and nothing of a metric."""
        if self._metric is not None:
            return (0.0,) * len(self.seeds)
        clean = [job(self.scenario, seed, Arm.CLEAN) for seed in self.seeds]
        played = self._played(clean)
        bills = []
        for one in clean:
            bill = played[one.id]
            if isinstance(bill, str):
                raise SwarmsecError(f"the clean arm cannot be played: {bill}")
            bills.append(bill)
        return tuple(bills)

    def _prepared(self, attacks: Attacks) -> list[Job] | str:
        """The jobs of a choice, or why it is refused."""
        try:
            attacked = load_scenario(self.scenario, attack=[dict(spec) for spec in attacks])
        except SwarmsecError as error:
            return str(error).splitlines()[0]
        return [job(attacked, seed, self._arm) for seed in self.seeds]

    def _harm(self, jobs: list[Job] | str) -> Harm:
        if isinstance(jobs, str):
            return Harm((), jobs)
        amounts = []
        for one, usual in zip(jobs, self._usual, strict=True):
            found = self._known[one.id]
            if isinstance(found, str):
                return Harm((), found)
            amounts.append(found - usual)
        return Harm(tuple(amounts))

    def _played(self, jobs: Sequence[Job]) -> dict[str, float | str]:
        """What each job came to, by its id: a figure, or why there is none."""
        return {played.id: self._read(played) for played in self._executor.run(jobs)}

    def _read(self, played: JobResult) -> float | str:
        trace = played.trace
        if trace is None:
            return played.error or played.status
        if self._metric is None:
            found = float(trace.bill[-1])
        elif self._metric in trace.metrics:
            found = float(trace.metrics[self._metric].max())
        else:
            names = ", ".join(trace.metrics)
            raise UsageError(f"this world has no metric {self._metric!r}; it has {names}", where="metric")
        return found if math.isfinite(found) else f"what it came to is not a number: {found}"

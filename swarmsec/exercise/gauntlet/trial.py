"""What an attack does to a defended swarm: the paired damage of a few seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from swarmsec.authoring import Scenario, load_scenario
from swarmsec.errors import SwarmsecError
from swarmsec.exercise.executors import Executor
from swarmsec.exercise.jobs import Job, Played, job
from swarmsec.swarm.arms import Arm

Attacks = Sequence[Mapping[str, Any]]
"""Attacks as a scenario says them."""


@dataclass(frozen=True)
class Harm:
    """What one choice of attacks did.

    Attributes:
        amounts: By seed: the damage in the defended arm, or the greatest value of a metric; empty if refused.
        refused: Why it could not be played; empty if it was.
    """

    amounts: tuple[float, ...]
    refused: str = ""

    @property
    def amount(self) -> float:
        """The mean over the seeds; minus infinity if it was refused."""
        return mean(self.amounts) if self.amounts else float("-inf")


class Range:
    """A defended swarm that attacks are tried on: the clean arms are played once.

    Args:
        scenario: Whose world, defenses and rules.
        seeds: With which seeds.
        executor: Who plays.
        metric: Measure the greatest value of this metric in the defended arm, and not the damage.
        arm: The arm that is measured; `attacked` shows what attacks do to an undefended swarm.
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
        self.scenario, self.seeds = scenario, tuple(seeds)
        self.tried = 0
        self._executor, self._metric, self._arm = executor, metric, arm
        self._known: dict[str, float] = {}
        clean = [job(scenario, seed, Arm.CLEAN) for seed in self.seeds]
        self._clean = self._measured(clean) if metric is None else {one.id: 0.0 for one in clean}
        self._clean_ids = [one.id for one in clean]

    def harms(self, choices: Sequence[Attacks]) -> list[Harm]:
        """What each choice of attacks does; equal choices are played once."""
        self.tried += len(choices)
        prepared = [self._prepared(attacks) for attacks in choices]
        jobs = {one.id: one for these in prepared if not isinstance(these, str) for one in these}
        failed = self._measured([one for one in jobs.values() if one.id not in self._known], into=self._known)
        return [self._harm(these, failed) for these in prepared]

    def _prepared(self, attacks: Attacks) -> list[Job] | str:
        """The jobs of a choice, or why it is refused."""
        try:
            attacked = load_scenario(self.scenario, attack=[dict(spec) for spec in attacks])
        except SwarmsecError as error:
            return str(error).splitlines()[0]
        return [job(attacked, seed, self._arm) for seed in self.seeds]

    def _harm(self, jobs: list[Job] | str, failed: Mapping[str, float | str]) -> Harm:
        if isinstance(jobs, str):
            return Harm((), jobs)
        for one in jobs:
            if one.id not in self._known:
                return Harm((), str(failed[one.id]))
        base = [float(self._clean[clean]) for clean in self._clean_ids]
        return Harm(tuple(self._known[one.id] - usual for one, usual in zip(jobs, base, strict=True)))

    def _measured(self, jobs: Sequence[Job], into: dict[str, float] | None = None) -> dict[str, Any]:
        """What each job came to, by id; with `into`, that goes there, and what failed is given back."""
        done: dict[str, float] = {} if into is None else into
        failed: dict[str, str] = {}
        for played in self._executor.play(jobs):
            if played.trace is None:
                failed[played.id] = played.error or played.status
            else:
                done[played.id] = self._read(played)
        if into is None and failed:
            raise SwarmsecError(f"the clean arm cannot be played: {next(iter(failed.values()))}")
        return failed if into is not None else done

    def _read(self, played: Played) -> float:
        assert played.trace is not None
        if self._metric is None:
            return float(played.trace.bill[-1])
        if self._metric not in played.trace.metrics:
            raise SwarmsecError(f"this world has no metric {self._metric!r}")
        return float(played.trace.metrics[self._metric].max())

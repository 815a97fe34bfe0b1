"""Records of a store: entries, summaries of runs, and tournaments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from swarmsec.runs.jobs import Status
from swarmsec.swarm.arms import Arm


class RunEntry(NamedTuple):
    """The place of a run in a tournament. An arm that several cells share has several entries and one run.

    Attributes:
        scenario: The scenario's name.
        attack: The attack's label.
        defense: The defense's label.
        seed: The seed.
        arm: The arm.
        run: The id of the run, equal to the id of its job.
    """

    scenario: str
    attack: str
    defense: str
    seed: int
    arm: str
    run: str


class StoredJob(NamedTuple):
    """What repeats a run, as the store has it. It is data: nothing is imported from its folders.

    Attributes:
        id: The id of the job.
        document: The resolved scenario with only the teams of the arm.
        folders: The folders of plug-ins that were used.
        seed: The seed.
        arm: The arm.
    """

    id: str
    document: Mapping[str, Any]
    folders: tuple[str, ...]
    seed: int
    arm: Arm


class Summary(NamedTuple):
    """A run without its rounds.

    Attributes:
        id: The id of the job.
        status: `done`, `failed`, `crashed` or `timed_out`.
        scenario: The scenario's name.
        seed: The seed.
        arm: The arm.
        unit: The unit of the bill; empty unless done.
        bill: The final scored bill; None unless done.
        cpu_seconds: The CPU time in seconds.
        digest: The digest of the exact trace; empty unless done.
        error: The error in one line.
    """

    id: str
    status: Status
    scenario: str
    seed: int
    arm: str
    unit: str
    bill: float | None
    cpu_seconds: float
    digest: str
    error: str


class Tournament(NamedTuple):
    """A tournament in a store; `planned` = `done` + `failed` + `crashed` + `timed_out` + `left`.

    Attributes:
        id: The digest of its plan.
        name: Its name.
        plan: Its plan as plain data.
        planned: The number of its distinct runs.
        done: The number of runs that are done.
        failed: The number of runs with an error of a plug-in or the scenario.
        crashed: The number of runs whose process died.
        timed_out: The number of runs that exceeded the time limit.
        left: The number of runs that are not in the store yet.
        begun: The time when it began; UTC, ISO 8601.
        changed: The time of its latest run, or `begun` if it has no run.
    """

    id: str
    name: str
    plan: Mapping[str, Any]
    planned: int
    done: int
    failed: int
    crashed: int
    timed_out: int
    left: int
    begun: str
    changed: str

    def to_dict(self) -> dict[str, Any]:
        """The record as plain data."""
        return {**self._asdict(), "plan": dict(self.plan)}

"""What a store says of a run, an entry and a tournament."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from swarmsec.runs.jobs import Status


class RunEntry(NamedTuple):
    """Where a run stands in a tournament. An arm that cells share has several entries and one run.

    Attributes:
        scenario: The scenario's label.
        attack: The attack's label.
        defense: The defense's label.
        seed: Which seed.
        arm: Which arm.
        run: The run's id, that of its job.
    """

    scenario: str
    attack: str
    defense: str
    seed: int
    arm: str
    run: str


class Summary(NamedTuple):
    """A run without its rounds.

    Attributes:
        id: The job's.
        status: How it ended.
        scenario: The scenario's name.
        seed: Which seed.
        arm: Which arm.
        unit: Of the bill; empty unless done.
        bill: The scored bill in the end; None unless done.
        cpu_seconds: What it took of a processor.
        digest: Of the exact trace; empty unless done.
        error: What went wrong, in one line.
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
    """A tournament as it stands in a store; `planned` = `done` + `failed` + `crashed` + `timed_out` + `left`.

    Attributes:
        id: The digest of its plan, or whatever it was begun with.
        name: For people.
        plan: What was to be played.
        planned: How many different runs it has.
        done: Of those, how many are done.
        failed: How many a plug-in or the scenario failed.
        crashed: How many killed their process.
        timed_out: How many took too long.
        left: How many are still to be played.
        begun: When it was begun; UTC, ISO 8601.
        changed: When the latest of its runs was added; `begun` if there is none.
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
        """As plain data."""
        return {**self._asdict(), "plan": dict(self.plan)}

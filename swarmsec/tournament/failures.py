"""The failed runs of a tournament: the one list for `tournament`, `results` and `report`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from swarmsec.runs.jobs import Status
from swarmsec.store import Summary
from swarmsec.swarm.arms import Arm
from swarmsec.tournament.cells import CellKey, CellRuns


class Failure(NamedTuple):
    """A run that failed, crashed or timed out.

    Attributes:
        run: Its id.
        status: `failed`, `crashed` or `timed_out`.
        scenario: The scenario's name.
        attack: The label of the attack in its arm; empty in an arm without attacks.
        defense: The label of the defense in its arm; empty in an arm without defenses.
        seed: The seed.
        arm: The arm.
        error: The error in one line.
    """

    run: str
    status: Status
    scenario: str
    attack: str
    defense: str
    seed: int
    arm: str
    error: str


def failures(cells: Mapping[CellKey, CellRuns], summaries: Mapping[str, Summary]) -> list[Failure]:
    """Every failed run, cell by cell in the given order; a run that cells share is listed once.

    Args:
        cells: The cells and their runs.
        summaries: Run → its summary, for every run in the store.
    """
    found: dict[str, Failure] = {}
    for key, runs in cells.items():
        for arm in Arm:
            for seed, arms in runs.items():
                summary = summaries.get(arms.get(arm, ""))
                if summary is None or summary.status == "done":
                    continue
                attack, defense = key.attack if arm.has_red else "", key.defense if arm.has_blue else ""
                failure = Failure(
                    summary.id, summary.status, key.scenario, attack, defense, seed, str(arm), summary.error
                )
                found.setdefault(summary.id, failure)
    return list(found.values())

"""The runs of a tournament that came to nothing."""

from __future__ import annotations

from typing import NamedTuple

from swarmsec.runs.jobs import Status
from swarmsec.store.cells import CellKey, Picked
from swarmsec.store.store import Store
from swarmsec.swarm.arms import Arm


class Failure(NamedTuple):
    """A run that came to nothing.

    Attributes:
        run: Its id.
        status: `failed`, `crashed` or `timed_out`.
        scenario: The scenario's label.
        attack: The label of the attack that plays in its arm; empty if none does.
        defense: The label of the defense that plays in its arm; empty if none does.
        seed: Which seed.
        arm: Which arm.
        error: What went wrong, in one line.
    """

    run: str
    status: Status
    scenario: str
    attack: str
    defense: str
    seed: int
    arm: str
    error: str


def failures(store: Store, tournament: str, picked: Picked | None = None) -> list[Failure]:
    """Every run that failed, crashed or took too long; one that cells share is told once.

    Args:
        store: Where the runs are.
        tournament: The tournament's id.
        picked: Of which cells; all unless given.
    """
    picked, runs = picked or Picked(), store.summaries(tournament)
    found: dict[str, Failure] = {}
    for entry in store.entries(tournament):
        run = runs.get(entry.run)
        cell = CellKey(entry.scenario, entry.attack, entry.defense)
        if run is None or run.status == "done" or not picked.has(cell):
            continue
        arm = Arm(entry.arm)
        attack, defense = entry.attack if arm.has_red else "", entry.defense if arm.has_blue else ""
        found.setdefault(
            run.id, Failure(run.id, run.status, entry.scenario, attack, defense, entry.seed, entry.arm, run.error)
        )
    return list(found.values())

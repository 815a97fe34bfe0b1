"""The nulls that stand beside a defense: what doing nothing, luck, the whole cure and the truth would have reached."""

from __future__ import annotations

from collections.abc import Sequence

from swarmsec.runs.runner import run
from swarmsec.scenario import Scenario
from swarmsec.scoring import Null

NULLS = ("none", "random_quarantine", "quarantine_all", "oracle")


def run_nulls(scenario: Scenario, *, seeds: Sequence[int], jobs: int = 1) -> tuple[Null, ...]:
    """Play each null in the place of the scenario's defenses, on the same random numbers.

    Args:
        scenario: Whose attacks and world they meet.
        seeds: The seeds that the defense was played with.
        jobs: How many processes.
    """
    found = []
    for kind in NULLS:
        result = run(scenario, seeds=seeds, defense=kind, jobs=jobs)
        found.append(Null(kind, result.damage_limited, result.autoimmune_cost, result.verdict))
    return tuple(found)

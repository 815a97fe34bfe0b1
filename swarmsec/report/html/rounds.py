"""The metrics of a run as one array for each metric and arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.runs.read_folder import RoundTable
from swarmsec.swarm.arms import Arm


@dataclass(frozen=True, eq=False)
class Rounds:
    """The metrics of the seeds whose arms are all complete.

    Attributes:
        seeds: These seeds.
        metrics: metric → arm → (seeds, rounds).
    """

    seeds: tuple[int, ...]
    metrics: Mapping[str, Mapping[str, Floats]]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that were run, in their order."""
        return tuple(next(iter(self.metrics.values())))


def complete_rounds(table: RoundTable, rounds: int) -> Rounds | None:
    """The complete seeds of a table that may be cut off anywhere; None if no seed is complete.

    Args:
        table: The rows of `rounds.csv`.
        rounds: The number of rounds of a complete arm.
    """
    begins = np.flatnonzero(table.rounds == 0)
    ends = np.append(begins, len(table.rounds))[1:]
    complete = [int(begin) for begin, end in zip(begins, ends, strict=True) if end - begin == rounds]
    begin_of = {(table.seeds[begin], table.arms[begin]): begin for begin in complete}
    arms = [str(arm) for arm in Arm if any(arm == there for _, there in begin_of)]
    seeds = [
        seed for seed in dict.fromkeys(seed for seed, _ in begin_of) if all((seed, arm) in begin_of for arm in arms)
    ]
    if not seeds:
        return None
    blocks = {arm: np.stack([table.values[begin_of[seed, arm] :][:rounds] for seed in seeds]) for arm in arms}
    metrics = {name: {arm: block[:, :, at] for arm, block in blocks.items()} for at, name in enumerate(table.metrics)}
    return Rounds(tuple(seeds), metrics)

"""The figures of every round, read from a run's `rounds.csv`."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.swarm.arms import Arm

_ARMS = {f",{arm},": f",{number}," for number, arm in enumerate(Arm)}
"""The one column of words, as numbers, so that all columns are read at once."""


@dataclass(frozen=True, eq=False)
class Rounds:
    """Every metric of every arm, over the seeds whose arms are all there.

    Attributes:
        seeds: Those seeds.
        metrics: metric → arm → (seeds, rounds).
    """

    seeds: tuple[int, ...]
    metrics: Mapping[str, Mapping[str, Floats]]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that were played, in their order."""
        return tuple(next(iter(self.metrics.values())))


def read_rounds(text: str, rounds: int) -> Rounds | None:
    """The figures of a table that may break off anywhere; None if no seed is whole.

    Args:
        text: `rounds.csv`: a header, then seed, arm, round and the metrics.
        rounds: How many rounds a whole arm has.

    Raises:
        ValueError: It is no such table.
    """
    head, _, body = text.partition("\n")
    body = body[: body.rfind("\n") + 1]
    names = next(csv.reader([head]), [])
    if names[:3] != ["seed", "arm", "round"]:
        raise ValueError("its first columns must be seed, arm and round")
    if not body:
        return None
    for word, number in _ARMS.items():
        body = body.replace(word, number)
    table = np.loadtxt(io.StringIO(body), delimiter=",", ndmin=2)
    if table.shape[1] != len(names):
        raise ValueError(f"{table.shape[1]} columns under {len(names)} names")
    return _gathered(table, names[3:], rounds)


def _gathered(table: Floats, names: list[str], rounds: int) -> Rounds | None:
    begins = np.flatnonzero(table[:, 2] == 0)
    ends = np.append(begins[1:], len(table))
    whole = [(int(table[a, 0]), int(table[a, 1]), a) for a, b in zip(begins, ends, strict=True) if b - a == rounds]
    played = sorted({arm for _, arm, _ in whole})
    there = {(seed, arm): begin for seed, arm, begin in whole}
    seeds = list(dict.fromkeys(seed for seed, _, _ in whole))
    seeds = [seed for seed in seeds if all((seed, arm) in there for arm in played)]
    if not seeds:
        return None
    arms = tuple(Arm)
    blocks = {str(arms[arm]): np.stack([table[there[seed, arm] :][:rounds, 3:] for seed in seeds]) for arm in played}
    metrics = {name: {arm: block[:, :, at] for arm, block in blocks.items()} for at, name in enumerate(names)}
    return Rounds(tuple(seeds), metrics)

"""Scores from a store: cells as if they were played at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import UsageError
from swarmsec.registry import Registry
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.runner import subject_of
from swarmsec.scenario.load import Scenario
from swarmsec.scenario.overrides import Changes
from swarmsec.scoring import DamageScore, Interval, Result, SeedRun, Subject, score, score_damage
from swarmsec.scoring.damage import damage_by_seed
from swarmsec.store.cells import CellKey, Picked, Plays, cells_of
from swarmsec.store.records import Summary
from swarmsec.store.store import Store
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Guarantee

_TRACES_AT_ONCE = 256


class CellOutcome(NamedTuple):
    """What came of a cell by its bills.

    Attributes:
        cell: Which.
        unit: Of its bills; empty if no seed was scored.
        seeds: The seeds that were scored: those of which every arm is done.
        missing: The others: they failed, or are still to be played.
        outcome: What came of it; None if no seed was scored.
        left: damage(defended), one for each of `seeds`; empty where the defended or the clean arm was not played.
    """

    cell: CellKey
    unit: str
    seeds: tuple[int, ...]
    missing: tuple[int, ...]
    outcome: DamageScore | None
    left: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        found = self.outcome
        return {
            **self.cell._asdict(),
            "unit": self.unit,
            "seeds": list(self.seeds),
            "missing": list(self.missing),
            "damage": {arm: value.to_dict() for arm, value in found.damage.items()} if found else {},
            "damage_limited": plain(found.damage_limited) if found else None,
            "damage_limited_reason": found.reason if found else "no seed has all its arms",
            "autoimmune_cost": plain(found.autoimmune_cost) if found else None,
            "bites": found.bites if found else None,
            "verdict": found.verdict if found else None,
        }


def outcomes(store: Store, tournament: str, picked: Picked | None = None) -> list[CellOutcome]:
    """What came of every cell, from the bills alone: quick, whatever the length of the runs."""
    picked, cells = picked or Picked(), cells_of(store.entries(tournament))
    picked.refuse_unknown(cells)
    runs = store.summaries(tournament)
    return [_outcome(cell, plays, runs) for cell, plays in cells.items() if picked.has(cell)]


def seed_runs(store: Store, plays: Plays, *, last_only: bool = False) -> list[SeedRun]:
    """The seeds of a cell of which every arm is done, in order.

    Args:
        store: Where the runs are.
        plays: The cell's.
        last_only: Without all rounds but the last, which leaves a score only its rounds to recover.
    """
    get = lru_cache(_TRACES_AT_ONCE)(lambda run: store.get(run, last_only=last_only))
    return [made for seed, arms in plays.items() if (made := _seed_run(seed, arms, get))]


def result_of(store: Store, tournament: str, cell: CellKey, *, subject: Subject | None = None) -> Result | None:
    """The score of a cell, as if `swarmsec.run` had played it at once; None if no seed has all its arms.

    Args:
        store: Where the runs are.
        tournament: The tournament's id.
        cell: Which cell.
        subject: What the result says of its scenario; found in the store unless given. What is found repeats a cell
            by its labels, which a command line takes where the scenario is of the library.

    Raises:
        UsageError: The tournament has no such cell.
    """
    plays = cells_of(store.entries(tournament)).get(cell)
    if plays is None:
        raise UsageError(f"no cell {', '.join(cell)} in tournament {tournament}", where=str(store.path))
    runs = seed_runs(store, plays)
    return score(subject or _subject(store, cell, plays[runs[0].seed]), runs) if runs else None


def _outcome(cell: CellKey, plays: Plays, runs: Mapping[str, Summary]) -> CellOutcome:
    seeds = tuple(seed for seed, arms in plays.items() if is_whole(arms, runs))
    missing = tuple(seed for seed in plays if seed not in set(seeds))
    if not seeds:
        return CellOutcome(cell, "", (), missing, None)
    unit = runs[next(iter(plays[seeds[0]].values()))].unit
    bills = bills_of(plays, seeds, runs)
    left = damage_by_seed(bills).get("defended", np.empty(0))
    return CellOutcome(cell, unit, seeds, missing, score_damage(bills), tuple(left.tolist()))


def bills_of(plays: Plays, seeds: Sequence[int], runs: Mapping[str, Summary]) -> dict[str, Floats]:
    """Arm → (k,) the scored bill in the end, one a seed."""
    played = [str(arm) for arm in Arm if arm in plays[seeds[0]]]
    return {arm: np.array([runs[plays[seed][arm]].bill for seed in seeds], dtype=np.float64) for arm in played}


def is_whole(arms: Mapping[str, str], runs: Mapping[str, Summary]) -> bool:
    """Whether every arm of a seed is done."""
    return all(run in runs and runs[run].status == "done" for run in arms.values())


def _seed_run(seed: int, arms: Mapping[str, str], get: Callable[[str], JobResult | None]) -> SeedRun | None:
    """The arms of a seed in their order; None if one of them is not done."""
    traces: dict[str, Trace] = {}
    cpu_seconds: dict[str, float] = {}
    guarantees: tuple[tuple[str, Guarantee], ...] = ()
    for arm in (str(arm) for arm in Arm if arm in arms):
        played = get(arms[arm])
        if played is None or played.trace is None:
            return None
        traces[arm], cpu_seconds[arm] = played.trace, played.cpu_seconds
        guarantees = guarantees or played.guarantees
    return SeedRun(seed, traces, cpu_seconds, guarantees)


def _subject(store: Store, cell: CellKey, arms: Mapping[str, str]) -> Subject:
    """From the arm in which most teams play: of all four, that is the whole scenario."""
    fullest = max((arm for arm in Arm if arm in arms), key=lambda arm: arm.has_red + arm.has_blue)
    job = store.job(arms[fullest])
    assert job is not None, "it was just scored"
    teams = [
        word
        for option, label in (("--attack", cell.attack), ("--defense", cell.defense))
        for part in label.split(" + ")
        for word in (option, part)
    ]
    subject = subject_of(Scenario(job.document, cell.scenario, Changes(), Registry()))
    folders = [word for folder in job.folders for word in ("--plugins", folder)]
    return subject._replace(command=(cell.scenario, *teams, *folders))


def plain(interval: Interval | None) -> dict[str, float | None] | None:
    """An interval as plain data."""
    return interval.to_dict() if interval else None

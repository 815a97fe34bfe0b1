"""The score of every cell from the runs in a store: the one program for `tournament`, `results` and `report`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.runs import seed_run_of
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.runner import NO_DEFENSE, STILL
from swarmsec.scoring import DamageScore, Result, ScoringTerms, Subject, score, score_damage
from swarmsec.scoring.damage import damage_by_seed
from swarmsec.store import Store, Summary
from swarmsec.swarm.arms import Arm
from swarmsec.teams import BlueRules
from swarmsec.tournament.cells import CellFilter, CellKey, CellRuns, cells_of
from swarmsec.tournament.labels import specs_of

CellStatus = Literal["done", "partial", "failed", "dropped", "missing"]
"""All seeds are scored; some, as runs failed; none, as runs failed; halving dropped the defense; runs are missing."""

_METRICS = ("messages", "bytes")
"""The metrics that a score needs; intervals of all the others would take longer than the runs."""


class CellScore(NamedTuple):
    """The score of one attack against one defense in one scenario.

    Attributes:
        key: The cell.
        status: How much of the cell is scored.
        unit: The unit of its bills; empty if no seed is scored.
        seeds: The scored seeds: those in which every arm is done.
        missing: The other planned seeds.
        failed: The number of its runs that failed, crashed or timed out.
        damage_by_seed: Arm → (k,) its damage, one for each of `seeds`.
        score: The score over `seeds`: a `Result` if traces were read; None if no seed is scored.
        at_fault: The teams whose plug-ins ended a run of the cell, `red` or `blue`.
    """

    key: CellKey
    status: CellStatus
    unit: str
    seeds: tuple[int, ...]
    missing: tuple[int, ...]
    failed: int
    damage_by_seed: Mapping[str, Floats]
    score: DamageScore | None
    at_fault: frozenset[str] = frozenset()

    @property
    def result(self) -> Result | None:
        """The score with the metrics `messages` and `bytes`, without traces; None if only the bills were scored."""
        return self.score if isinstance(self.score, Result) else None

    def to_dict(self) -> dict[str, Any]:
        """The cell and its score by the bills as plain data."""
        if self.score is None:
            score = dict.fromkeys(("damage_limited", "prevented", "autoimmune_cost", "bites", "verdict"))
            return {**self._about(), "damage": {}, **score, "damage_limited_reason": "no seed has all its arms"}
        return {**self._about(), **DamageScore.to_dict(self.score)}

    def to_dict_with_result(self) -> dict[str, Any]:
        """The cell and its whole score as plain data, without figures that depend on the clock."""
        return {**self._about(), "result": self.result.to_dict(times=False) if self.result else None}

    def _about(self) -> dict[str, Any]:
        return {
            **self.key._asdict(),
            "status": self.status,
            "unit": self.unit,
            "seeds": list(self.seeds),
            "missing": list(self.missing),
            "failed": self.failed,
        }


def score_cells(store: Store, tournament: str, chosen: CellFilter | None = None) -> list[CellScore]:
    """Score the cells of a tournament by their bills alone, which takes the same time whatever the number of rounds.

    Args:
        store: The store of its runs.
        tournament: The tournament's id.
        chosen: The cells to score; all unless given.

    Raises:
        UsageError: The filter has an unknown name.
    """
    chosen, cells = chosen or CellFilter(), cells_of(store.entries(tournament))
    chosen.refuse_unknown(cells)
    summaries = store.summaries(tournament)
    found = []
    for key, runs in cells.items():
        if chosen.selects(key):
            job = next((job for arms in runs.values() if (job := store.job(arms.get(Arm.DEFENDED, "")))), None)
            terms = terms_of(job.document) if job else ScoringTerms()
            found.append(_cell_score(key, runs, summaries, terms=_beside_nulls(terms, key, runs, cells, summaries)))
    return found


def score_cells_with_traces(
    store: Store,
    tournament: str,
    cells: Mapping[CellKey, CellRuns],
    subjects: Mapping[CellKey, Subject],
    *,
    dropped: Collection[str] = (),
) -> list[CellScore]:
    """Score cells as `swarmsec.run` scores a scenario, in the given order.

    Args:
        store: The store of the runs.
        tournament: The tournament's id.
        cells: Every cell with its planned seeds.
        subjects: Cell → the identity of its scenario, for every cell that has runs in the store.
        dropped: The defenses that halving dropped.
    """
    summaries = store.summaries(tournament)
    found: list[CellScore] = []
    for scenario in dict.fromkeys(key.scenario for key in cells):
        job_result = _reader(store)  # Cells share arms within a scenario: each run is read once and then released.

        def score_traces(key: CellKey, runs: CellRuns, terms: ScoringTerms) -> Result:
            seed_runs = [
                seed_run_of(seed, {arm: job_result(arms[arm]) for arm in Arm if arm in arms})  # noqa: B023
                for seed, arms in runs.items()
            ]
            return dataclasses.replace(score(subjects[key], seed_runs, terms), seed_runs=())

        found += [
            _cell_score(
                key,
                runs,
                summaries,
                terms=_beside_nulls(
                    subjects[key].terms if key in subjects else ScoringTerms(), key, runs, cells, summaries
                ),
                score_traces=score_traces,
                dropped=key.defense in dropped,
            )
            for key, runs in cells.items()
            if key.scenario == scenario
        ]
    return found


def is_whole(arms: Mapping[str, str], summaries: Mapping[str, Summary]) -> bool:
    """Whether every arm of a seed is done."""
    return bool(arms) and all(run in summaries and summaries[run].status == "done" for run in arms.values())


def bills_of(runs: CellRuns, seeds: Sequence[int], summaries: Mapping[str, Summary]) -> dict[str, Floats]:
    """Arm → (k,) its final scored bill, one for each of the k seeds, all of which are whole."""
    arms = [str(arm) for arm in Arm if arm in runs[seeds[0]]]
    return {arm: np.array([summaries[runs[seed][arm]].bill for seed in seeds], dtype=np.float64) for arm in arms}


def terms_of(document: Mapping[str, Any]) -> ScoringTerms:
    """What a verdict depends on besides the bills, from the resolved scenario of a defended arm."""
    blue = BlueRules(**document["rules"].get("blue", {}))
    kinds = [spec["kind"] for spec in document["defenses"]]
    still = tuple(kind for kind in kinds if kind in STILL)
    return ScoringTerms(blue.autoimmune_share, any(kind != NO_DEFENSE for kind in kinds), still)


def _beside_nulls(
    terms: ScoringTerms,
    key: CellKey,
    runs: CellRuns,
    cells: Mapping[CellKey, CellRuns],
    summaries: Mapping[str, Summary],
) -> ScoringTerms:
    """The terms with the nulls that stand still, where they were run against the same attack with the same seeds."""
    seeds = [seed for seed, arms in runs.items() if is_whole(arms, summaries)]
    nulls: dict[str, Floats] = {}
    for kind in STILL:
        null = cells.get(key._replace(defense=kind), {})
        if seeds and all(is_whole(null.get(seed, {}), summaries) for seed in seeds):
            bills = bills_of(null, seeds, summaries)
            nulls |= {kind: bills["defended"]} if "defended" in bills else {}
    return terms._replace(nulls=nulls, rivals=tuple(nulls))


def _cell_score(
    key: CellKey,
    runs: CellRuns,
    summaries: Mapping[str, Summary],
    *,
    terms: ScoringTerms,
    score_traces: Callable[[CellKey, CellRuns, ScoringTerms], Result] | None = None,
    dropped: bool = False,
) -> CellScore:
    seeds = tuple(seed for seed, arms in runs.items() if is_whole(arms, summaries))
    missing = tuple(seed for seed in runs if seed not in set(seeds))
    begun = {run for arms in runs.values() for run in arms.values() if run in summaries}
    broken = [summaries[run] for run in begun if summaries[run].status != "done"]
    failed, at_fault = len(broken), frozenset(team for run in broken for team in _at_fault(run, key))
    status: CellStatus = "done"
    if missing:
        status = "dropped" if dropped else ("partial" if seeds else "failed") if failed else "missing"
    if not seeds:
        return CellScore(key, status, "", (), missing, failed, {}, None, at_fault)
    bills = bills_of(runs, seeds, summaries)
    whole = {seed: runs[seed] for seed in seeds}
    found = score_traces(key, whole, terms) if score_traces else score_damage(bills, terms)
    unit = summaries[next(iter(runs[seeds[0]].values()))].unit
    return CellScore(key, status, unit, seeds, missing, failed, damage_by_seed(bills), found, at_fault)


def _at_fault(run: Summary, key: CellKey) -> list[str]:
    """The teams that ended a failed run: the one whose plug-in the error names, or else each that took part."""
    arm = Arm(run.arm)
    teams = {"red": key.attack if arm.has_red else "none", "blue": key.defense if arm.has_blue else "none"}
    kinds = {team: [str(spec["kind"]) for spec in specs_of(label)] for team, label in teams.items()}
    named = [
        team
        for team, own in kinds.items()
        if run.error.startswith(tuple(f"{kind}{end}" for kind in own for end in ".:"))
    ]
    return named or [team for team, label in teams.items() if label != "none"]


def _reader(store: Store) -> Callable[[str], JobResult]:
    """A function from the id of a run that is done to its result, which reads each run once."""

    @cache
    def read(run: str) -> JobResult:
        found = store.get(run)
        assert found is not None and found.trace is not None, "its summary says that it is done"
        metrics = {name: found.trace.metrics[name] for name in _METRICS}
        trace = dataclasses.replace(found.trace, metrics=metrics, events=(), quarantine_log=())
        return found._replace(trace=trace)

    return read

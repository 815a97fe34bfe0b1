"""Re-run seeds of a run's folder, and compare its files with the new ones byte for byte."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.errors import UsageError
from swarmsec.replay.differences import SHOWN_MAX, RunDifference, first_in_events, first_in_json, first_in_rounds
from swarmsec.runs import JobCache, run_seeds, subject_of, with_nulls
from swarmsec.runs.ground_truth import truth_of
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.read_folder import (
    FileLine,
    RoundTable,
    parse_event,
    parse_rounds,
    read_json,
    read_lines,
    read_text,
    status_of,
)
from swarmsec.runs.write_folder import event_lines, json_text, round_lines
from swarmsec.scenario import Scenario
from swarmsec.scoring import Result, SeedRun, score, score_damage
from swarmsec.scoring.intervals import of_mean
from swarmsec.worlds import Metric, figures_of_run

_ENDS = {
    "interrupted": "was interrupted",
    "failed": "failed",
    "running": "is still running",
    "killed": "was killed",
}


@dataclass(frozen=True)
class StoredFiles:
    """The compared files of a run's folder.

    Attributes:
        folder: The run's folder.
        manifest: Its manifest.
        header: The header line of `rounds.csv`.
        rounds: The other lines.
        events: The lines of `events.jsonl`.
        seeds: The seeds with stored rounds; all seeds if the run is complete.
        status: `done`, `interrupted`, `failed`, `running`, or `killed`.
    """

    folder: Path
    manifest: Mapping[str, Any]
    header: FileLine
    rounds: tuple[FileLine, ...]
    events: tuple[FileLine, ...]
    seeds: tuple[int, ...]
    status: str

    @property
    def complete(self) -> bool:
        """Whether the run is complete."""
        return self.status == "done"

    @classmethod
    def read(cls, folder: Path, manifest: Mapping[str, Any]) -> StoredFiles:
        """Read the files; for an interrupted run, up to the last complete line of each file.

        Raises:
            UsageError: No round is stored.
        """
        status = status_of(folder, manifest)
        complete = status == "done"
        header, *rows = _lines(folder, "rounds.csv", complete=complete) or [FileLine(1, "")]
        stored = {_seed_of_row(row) for row in rows}
        seeds = tuple(seed for seed in manifest["seeds"] if complete or seed in stored)
        if not seeds:
            raise UsageError("no round of this run is stored; there is nothing to verify", where=str(folder))
        events = _lines(folder, "events.jsonl", complete=complete)
        return cls(folder, manifest, header, tuple(rows), tuple(events), seeds, status)


def compare_rerun(
    stored: StoredFiles, scenario: Scenario, seeds: Sequence[int], cache: JobCache[JobResult]
) -> tuple[tuple[RunDifference, ...], tuple[str, ...]]:
    """Re-run seeds: the first difference in each file, and notes on what was not compared.

    Args:
        stored: The files.
        scenario: The scenario that was run.
        seeds: The seeds to re-run.
        cache: Runs the jobs.
    """
    runs = list(run_seeds(scenario, seeds, cache))
    found = [_in_rounds(stored, runs), _in_events(stored, runs), _in_truth(stored, runs[0])]
    notes = []
    if not stored.complete:
        notes.append(f"the run {_ENDS[stored.status]}: only its stored part was compared")
    elif len(seeds) == len(stored.seeds):
        found.append(_in_result(stored, scenario, runs, cache))
    else:
        found.append(_in_result_of_rounds(stored, scenario))
        notes.append("result.json was compared with rounds.csv alone: its detection figures need all seeds")
    return tuple(one for one in found if one), tuple(notes)


def _in_rounds(stored: StoredFiles, runs: Sequence[SeedRun]) -> RunDifference | None:
    rerun = [line for run in runs for line in round_lines(run, header=False).splitlines()]
    header = round_lines(runs[0], header=True).partition("\n")[0]
    if stored.header.text != header:
        return RunDifference("rounds.csv", "line 1", stored.header.text, header)
    rows = _of_seeds("rounds.csv", stored.rounds, _seed_of_row, stored, runs)
    if isinstance(rows, RunDifference):
        return rows
    return first_in_rounds(rows, rerun if stored.complete else rerun[: len(rows)], header.split(","))


def _in_events(stored: StoredFiles, runs: Sequence[SeedRun]) -> RunDifference | None:
    rerun = [line.rstrip("\n") for run in runs for line in event_lines(run)]
    lines = _of_seeds("events.jsonl", stored.events, _seed_of_event, stored, runs)
    if isinstance(lines, RunDifference):
        return lines
    return first_in_events(lines, rerun if stored.complete else rerun[: len(lines)])


def _of_seeds(
    file: str,
    lines: Sequence[FileLine],
    seed_of: Callable[[FileLine], int | None],
    stored: StoredFiles,
    runs: Sequence[SeedRun],
) -> list[FileLine] | RunDifference:
    """The lines of the re-run seeds; or the first line that belongs to no seed of the run, as a difference."""
    rerun, known = {run.seed for run in runs}, set(stored.manifest["seeds"])
    seeds = [seed_of(line) for line in lines]
    if unknown := next((line for line, seed in zip(lines, seeds, strict=True) if seed not in known), None):
        where = f"line {unknown.number:,}"
        return RunDifference(file, where, unknown.text[:SHOWN_MAX], "no line of a seed of this run")
    return [line for line, seed in zip(lines, seeds, strict=True) if seed in rerun]


def _in_truth(stored: StoredFiles, first: SeedRun) -> RunDifference | None:
    """Compare the ground truth of the first seed, if that seed was re-run."""
    if first.seed != stored.manifest["seeds"][0] or "truth" not in stored.manifest:
        return None
    return first_in_json("manifest.json", stored.manifest["truth"], truth_of(first), "truth")


def _in_result(
    stored: StoredFiles, scenario: Scenario, runs: Sequence[SeedRun], cache: JobCache[JobResult]
) -> RunDifference | None:
    shown = _result(stored)
    if isinstance(shown, RunDifference):
        return shown
    result = score(subject_of(scenario), runs)
    if "nulls" in shown:
        result = with_nulls(result, scenario, cache)
    rerun = result.to_dict(times=False)
    # The command line names a file on its author's machine, and the version of swarmsec is not a result.
    rerun["replay"] = shown.get("replay") if _repeats(shown.get("replay"), result) else rerun["replay"]
    rerun["engine_version"] = stored.manifest["versions"].get("swarmsec")
    if json_text(rerun) == read_text(stored.folder, "result.json"):
        return None
    layout = RunDifference("result.json", "its layout", "changed", "as swarmsec writes it")
    return first_in_json("result.json", shown, json.loads(json_text(rerun))) or layout


def _in_result_of_rounds(stored: StoredFiles, scenario: Scenario) -> RunDifference | None:
    """Compare the figures of `result.json` that follow from `rounds.csv` alone."""
    result = _result(stored)
    if isinstance(result, RunDifference):
        return result
    try:
        figures = _figures(parse_rounds([stored.header, *stored.rounds]), scenario.parts.world.plugin.metrics)
        bills = {arm: metrics[scenario.bill] for arm, metrics in figures.items()}
        found = score_damage(bills).to_dict()
        for key in ("verdict", "verdict_reason", "seeds_needed", "damage_limited_reason"):
            found.pop(key)  # They depend on the rules, the nulls, and whether any defense stands.
    except (KeyError, ValueError) as error:
        return RunDifference("rounds.csv", "the last rounds", f"cannot be read: {error}", "numbers")
    arms = {
        arm: {
            "bill": of_mean(bills[arm]).to_dict(),
            "metrics": {name: of_mean(values).to_dict() for name, values in metrics.items()},
        }
        for arm, metrics in figures.items()
    }
    expected = {"arms": arms, **found}
    shown = {**{key: result.get(key) for key in expected}, "arms": _without_central(result.get("arms"))}
    return first_in_json("result.json", shown, json.loads(json_text(expected)))


def _without_central(arms: Any) -> Any:
    """The arms of a result without the bills of a central controller, which `rounds.csv` does not have."""
    if not isinstance(arms, Mapping):
        return arms
    return {
        arm: {key: value for key, value in score.items() if key != "central"} if isinstance(score, Mapping) else score
        for arm, score in arms.items()
    }


def _figures(table: RoundTable, declared: Sequence[Metric]) -> dict[str, dict[str, Floats]]:
    """Arm → metric → (seeds,) its figure of the run."""
    rows: dict[str, dict[int, list[int]]] = {}
    for row, (seed, arm) in enumerate(zip(table.seeds, table.arms, strict=True)):
        rows.setdefault(arm, {}).setdefault(seed, []).append(row)
    found = {}
    for arm, of_arm in rows.items():
        seeds = [
            figures_of_run(dict(zip(table.metrics, table.values[of_seed].T, strict=True)), declared)
            for of_seed in of_arm.values()
        ]
        found[arm] = {name: np.array([of_seed[name] for of_seed in seeds]) for name in table.metrics}
    return found


def _result(stored: StoredFiles) -> dict[str, Any] | RunDifference:
    try:
        return read_json(stored.folder, "result.json")
    except UsageError as error:
        return RunDifference("result.json", "the whole file", error.message, "a result")


def _repeats(line: Any, result: Result) -> bool:
    """Whether a command line runs these seeds; its file is ignored."""
    try:
        words = shlex.split(line) if isinstance(line, str) else []
    except ValueError:
        return False
    return words[:2] == ["swarmsec", "run"] and len(words) > 4 and words[-2:] == shlex.split(result.replay)[-2:]


def _lines(folder: Path, name: str, *, complete: bool) -> list[FileLine]:
    """The lines of a file; an incomplete last line only if the file must be complete."""
    try:
        lines, rest = read_lines(folder, name)
    except UsageError:
        return []
    return [*lines, rest._replace(text=f"{rest.text} (without a line end)")] if rest and complete else lines


def _seed_of_row(line: FileLine) -> int | None:
    text = line.text.partition(",")[0]
    return int(text) if text.isdecimal() and len(text) < 20 else None


def _seed_of_event(line: FileLine) -> int | None:
    try:
        seed = parse_event(line)["seed"]
    except ValueError:
        return None
    return seed if type(seed) is int else None

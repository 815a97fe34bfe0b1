"""What a run's folder has kept, and what its files would be if the run were played again."""

from __future__ import annotations

import csv
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from swarmsec.errors import UsageError
from swarmsec.replay.differences import Difference, Line, first_in_events, first_in_json, first_in_rounds
from swarmsec.runs import JobCache, run_nulls, run_seeds, subject_of
from swarmsec.runs.ground_truth import truth_of
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.run_folder import event_lines, json_text, round_lines
from swarmsec.scenario import Scenario
from swarmsec.scoring import Result, SeedRun, outcome, score
from swarmsec.scoring.intervals import of_mean
from swarmsec.swarm.arms import Arm


@dataclass(frozen=True)
class KeptFiles:
    """The files of a run.

    Attributes:
        manifest: What the run says of itself.
        header: The names of the columns of `rounds.csv`.
        rounds: Its rows.
        events: The lines of `events.jsonl`.
        result: The text of `result.json`; None where it is not there.
        seeds: The seeds of which anything was kept; all of them where the run got to its end.
        whole: Whether it did.
    """

    manifest: Mapping[str, Any]
    header: tuple[str, ...]
    rounds: tuple[Line, ...]
    events: tuple[Line, ...]
    result: str | None
    seeds: tuple[int, ...]
    whole: bool

    @classmethod
    def read(cls, folder: Path, manifest: Mapping[str, Any]) -> KeptFiles:
        """Read them; what a kill cut short is read up to its last whole line.

        Raises:
            UsageError: There is nothing to compare.
        """
        whole = manifest.get("status") == "done"
        names, *rows = _lines(folder / "rounds.csv", whole=whole) or [Line(1, "")]
        there = {_seed_of_row(row.text) for row in rows}
        seeds = tuple(seed for seed in manifest["seeds"] if whole or seed in there)
        if not seeds:
            raise UsageError("no round of this run was kept; there is nothing to verify", where=str(folder))
        result = folder / "result.json"
        return cls(
            manifest=manifest,
            header=tuple(names.text.split(",")),
            rounds=tuple(rows),
            events=tuple(_lines(folder / "events.jsonl", whole=whole)),
            result=result.read_text(encoding="utf-8", errors="replace") if result.is_file() else None,
            seeds=seeds,
            whole=whole,
        )


def rerun_differences(
    kept: KeptFiles, scenario: Scenario, seeds: Sequence[int], cache: JobCache[JobResult]
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Run seeds again: the first difference in each file, and notes on what could not be compared.

    Args:
        kept: The files.
        scenario: The run's scenario.
        seeds: Which seeds.
        cache: Runs the jobs.
    """
    runs = list(run_seeds(scenario, seeds, cache))
    found = [_in_rounds(kept, runs), _in_events(kept, runs), _in_truth(kept, runs[0])]
    notes = []
    if not kept.whole:
        notes.append("the run did not get to its end: what was kept of it was compared")
    elif len(seeds) == len(kept.seeds):
        found.append(_in_result(kept, scenario, runs, cache))
    else:
        found.append(_in_result_of_rounds(kept, scenario.bill))
        notes.append("result.json was compared with the bills and figures of rounds.csv: its detection takes all seeds")
    return tuple(one for one in found if one), tuple(notes)


def _in_rounds(kept: KeptFiles, runs: Sequence[SeedRun]) -> Difference | None:
    again = [line for run in runs for line in round_lines(run, header=False).splitlines()]
    header = round_lines(runs[0], header=True).partition("\n")[0]
    if kept.header != tuple(header.split(",")):
        return Difference("rounds.csv", "line 1", ",".join(kept.header), header)
    chosen, known = {run.seed for run in runs}, set(kept.manifest["seeds"])
    if stranger := next((row for row in kept.rounds if _seed_of_row(row.text) not in known), None):
        return _stranger("rounds.csv", stranger)
    rows = [row for row in kept.rounds if _seed_of_row(row.text) in chosen]
    return first_in_rounds(rows, again if kept.whole else again[: len(rows)], kept.header)


def _in_events(kept: KeptFiles, runs: Sequence[SeedRun]) -> Difference | None:
    again = [line.rstrip("\n") for run in runs for line in event_lines(run)]
    chosen, known = {run.seed for run in runs}, set(kept.manifest["seeds"])
    if stranger := next((line for line in kept.events if _seed_of_event(line.text) not in known), None):
        return _stranger("events.jsonl", stranger)
    lines = [line for line in kept.events if _seed_of_event(line.text) in chosen]
    return first_in_events(lines, again if kept.whole else again[: len(lines)])


def _in_truth(kept: KeptFiles, first: SeedRun) -> Difference | None:
    """Whom it befell in the first seed, if that one was played."""
    if first.seed != kept.manifest["seeds"][0] or "truth" not in kept.manifest:
        return None
    return first_in_json("manifest.json", kept.manifest["truth"], truth_of(first), "truth")


def _in_result(
    kept: KeptFiles, scenario: Scenario, runs: Sequence[SeedRun], cache: JobCache[JobResult]
) -> Difference | None:
    told = _parsed(kept)
    if isinstance(told, Difference):
        return told
    result = score(subject_of(scenario), runs)
    if "nulls" in told:
        result = replace(result, nulls=run_nulls(scenario, result.seeds, cache))
    again = result.to_dict(times=False)
    # How it was asked for, and by which swarmsec: the one cannot be told from what is kept, the other is no result.
    again["replay"] = told.get("replay") if _repeats(told.get("replay"), result) else again["replay"]
    again["engine_version"] = kept.manifest["versions"].get("swarmsec")
    if json_text(again) == kept.result:
        return None
    layout = Difference("result.json", "its layout", "changed", "as it is written")
    return first_in_json("result.json", told, json.loads(json_text(again))) or layout


def _in_result_of_rounds(kept: KeptFiles, bill: str) -> Difference | None:
    """What `result.json` says that follows from `rounds.csv` alone, held against it."""
    told = _parsed(kept)
    if isinstance(told, Difference):
        return told
    last: dict[str, dict[str, list[float]]] = {str(arm): {name: [] for name in kept.header[3:]} for arm in Arm}
    ends = {(seed, arm): row for row in csv.reader(row.text for row in kept.rounds) for seed, arm in [row[:2]]}
    try:
        for (_, arm), row in ends.items():
            for name, cell in zip(kept.header[3:], row[3:], strict=True):
                last[arm][name].append(float(cell))
        bills = {arm: np.array(figures[bill]) for arm, figures in last.items()}
        found = outcome(bills)
        again = {
            arm: {"bill": of_mean(bills[arm]).to_dict()}
            | {"metrics": {name: of_mean(np.array(values)).to_dict() for name, values in figures.items()}}
            for arm, figures in last.items()
        }
    except (KeyError, ValueError) as error:
        return Difference("rounds.csv", "the last rounds", f"cannot be read: {error}", "numbers")
    limited, cost = found.damage_limited, found.autoimmune_cost
    follows = {
        "arms": again,
        "damage": {arm: value.to_dict() for arm, value in found.damage.items()},
        "damage_limited": limited.to_dict() if limited else None,
        "autoimmune_cost": cost.to_dict() if cost else None,
        "bites": found.bites,
        "verdict": found.verdict,
    }
    return first_in_json("result.json", {key: told.get(key) for key in follows}, json.loads(json_text(follows)))


def _parsed(kept: KeptFiles) -> dict[str, Any] | Difference:
    if kept.result is None:
        return Difference("result.json", "all of it", "is not there", "a result")
    try:
        told = json.loads(kept.result)
    except ValueError as error:
        return Difference("result.json", "all of it", f"no JSON: {error}", "a result")
    return told if isinstance(told, dict) else Difference("result.json", "all of it", "no mapping", "a result")


def _repeats(line: Any, result: Result) -> bool:
    """Whether a command line plays these seeds; of which file, only who ran it knows."""
    try:
        words = shlex.split(line) if isinstance(line, str) else []
    except ValueError:
        return False
    return words[:2] == ["swarmsec", "run"] and len(words) > 4 and words[-2:] == shlex.split(result.replay)[-2:]


def _stranger(file: str, line: Line) -> Difference:
    return Difference(file, f"line {line.number:,}", line.text[:120], "no line of a seed of this run")


def _lines(path: Path, *, whole: bool) -> list[Line]:
    """The lines of a file; without a last one that has no end, unless the whole file should be there."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return []
    lines = text.split("\n")
    unfinished = lines.pop()
    lines += [f"{unfinished} (without an end)"] if unfinished and whole else []
    return [Line(number, line) for number, line in enumerate(lines, 1)]


def _seed_of_row(text: str) -> int | None:
    return _whole_number(text.partition(",")[0])


def _seed_of_event(text: str) -> int | None:
    try:
        told = json.loads(text)
    except ValueError:
        return None
    seed = told.get("seed") if isinstance(told, dict) else None
    return seed if type(seed) is int else None


def _whole_number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 20 else None

"""Reading of all files in a run's folder for its page; missing or broken files become remarks."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.report.html.rounds import Rounds, complete_rounds
from swarmsec.runs.read_folder import (
    parse_event,
    parse_rounds,
    read_lines,
    read_manifest,
    read_result,
    read_scenario,
    read_text,
    status_of,
)
from swarmsec.runs.recorded_plugins import AllowedFolders
from swarmsec.scenario import Scenario
from swarmsec.scenario.yaml_tree import parse

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class RunRecord:
    """The content of a run's folder.

    Attributes:
        name: The run's id.
        manifest: `manifest.json`; empty if it is not there.
        status: `done`, `interrupted`, `failed`, `running`, or `killed`.
        scenario_text: `scenario.yaml`.
        document: The same as plain data; empty if it cannot be read.
        scenario: The same, loaded; None if it cannot be loaded, such as without its plug-ins.
        result: `result.json`; None if the run was interrupted.
        rounds: `rounds.csv`; None if no seed is complete.
        events: `events.jsonl`, in order.
        remarks: A sentence for each missing or broken file.
    """

    name: str
    manifest: Mapping[str, Any]
    status: str
    scenario_text: str
    document: Mapping[str, Any]
    scenario: Scenario | None
    result: Mapping[str, Any] | None
    rounds: Rounds | None
    events: Sequence[Mapping[str, Any]]
    remarks: Sequence[str]


def read_run(folder: Path, plugins: Sequence[Path] = ()) -> RunRecord:
    """Read a run's folder.

    Args:
        folder: The folder.
        plugins: Folders of plug-ins for its scenario.

    Raises:
        UsageError: The folder is not that of a run.
    """
    if not folder.is_dir():
        raise UsageError("no such folder; give a run's folder, such as runs/latest", where=str(folder))
    remarks: list[str] = []
    text = _or_remark(lambda: read_text(folder, "scenario.yaml"), remarks) or ""
    manifest = _or_remark(lambda: read_manifest(folder), remarks) or {}
    if not any(os.path.lexists(folder / name) for name in ("manifest.json", "scenario.yaml")):
        raise UsageError("not a run's folder: it has neither manifest.json nor scenario.yaml", where=str(folder))
    document, scenario = _scenario(folder, text, manifest, plugins, remarks)
    result = _or_remark(lambda: read_result(folder), remarks)
    return RunRecord(
        name=str(manifest.get("id") or folder.resolve().name),
        manifest=manifest,
        status=status_of(folder, manifest),
        scenario_text=text,
        document=document,
        scenario=scenario,
        result=result,
        rounds=_rounds(folder, document.get("rounds"), remarks),
        events=_events(folder, remarks),
        remarks=remarks,
    )


def _or_remark(read: Callable[[], T], remarks: list[str]) -> T | None:
    """The result of `read`; None and a remark if it fails."""
    try:
        return read()
    except UsageError as error:
        remarks.append(f"{Path(error.where).name} {error.message}.")
        return None


def _scenario(
    folder: Path, text: str, manifest: Mapping[str, Any], plugins: Sequence[Path], remarks: list[str]
) -> tuple[Mapping[str, Any], Scenario | None]:
    if not text:
        return {}, None
    try:
        scenario = read_scenario(folder, manifest, AllowedFolders(plugins))
        return scenario.document, scenario
    except SwarmsecError as error:
        remarks.append(f"scenario.yaml does not load here, so its network is not shown: {str(error).splitlines()[0]}")
    try:
        data = parse(text, "").data
    except SwarmsecError:
        return {}, None
    return (data, None) if _is_resolved(data) else ({}, None)


def _is_resolved(data: Any) -> bool:
    """Whether the parts that a page needs have every default written out."""
    if not isinstance(data, Mapping) or not isinstance(data.get("rounds"), int):
        return False
    specs = [data.get("world"), data.get("network")]
    for key in ("attacks", "defenses"):
        specs += data[key] if isinstance(data.get(key), list) else [None]
    return isinstance(data.get("score"), Mapping) and all(isinstance(one, Mapping) and "kind" in one for one in specs)


def _rounds(folder: Path, rounds: Any, remarks: list[str]) -> Rounds | None:
    """The complete seeds; None if the scenario cannot be read."""
    lines = _or_remark(lambda: read_lines(folder, "rounds.csv"), remarks)
    if lines is None or not isinstance(rounds, int):
        return None
    try:
        found = complete_rounds(parse_rounds(lines[0]), rounds) if lines[0] else None
    except ValueError as error:
        remarks.append(f"rounds.csv cannot be read: {error}.")
        return None
    if found is None:
        remarks.append("rounds.csv has no seed of which every arm is complete.")
    return found


def _events(folder: Path, remarks: list[str]) -> list[Mapping[str, Any]]:
    """The events before the first invalid line."""
    lines, rest = _or_remark(lambda: read_lines(folder, "events.jsonl"), remarks) or ([], None)
    events: list[Mapping[str, Any]] = []
    for line in lines:
        try:
            events.append(parse_event(line))
        except ValueError:
            remarks.append(f"events.jsonl has no event in line {line.number}.")
            return events
    if rest:
        remarks.append(f"events.jsonl is cut off in line {rest.number}.")
    return events

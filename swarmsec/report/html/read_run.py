"""What a run's folder says, as far as it goes: a run that was cut short is read up to its last whole line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmsec.errors import SwarmsecError, UsageError
from swarmsec.report.html.rounds import Rounds, read_rounds
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scenario.yaml_tree import parse
from swarmsec.scoring.result import SCHEMA

_RESULT = {
    "arms",
    "damage",
    "damage_limited",
    "autoimmune_cost",
    "detection",
    "guarantee",
    "overhead",
    "verdict",
    "unit",
}


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A run's folder, read.

    Attributes:
        name: The run's id.
        manifest: `manifest.json`; empty if it is not there.
        scenario_text: `scenario.yaml`.
        document: The same as plain data; empty if it cannot be read.
        scenario: The same, found with its plug-ins; None where they are not installed any more.
        result: `result.json`; None if the run did not get to its end.
        rounds: `rounds.csv`; None if no seed is whole.
        events: `events.jsonl`, in order.
        remarks: What is missing or broken, in sentences.
    """

    name: str
    manifest: Mapping[str, Any]
    scenario_text: str
    document: Mapping[str, Any]
    scenario: Scenario | None
    result: Mapping[str, Any] | None
    rounds: Rounds | None
    events: Sequence[Mapping[str, Any]]
    remarks: Sequence[str]


def read_run(folder: Path) -> RunRecord:
    """Read a run's folder.

    Raises:
        UsageError: It is none, or cannot be read.
    """
    if not folder.is_dir():
        raise UsageError("no such folder; give a run's folder, such as runs/latest", where=str(folder))
    remarks: list[str] = []
    text = _text(folder / "scenario.yaml", remarks)
    manifest = _json(folder / "manifest.json", remarks) or {}
    if not text and not manifest:
        raise UsageError("no run's folder: it has neither manifest.json nor scenario.yaml", where=str(folder))
    document, scenario = _scenario(folder, text, manifest, remarks)
    result = _json(folder / "result.json", remarks)
    if result is not None and not (result.get("schema") == SCHEMA and result.keys() >= _RESULT):
        remarks.append(f"result.json is no result of the schema {SCHEMA}.")
        result = None
    return RunRecord(
        name=str(manifest.get("id") or folder.resolve().name),
        manifest=manifest,
        scenario_text=text,
        document=document,
        scenario=scenario,
        result=result,
        rounds=_rounds(folder / "rounds.csv", document.get("rounds"), remarks),
        events=_events(folder / "events.jsonl", remarks),
        remarks=remarks,
    )


def _text(path: Path, remarks: list[str]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        remarks.append(f"{path.name} is not there.")
    except UnicodeDecodeError:
        remarks.append(f"{path.name} is no text in UTF-8.")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path)) from None
    return ""


def _json(path: Path, remarks: list[str]) -> dict[str, Any] | None:
    text = _text(path, remarks)
    try:
        found = json.loads(text) if text else None
    except ValueError:
        found = None
    if text and not isinstance(found, dict):
        remarks.append(f"{path.name} is no whole JSON document.")
    return found if isinstance(found, dict) else None


def _scenario(
    folder: Path, text: str, manifest: Mapping[str, Any], remarks: list[str]
) -> tuple[Mapping[str, Any], Scenario | None]:
    if not text:
        return {}, None
    try:
        scenario = load_scenario(folder / "scenario.yaml", plugins=manifest.get("plugin_folders") or ())
        return scenario.document, scenario
    except SwarmsecError as error:
        remarks.append(f"scenario.yaml does not load here, so its network is not shown: {str(error).splitlines()[0]}")
    try:
        data = parse(text, "").data
    except SwarmsecError:
        return {}, None
    return (data, None) if _is_resolved(data) else ({}, None)


def _is_resolved(data: Any) -> bool:
    """Whether it is a scenario with every default written out, as far as a page looks into it."""
    if not isinstance(data, Mapping) or not isinstance(data.get("rounds"), int):
        return False
    specs = [data.get("world"), data.get("network")]
    for key in ("attacks", "defenses"):
        specs += data[key] if isinstance(data.get(key), list) else [None]
    return isinstance(data.get("score"), Mapping) and all(isinstance(one, Mapping) and "kind" in one for one in specs)


def _rounds(path: Path, rounds: Any, remarks: list[str]) -> Rounds | None:
    text = _text(path, remarks)
    if not isinstance(rounds, int):
        return None
    try:
        found = read_rounds(text, rounds) if text else None
    except ValueError as error:
        remarks.append(f"rounds.csv cannot be read: {error}.")
        return None
    if found is None and path.exists():
        remarks.append("rounds.csv has no seed of which every arm is whole.")
    return found


def _events(path: Path, remarks: list[str]) -> list[Mapping[str, Any]]:
    """All whole lines."""
    events: list[Mapping[str, Any]] = []
    for number, line in enumerate(_text(path, remarks).splitlines(), start=1):
        try:
            event = json.loads(line)
        except ValueError:
            remarks.append(f"events.jsonl breaks off in line {number}.")
            break
        if not isinstance(event, dict) or not {"seed", "arm", "round", "team", "kind"} <= event.keys():
            remarks.append(f"events.jsonl has no event in line {number}.")
            break
        events.append(event)
    return events

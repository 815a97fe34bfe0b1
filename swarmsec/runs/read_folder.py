"""Read a run's folder, which `write_folder` writes.

Every reader raises one `UsageError` that names the file. `rounds.csv` and `events.jsonl` grow during a
run and may end within a line, so only complete lines are read.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.errors import ScenarioError, UsageError
from swarmsec.files import JSON_BYTES_MAX, open_regular, parse_json, read_json_mapping, read_regular, read_utf8
from swarmsec.runs.claim import is_claimed
from swarmsec.runs.folder_shapes import ManifestShape, ResultShape, refuse_other_shape
from swarmsec.runs.recorded_plugins import NO_FOLDERS, AllowedFolders, registry_of_run
from swarmsec.scenario import Scenario, load_scenario
from swarmsec.scoring.result import SCHEMA
from swarmsec.visible import csv_text

_NAME_BYTES_MAX = 1024
_TABLE_BYTES_MAX = 512 << 20
"""The largest `rounds.csv` and `events.jsonl` that are read."""

_EVENT_KEYS = {"seed": int, "arm": str, "round": int, "team": str, "kind": str}


class FileLine(NamedTuple):
    """A line of a file, and its number, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, eq=False)
class RoundTable:
    """The figures of `rounds.csv`, row by row.

    Attributes:
        metrics: (m,) the names of the metrics.
        seeds: (rows,) the seed of each row.
        arms: (rows,) the arm of each row.
        rounds: (rows,) the round of each row.
        values: (rows, m) the metrics.
    """

    metrics: tuple[str, ...]
    seeds: tuple[int, ...]
    arms: tuple[str, ...]
    rounds: Ints
    values: Floats


def follow_latest(path: Path) -> Path:
    """Return the folder named in `latest`, a file on systems without links; any other path unchanged.

    Raises:
        UsageError: The file does not contain the name of a folder beside it.
    """
    if path.name != "latest" or not path.is_file():
        return path
    name = read_utf8(path, bytes_max=_NAME_BYTES_MAX).strip()
    if not name or Path(name).name != name or not name.isprintable():
        raise UsageError("does not contain the name of a run's folder", where=str(path))
    return path.parent / name


def find_run(named: str | Path) -> Path | None:
    """Return the run's folder at this path, or with this name in `runs`; None if there is none.

    Raises:
        UsageError: The path is a folder but not of a run, or names a missing run in `runs`.
    """
    for path in map(follow_latest, (Path(named), Path("runs") / named)):
        if os.path.lexists(path / "manifest.json"):
            return path
    if Path(named).is_dir():
        raise UsageError("not a run's folder: it has no manifest.json", where=str(named))
    if Path(named).parts[:1] == ("runs",):
        raise UsageError("no such run; `swarmsec run SCENARIO` makes one", where=str(named))
    return None


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run.

    Raises:
        UsageError: It cannot be read, or lacks a key that identifies the run.
    """
    found = read_json(folder, "manifest.json")
    refuse_other_shape(found, ManifestShape, "a run's manifest", where=str(folder / "manifest.json"))
    return found


def status_of(folder: Path, manifest: Mapping[str, Any]) -> str:
    """The status of a run: that of its manifest; or `killed`, if it says `running` and no process writes the folder."""
    status = str(manifest.get("status", "done"))
    return "killed" if status == "running" and is_claimed(folder) is False else status


def read_result(folder: Path) -> dict[str, Any]:
    """The score of a run, with all keys that a report needs.

    Raises:
        UsageError: It cannot be read, or lacks a key.
    """
    found = read_json(folder, "result.json")
    refuse_other_shape(found, ResultShape, f"a result of the schema {SCHEMA}", where=str(folder / "result.json"))
    return found


def read_scenario(folder: Path, manifest: Mapping[str, Any], allowed: AllowedFolders = NO_FOLDERS) -> Scenario:
    """The resolved scenario of a run.

    Args:
        folder: The run's folder.
        manifest: Its manifest, which names its folders of plug-ins.
        allowed: The folders whose plug-ins may be imported.

    Raises:
        UsageError: The file is missing, or a folder of plug-ins must be named.
        ScenarioError: The scenario is rejected, or a plug-in in a folder has changed since the run.
    """
    path = folder / "scenario.yaml"
    if not os.path.lexists(path):
        raise UsageError("is missing; the run cannot be repeated without it", where=str(path))
    with open_regular(path):
        pass  # A pipe would be read as a scenario if a user named it.
    kept: Mapping[str, str] = manifest.get("plugins") or {}

    def check(digests: Mapping[str, str]) -> None:
        if changed := [name for name, digest in digests.items() if kept[name] != digest]:
            raise ScenarioError(
                changed_line(changed, str(manifest["versions"].get("swarmsec", "?"))), where=str(folder)
            )

    names: Any = [tuple(name.split("/", 1)) for name in kept]
    recorded = manifest.get("plugin_folders") or ()
    return load_scenario(path, registry=registry_of_run(names, recorded, allowed, check, where=str(folder)))


def changed_line(changed: Sequence[str], version: str) -> str:
    """The error message for a run that cannot be re-run because its plug-ins have changed."""
    several = len(changed) > 1
    return (
        f"{', '.join(changed)} {'have' if several else 'has'} changed since this was run, so it cannot be re-run; "
        f"restore the earlier plug-in{'s' if several else ''} (swarmsec {version}), or run the scenario again"
    )


def read_text(folder: Path, name: str) -> str:
    """The text of a file.

    Raises:
        UsageError: It is missing or cannot be read.
    """
    return read_utf8(folder / name, bytes_max=JSON_BYTES_MAX)


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Read the mapping in a JSON file.

    Raises:
        UsageError: It cannot be read, is not JSON, or does not contain a mapping.
    """
    return read_json_mapping(folder / name)


def read_lines(folder: Path, name: str) -> tuple[list[FileLine], FileLine | None]:
    """Read the complete lines of a file, and an incomplete last line; bytes that are not UTF-8 become U+FFFD.

    Raises:
        UsageError: It is missing or cannot be read.
    """
    text = read_regular(folder / name, bytes_max=_TABLE_BYTES_MAX).decode("utf-8", errors="replace")
    *whole, rest = [FileLine(number, line) for number, line in enumerate(text.split("\n"), 1)]
    return whole, rest if rest.text else None


def parse_event(line: FileLine) -> dict[str, Any]:
    """Parse a line of `events.jsonl` as an event.

    Raises:
        ValueError: The line is not an event.
    """
    found = parse_json(line.text)
    if not isinstance(found, dict) or any(type(found.get(key)) is not kind for key, kind in _EVENT_KEYS.items()):
        raise ValueError("no event")
    if type(found.get("count", 0)) is not int or not isinstance(found.get("daemons", []), list):
        raise ValueError("no event")
    return found


def parse_rounds(lines: Sequence[FileLine]) -> RoundTable:
    """Parse complete lines of `rounds.csv`; the first one is the header.

    Raises:
        ValueError: The lines are not such a table.
    """
    try:
        names, *rows = csv.reader(line.text for line in lines) if lines else [[]]
        if names[:3] != ["seed", "arm", "round"]:
            raise ValueError("its first columns must be seed, arm and round")
        if wrong := next((row for row in rows if len(row) != len(names)), None):
            raise ValueError(f"{len(wrong)} columns under {len(names)} names")
        return RoundTable(
            metrics=tuple(map(csv_text, names[3:])),
            seeds=tuple(int(row[0]) for row in rows),
            arms=tuple(row[1] for row in rows),
            rounds=np.array([int(row[2]) for row in rows], dtype=np.int32),
            values=np.array([row[3:] for row in rows], dtype=np.float64).reshape(len(rows), len(names) - 3),
        )
    except (csv.Error, OverflowError) as error:
        raise ValueError(str(error)) from None

"""Write a run's folder, which has all data to read, verify and repeat a run; `read_folder` reads it.

    manifest.json    versions, seeds, digests, the command, the attacked daemons of the first seed, the run's status
    scenario.yaml    the scenario with all defaults; an input of `swarmsec run`
    events.jsonl     one event per line, seed by seed
    rounds.csv       one row per seed, arm and round
    result.json      the score, without times: the same bytes for the same scenario and seeds
    report.html      a page of all this, made from the files above

Files grow as seeds are done, so an interrupted run can be read up to its last complete line.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from swarmsec._version import __version__
from swarmsec.errors import OutputError
from swarmsec.files import write_atomically
from swarmsec.runs.claim import FolderClaim
from swarmsec.runs.ground_truth import truth_of
from swarmsec.scenario import Scenario
from swarmsec.scenario.writer import as_yaml
from swarmsec.scoring import Result, SeedRun
from swarmsec.swarm.model import SIM_SEMANTICS
from swarmsec.visible import csv_cell, visible_json

_NAMES = ("result.json", "report.html", "rounds.csv", "events.jsonl", "scenario.yaml", "manifest.json")
_LIBRARIES = ("mesa", "numpy", "numba", "scipy", "scikit-learn", "pyod")


class RunFolder:
    """The folder of one run, `ROOT/<id>`; `ROOT/latest` names the newest. Only one process at a time writes it.

    At the end of a `with` statement, other processes may write it.

    Args:
        root: The folder of all runs.
        scenario: The scenario.
        seeds: Its seeds.
        command: The command line.

    Raises:
        OutputError: It cannot be written, or another process writes it.
    """

    def __init__(self, root: Path, scenario: Scenario, seeds: Sequence[int], command: Sequence[str]) -> None:
        self.id = run_id(scenario, seeds)
        self.path = root / self.id
        self._manifest: dict[str, Any] = {
            "id": self.id,
            "status": "running",
            "command": list(command),
            "scenario": scenario.name,
            "scenario_version": scenario.version,
            "scenario_digest": scenario.digest,
            "plugins": scenario.plugin_digests,
            "plugin_packages": scenario.plugin_packages,
            "plugin_folders": [str(folder) for folder in scenario.registry.folders],
            "seeds": list(seeds),
            "sim_semantics": SIM_SEMANTICS,
            "versions": versions(),
            "platform": platform.platform(),
            "cpu_features": cpu_features(),
            "started": _now(),
        }
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._claim = FolderClaim(self.path)
            for name in _NAMES:
                (self.path / name).unlink(missing_ok=True)  # Also a link or a pipe that stands in its place.
            self._write("manifest.json", json_text(self._manifest))
            self._write("scenario.yaml", as_yaml(scenario.with_seeds(seeds)))
            for name in ("events.jsonl", "rounds.csv"):
                (self.path / name).write_text("", encoding="utf-8")
            _point_latest(root, self.id)
        except OSError as error:
            raise OutputError(
                f"a run's folder cannot be written: {error.strerror}; name another place with --out",
                where=str(self.path),
            ) from None

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._claim.release()

    def add(self, seed_run: SeedRun) -> None:
        """Append the events and rounds of one more seed; for the first seed, also write the ground truth."""
        if "truth" not in self._manifest:
            self._manifest["truth"] = truth_of(seed_run)
            self._write("manifest.json", json_text(self._manifest))
        self._append("events.jsonl", "".join(event_lines(seed_run)))
        is_first = (self.path / "rounds.csv").stat().st_size == 0
        self._append("rounds.csv", round_lines(seed_run, header=is_first))

    def finish(self, result: Result) -> None:
        """Write the score, and the status `done`."""
        self._write("result.json", json_text(result.to_dict(times=False)))
        cpu = {str(run.seed): {str(arm): round(s, 4) for arm, s in run.cpu_seconds.items()} for run in result.seed_runs}
        self.close("done", cpu_seconds=cpu, cpu_overhead=result.overhead.cpu)

    def keep_report(self, page: str) -> None:
        """Write `report.html`."""
        self._write("report.html", page)

    def close(self, status: str, **more: Any) -> None:
        """Write the status of the run: `done`, `interrupted` or `failed`."""
        self._manifest |= {"status": status, "ended": _now(), **more}
        self._write("manifest.json", json_text(self._manifest))

    def _write(self, name: str, text: str) -> None:
        write_atomically(self.path / name, text)

    def _append(self, name: str, text: str) -> None:
        try:
            with (self.path / name).open("a", encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", where=str(self.path / name)) from None


def run_id(scenario: Scenario, seeds: Sequence[int]) -> str:
    """The id of a run: the scenario's name, and a digest of everything that determines the result."""
    decisive = [scenario.digest, list(seeds), scenario.plugin_digests, SIM_SEMANTICS]
    digest = hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()
    readable = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in scenario.name)
    return f"{readable}-{digest[:10]}"


def versions() -> dict[str, str]:
    """The versions of everything that can change a result."""
    own = {"swarmsec": __version__, "python": platform.python_version()}
    return own | {name: version(name) for name in _LIBRARIES}


def cpu_features() -> list[str]:
    """The CPU features by which NumPy chooses its loops, which may change the last bit of a result."""
    config: Any = np.show_config(mode="dicts")
    return list(config.get("SIMD Extensions", {}).get("found", []))


def event_lines(seed_run: SeedRun) -> list[str]:
    """The lines of `events.jsonl` for one seed."""
    return [
        json.dumps({"seed": seed_run.seed, "arm": str(arm), **event.to_dict()}) + "\n"
        for arm, trace in seed_run.traces.items()
        for event in trace.events
    ]


def round_lines(seed_run: SeedRun, *, header: bool) -> str:
    """The lines of `rounds.csv` for one seed.

    Args:
        seed_run: The arms of the seed.
        header: Whether to begin with the names of the columns.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(["seed", "arm", "round", *map(csv_cell, next(iter(seed_run.traces.values())).metrics)])
    for arm, trace in seed_run.traces.items():
        rows = zip(*(values.tolist() for values in trace.metrics.values()), strict=True)
        writer.writerows([seed_run.seed, str(arm), number, *row] for number, row in enumerate(rows))
    return text.getvalue()


def _point_latest(root: Path, name: str) -> None:
    """Set `latest` to this run: a link, or on systems without links a file with the run's name."""
    unfinished = root / f".latest.{os.getpid()}"
    unfinished.unlink(missing_ok=True)
    try:
        unfinished.symlink_to(name, target_is_directory=True)
    except (OSError, NotImplementedError):
        unfinished.write_text(name + "\n", encoding="utf-8")
    try:
        os.replace(unfinished, root / "latest")
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def json_text(document: Mapping[str, Any]) -> str:
    """Format a document as the JSON of a run's files."""
    return visible_json(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

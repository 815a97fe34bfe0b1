"""A run as a row, and back."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from swarmsec._version import __version__
from swarmsec.runs.jobs import Job, JobResult
from swarmsec.scenario import digest_of
from swarmsec.store.codec import BLOCKS, Columns, decode, encode
from swarmsec.swarm.model import SIM_SEMANTICS
from swarmsec.teams import Guarantee

ABOUT = (
    "id",
    "status",
    "scenario",
    "scenario_version",
    "scenario_digest",
    "seed",
    "arm",
    "engine_version",
    "sim_semantics",
    "cpu_seconds",
    "error",
    "digest",
    "added",
    "document",
    "folders",
)
RECORDED = ("guarantees", *(name for name in Columns._fields if name not in BLOCKS), *BLOCKS)


def row_of(job: Job, played: JobResult) -> dict[str, Any]:
    """A run as columns of the tables `runs` and `blocks`, in their order, with a checksum of all others."""
    row: dict[str, Any] = {
        "id": job.id,
        "status": played.status,
        "scenario": str(job.document["name"]),
        "scenario_version": int(job.document["version"]),
        "scenario_digest": digest_of(job.document),
        "seed": job.seed,
        "arm": str(job.arm),
        "engine_version": __version__,
        "sim_semantics": SIM_SEMANTICS,
        "cpu_seconds": played.cpu_seconds,
        "error": played.error,
        "digest": played.digest,
        "added": now(),
        "document": hashlib.sha256(canonical(job.document).encode()).hexdigest(),
        "folders": json.dumps(list(job.folders)),
    }
    recorded: dict[str, Any] = dict.fromkeys(RECORDED)
    if played.trace is not None:
        guarantees = [[kind, guarantee._asdict()] for kind, guarantee in played.guarantees]
        recorded = {"guarantees": json.dumps(guarantees), **encode(played.trace)._asdict()}
    row |= recorded
    return {**row, "checksum": checksum(tuple(row.values()))}


def played_of(row: Mapping[str, Any], *, last_only: bool = False) -> JobResult:
    """The run of a row.

    Args:
        row: Its columns.
        last_only: Leave out all rounds but the last.
    """
    played = JobResult(
        row["id"], row["status"], cpu_seconds=row["cpu_seconds"], error=row["error"], digest=row["digest"]
    )
    if row["status"] == "done":
        columns = Columns(*(row[name] for name in Columns._fields))
        played = played._replace(
            trace=decode(columns, arm=row["arm"], seed=row["seed"], last_only=last_only),
            guarantees=tuple((kind, Guarantee(**told)) for kind, told in json.loads(row["guarantees"])),
        )
    return played


def checksum(values: tuple[Any, ...]) -> int:
    """CRC-32 of a row, by which a damage is noticed that leaves SQLite's own structure whole."""
    found = 0
    for value in values:
        found = zlib.crc32(value if isinstance(value, bytes) else repr(value).encode(), found)
    return found


def canonical(document: Mapping[str, Any]) -> str:
    """Plain data as text: equal data, equal text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def now() -> str:
    """The time; no result depends on it."""
    return datetime.now(UTC).isoformat(timespec="seconds")

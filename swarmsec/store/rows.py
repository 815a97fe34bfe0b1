"""Convert a job and its result to a row, and back."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from swarmsec._version import __version__
from swarmsec.files import parse_json
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


def row_of(job: Job, result: JobResult) -> dict[str, Any]:
    """The columns of a run in the tables `runs` and `blocks`, in order, and the checksum of all the others."""
    row: dict[str, Any] = {
        "id": job.id,
        "status": result.status,
        "scenario": str(job.document["name"]),
        "scenario_version": int(job.document["version"]),
        "scenario_digest": digest_of(job.document),
        "seed": job.seed,
        "arm": str(job.arm),
        "engine_version": __version__,
        "sim_semantics": SIM_SEMANTICS,
        "cpu_seconds": result.cpu_seconds,
        "error": result.error,
        "digest": result.digest,
        "added": now(),
        "document": hashlib.sha256(canonical(job.document).encode()).hexdigest(),
        "folders": json.dumps(list(job.folders)),
    }
    recorded: dict[str, Any] = dict.fromkeys(RECORDED)
    if result.trace is not None:
        guarantees = [[kind, guarantee._asdict()] for kind, guarantee in result.guarantees]
        recorded = {"guarantees": json.dumps(guarantees), **encode(result.trace)._asdict()}
    row |= recorded
    return {**row, "checksum": checksum(tuple(row.values()))}


def result_of(row: Mapping[str, Any], *, last_only: bool = False) -> JobResult:
    """The result in a row.

    Args:
        row: The columns of the row.
        last_only: Decode the last round alone.
    """
    result = JobResult(
        row["id"], row["status"], cpu_seconds=row["cpu_seconds"], error=row["error"], digest=row["digest"]
    )
    if row["status"] != "done":
        return result
    columns = Columns(*(row[name] for name in Columns._fields))
    guarantees = parse_json(row["guarantees"])
    return result._replace(
        trace=decode(columns, arm=row["arm"], seed=row["seed"], last_only=last_only),
        guarantees=tuple((kind, Guarantee(**guarantee)) for kind, guarantee in guarantees),
    )


def checksum(values: tuple[Any, ...]) -> int:
    """CRC-32 of a row; detects damage that SQLite's own checks cannot see."""
    found = 0
    for value in values:
        found = zlib.crc32(value if isinstance(value, bytes) else repr(value).encode(), found)
    return found


def canonical(document: Mapping[str, Any]) -> str:
    """Plain data as canonical JSON: equal data give equal text."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def now() -> str:
    """The current time, UTC, ISO 8601; no result depends on it."""
    return datetime.now(UTC).isoformat(timespec="seconds")

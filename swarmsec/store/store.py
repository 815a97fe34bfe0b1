"""The store: all runs of all tournaments in one file, with one writer and any number of readers."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from swarmsec.errors import OutputError, PluginError, UsageError
from swarmsec.files import parse_json
from swarmsec.runs.jobs import Job, JobResult
from swarmsec.scenario.build import plugin_names
from swarmsec.store.codec import BLOCKS, decompressed
from swarmsec.store.connect import damaged, decoding, reader, translating_errors, writer
from swarmsec.store.records import RunEntry, StoredJob, Summary, Tournament
from swarmsec.store.rows import ABOUT, RECORDED, canonical, checksum, now, result_of, row_of
from swarmsec.swarm.arms import Arm

_SUMMARY = ", ".join(f"runs.{name}" for name in Summary._fields)
_FINAL = ("done", "failed")
_STATUSES = ("done", "failed", "crashed", "timed_out")


class Store:
    """Runs and tournaments in one SQLite file. `Store.open` opens it; use it in a `with` statement.

    After `begin` and `add` return, their data are on the disk and survive a kill -9 and a power failure. One process
    writes; others read at the same time and see complete runs only.

    Attributes:
        path: The file.
        read_only: Whether it was opened for reading only.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: sqlite3.Connection | None = None) -> None:
        self.path = path
        self.read_only = lock is None
        self._connection = connection
        self._lock = lock

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Store:
        """Open a store.

        Args:
            path: The file; created, with its folder, if missing.
            read_only: Open for reading only, which works beside a writer and in a read-only folder.

        Raises:
            OutputError: The file cannot be written, or another process writes to it.
            UsageError: The file to read does not exist, is not a store, is damaged, or has a newer version. It
                was not changed.
        """
        if read_only:
            return cls(path, reader(path))
        return cls(path, *writer(path))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        if self._lock:
            self._lock.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def begin(self, tournament: str, plan: Mapping[str, Any], entries: Sequence[RunEntry]) -> None:
        """Add a tournament with its entries. It can be called again, with the same or with more entries of one plan.

        Args:
            tournament: The tournament's id.
            plan: The plan as plain data; its `name`, if given, is the name of the tournament.
            entries: The place of each run.

        Raises:
            UsageError: A tournament of that id has another plan; or an entry has another run.
            OutputError: The store cannot be written.
        """
        text = canonical(plan)
        name = str(plan.get("name") or tournament[:12])
        with self._writing():
            row = self._connection.execute("SELECT plan FROM tournaments WHERE id = ?", (tournament,)).fetchone()
            if row is None:
                columns = (tournament, name, now(), checksum((tournament, name, text)), text)
                self._connection.execute("INSERT INTO tournaments VALUES (?, ?, ?, ?, ?)", columns)
            elif row[0] != text:
                raise UsageError(
                    f"the store has a tournament {tournament} with another plan; use another name or store",
                    where=str(self.path),
                )
            self._add_entries(tournament, entries)

    def add(self, job: Job, result: JobResult) -> None:
        """Add a run in one transaction; when this returns, it is on the disk.

        A run that is done is never replaced; one that failed, crashed or timed out is.

        Raises:
            OutputError: The store cannot be written; it was not changed.
            PluginError: The store has the run with a different result.
        """
        row = row_of(job, result)
        with self._writing():
            known = self._connection.execute("SELECT status, digest FROM runs WHERE id = ?", (job.id,)).fetchone()
            if known and known[0] == "done":
                self._refuse_another(job, result, str(known[1]))
                return
            document = canonical(job.document).encode()
            self._connection.execute(
                "INSERT OR IGNORE INTO documents VALUES (?, ?)", (row["document"], zlib.compress(document))
            )
            self._insert("runs", {name: value for name, value in row.items() if name not in BLOCKS})
            if result.trace is not None:
                self._insert("blocks", {"run": job.id, **{name: row[name] for name in BLOCKS}})

    def done(self, ids: Iterable[str] | None = None) -> set[str]:
        """The runs that need no repetition: they are done, or failed and would fail again.

        Args:
            ids: The ids to search; all runs unless given.
        """
        with self._reading():
            rows = self._connection.execute(f"SELECT id FROM runs WHERE status IN {_FINAL}")
            found = {str(row[0]) for row in rows}
        return found if ids is None else found.intersection(ids)

    def get(self, run: str, *, last_only: bool = False) -> JobResult | None:
        """The result of a run, or None if it is not in the store.

        The bill, last values and counts of its trace are exact; the other rounds of the other metrics are float32.

        Args:
            run: The run's id.
            last_only: Decode the last round alone, from the columns that store it a second time.

        Raises:
            UsageError: The store is damaged.
        """
        with self._reading():
            names = (*ABOUT, *RECORDED, "checksum")
            found = self._connection.execute(
                f"SELECT {', '.join(names)} FROM runs LEFT JOIN blocks ON run = id WHERE id = ?", (run,)
            ).fetchone()
        if found is None:
            return None
        row: dict[str, Any] = dict(zip(names, found, strict=True))
        if row.pop("checksum") != checksum(tuple(row.values())):
            raise damaged(self.path, f"the checksum of run {run} is wrong")
        with decoding(self.path, f"run {run}"):
            return result_of(row, last_only=last_only)

    def job(self, run: str) -> StoredJob | None:
        """What repeats a run; None if the run is not in the store."""
        with self._reading():
            found = self._connection.execute(
                "SELECT documents.document, folders, seed, arm FROM runs "
                "JOIN documents ON documents.digest = runs.document WHERE id = ?",
                (run,),
            ).fetchone()
        if found is None:
            return None
        document, folders, seed, arm = found
        with decoding(self.path, f"the scenario of run {run}"):
            resolved, named = parse_json(decompressed(document)), parse_json(folders)
            if not (isinstance(named, list) and all(isinstance(one, str) for one in named)):
                raise TypeError("folders")
            plugin_names(resolved)
            return StoredJob(run, resolved, tuple(named), seed, Arm(arm))

    def summaries(self, tournament: str | None = None) -> dict[str, Summary]:
        """Run → its summary, in the order of ids.

        Args:
            tournament: The id of a tournament; all runs unless given.
        """
        within = "WHERE id IN (SELECT run FROM entries WHERE tournament = ?)" if tournament is not None else ""
        given = () if tournament is None else (tournament,)
        with self._reading():
            rows = self._connection.execute(f"SELECT {_SUMMARY} FROM runs {within} ORDER BY id", given)
            return {row[0]: Summary(*row)._replace(unit=row[5] or "") for row in rows}

    def entries(self, tournament: str) -> list[RunEntry]:
        """The entries of a tournament in canonical order; empty if the store has no such tournament."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT scenario, attack, defense, seed, arm, run FROM entries WHERE tournament = ? "
                "ORDER BY scenario, attack, defense, seed, arm",
                (tournament,),
            )
            return [RunEntry(*row) for row in rows]

    def tournaments(self) -> list[Tournament]:
        """All tournaments with their counts of runs, the oldest first."""
        counted = ", ".join(f"count(CASE WHEN status = '{status}' THEN 1 END)" for status in _STATUSES)
        with self._reading():
            rows = self._connection.execute(
                f"SELECT id, name, checksum, plan, begun, counts.* FROM tournaments JOIN ("
                f"SELECT tournament, count(*), {counted}, count(*) - count(status), max(added) FROM "
                "(SELECT DISTINCT tournament, run FROM entries) LEFT JOIN runs ON runs.id = run GROUP BY tournament"
                ") AS counts ON tournament = id ORDER BY begun, id"
            ).fetchall()
        found = []
        for id, name, stored, plan, begun, _, planned, done, failed, crashed, timed_out, left, changed in rows:
            if stored != checksum((id, name, plan)):
                raise damaged(self.path, f"the checksum of tournament {id} is wrong")
            counts = (planned, done, failed, crashed, timed_out, left)
            with decoding(self.path, f"the plan of tournament {id}"):
                document = dict(parse_json(plan))
            found.append(Tournament(id, name, document, *counts, begun=begun, changed=changed or begun))
        return found

    def digest(self, tournament: str) -> str:
        """SHA-256 of the results of a tournament, run by run in canonical order.

        It does not depend on the order of the runs, on the number of processes, or on interruptions. Runs that failed,
        crashed or timed out count by their status.
        """
        digest = hashlib.sha256()
        with self._reading():
            rows = self._connection.execute(
                "SELECT entries.scenario, attack, defense, entries.seed, entries.arm, run, "
                "coalesce(status, ''), coalesce(digest, '') FROM entries LEFT JOIN runs ON runs.id = run "
                "WHERE tournament = ? ORDER BY 1, 2, 3, 4, 5",
                (tournament,),
            )
            for row in rows:
                digest.update(json.dumps(row).encode() + b"\n")
        return digest.hexdigest()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection for SQL queries; errors of SQLite are converted to ours."""
        with self._reading():
            yield self._connection

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translating_errors(self.path, writes=False):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Run one transaction: at its end all changes are on the disk, or none is made."""
        if self.read_only:
            raise OutputError("the store was opened for reading only", where=str(self.path))
        with translating_errors(self.path, writes=True):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _insert(self, table: str, row: Mapping[str, Any]) -> None:
        marks = ", ".join("?" * len(row))
        self._connection.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
        )

    def _add_entries(self, tournament: str, entries: Sequence[RunEntry]) -> None:
        known = {entry[:5]: entry.run for entry in self.entries(tournament)}
        for entry in entries:
            if known.get(entry[:5], entry.run) != entry.run:
                raise UsageError(
                    f"the tournament {tournament} was begun with other plug-ins or another scenario: the run of "
                    f"{entry.scenario}, {entry.attack}, {entry.defense}, seed {entry.seed}, {entry.arm} arm "
                    "differs now; use another name or store",
                    where=str(self.path),
                )
        more = [(tournament, *entry) for entry in entries if entry[:5] not in known]
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", more)

    def _refuse_another(self, job: Job, result: JobResult, digest: str) -> None:
        if result.status == "done" and result.digest != digest:
            raise PluginError(
                f"run {job.id} was run twice with different results (seed {job.seed}, {job.arm} arm): a plug-in "
                "draws random numbers from another source than its stream, or the store comes from another machine. "
                "The first result was kept",
                where=str(self.path),
            )

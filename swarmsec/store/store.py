"""The store: every run of every tournament in one file, which one process writes and any number read."""

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
from swarmsec.runs.jobs import Job, JobResult
from swarmsec.store import connect as opening
from swarmsec.store.codec import BLOCKS
from swarmsec.store.records import RunEntry, Summary, Tournament
from swarmsec.store.rows import ABOUT, RECORDED, canonical, checksum, now, played_of, row_of
from swarmsec.swarm.arms import Arm

_SUMMARY = ", ".join(f"runs.{name}" for name in Summary._fields)
_FINAL = ("done", "failed")
_STATUSES = ("done", "failed", "crashed", "timed_out")


class Store:
    """Runs and tournaments in one SQLite file. Use it with `with`; `Store.open` makes one.

    What `begin` and `add` have returned from is on the disk: it outlives a kill -9 and a power cut. One process writes;
    others read meanwhile, and see whole runs only.

    Attributes:
        path: The file.
        read_only: Whether it was opened to be read.
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
            path: The file; made, with its folder, if it is not there.
            read_only: Open it to be read, which works beside a writer and in a folder that is read-only.

        Raises:
            OutputError: It cannot be written, or another process writes to it.
            UsageError: It is not there to be read; or no store, damaged, or of a newer version. Nothing was changed.
        """
        if read_only:
            return cls(path, opening.reader(path))
        return cls(path, *opening.writer(path))

    def close(self) -> None:
        """Let go of the file."""
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
        """Write down what a tournament will play. Doing it again is no change; more entries of one plan join the first.

        Args:
            tournament: Its id.
            plan: What it plays, as plain data; its `name`, if it has one, is shown to people.
            entries: Where each run stands.

        Raises:
            UsageError: There is a tournament of that id with another plan; or an entry had another run.
            OutputError: It cannot be written.
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
                    f"there is a tournament {tournament} with another plan; give this one another name or store",
                    where=str(self.path),
                )
            self._add_entries(tournament, entries)

    def add(self, job: Job, played: JobResult) -> None:
        """Put a run into the store, in one transaction; when this returns, it is on the disk.

        A run that is there already stays: only one that crashed, timed out or failed makes room for another try.

        Raises:
            OutputError: It cannot be written; the store is as it was before.
            PluginError: The run is there with another result.
        """
        row = row_of(job, played)
        with self._writing():
            known = self._connection.execute("SELECT status, digest FROM runs WHERE id = ?", (job.id,)).fetchone()
            if known and known[0] == "done":
                self._refuse_another(job, played, str(known[1]))
                return
            document = canonical(job.document).encode()
            self._connection.execute(
                "INSERT OR IGNORE INTO documents VALUES (?, ?)", (row["document"], zlib.compress(document))
            )
            self._insert("runs", {name: value for name, value in row.items() if name not in BLOCKS})
            if played.trace is not None:
                self._insert("blocks", {"run": job.id, **{name: row[name] for name in BLOCKS}})

    def done(self, ids: Iterable[str] | None = None) -> set[str]:
        """The runs that need not be played again, since they are done, or failed and would fail again.

        Args:
            ids: Among these; among all unless given.
        """
        with self._reading():
            rows = self._connection.execute(f"SELECT id FROM runs WHERE status IN {_FINAL}")
            found = {str(row[0]) for row in rows}
        return found if ids is None else found.intersection(ids)

    def get(self, run: str, *, last_only: bool = False) -> JobResult | None:
        """A run, or None if it is not in the store.

        The trace's bill, last values and counts are exact; the other rounds of the other figures are of float32.

        Args:
            run: Its id.
            last_only: Leave out all rounds but the last: quicker, and enough for every figure of a score but the rounds
                to recover.

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
            raise opening.damaged(self.path, f"run {run} is not what was stored")
        return played_of(row, last_only=last_only)

    def job(self, run: str) -> Job | None:
        """What was played as that run, so that it can be played again; None if it is not in the store."""
        with self._reading():
            found = self._connection.execute(
                "SELECT documents.document, folders, seed, arm FROM runs "
                "JOIN documents ON documents.digest = runs.document WHERE id = ?",
                (run,),
            ).fetchone()
        if found is None:
            return None
        document, folders, seed, arm = found
        try:
            resolved = json.loads(zlib.decompress(document))
        except (zlib.error, ValueError):
            raise opening.damaged(self.path, f"the scenario of run {run} is not what was stored") from None
        return Job(run, resolved, tuple(json.loads(folders)), seed, Arm(arm))

    def summaries(self, tournament: str | None = None) -> dict[str, Summary]:
        """Runs by id, without their rounds, in the order of their ids.

        Args:
            tournament: The id of one; the runs of all unless given.
        """
        within = "WHERE id IN (SELECT run FROM entries WHERE tournament = ?)" if tournament is not None else ""
        given = () if tournament is None else (tournament,)
        with self._reading():
            rows = self._connection.execute(f"SELECT {_SUMMARY} FROM runs {within} ORDER BY id", given)
            return {row[0]: Summary(*row)._replace(unit=row[5] or "") for row in rows}

    def entries(self, tournament: str) -> list[RunEntry]:
        """Where each run of a tournament stands, in canonical order; empty if there is no such tournament."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT scenario, attack, defense, seed, arm, run FROM entries WHERE tournament = ? "
                "ORDER BY scenario, attack, defense, seed, arm",
                (tournament,),
            )
            return [RunEntry(*row) for row in rows]

    def tournaments(self) -> list[Tournament]:
        """Every tournament and how far it is, the oldest first."""
        counted = ", ".join(f"count(CASE WHEN status = '{status}' THEN 1 END)" for status in _STATUSES)
        with self._reading():
            rows = self._connection.execute(
                f"SELECT id, name, checksum, plan, begun, played.* FROM tournaments JOIN ("
                f"SELECT tournament, count(*), {counted}, count(*) - count(status), max(added) FROM "
                "(SELECT DISTINCT tournament, run FROM entries) LEFT JOIN runs ON runs.id = run GROUP BY tournament"
                ") AS played ON tournament = id ORDER BY begun, id"
            ).fetchall()
        found = []
        for id, name, stored, plan, begun, _, planned, done, failed, crashed, timed_out, left, changed in rows:
            if stored != checksum((id, name, plan)):
                raise opening.damaged(self.path, f"tournament {id} is not what was stored")
            counts = (planned, done, failed, crashed, timed_out, left)
            found.append(Tournament(id, name, json.loads(plan), *counts, begun=begun, changed=changed or begun))
        return found

    def digest(self, tournament: str) -> str:
        """SHA-256 of all that a tournament recorded, run by run in canonical order.

        It depends neither on the order in which runs were played, nor on how many processes played them, nor on
        whether it was resumed. Runs that came to nothing count by their status.
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
        """The connection, for one who asks in SQL; a damaged store is told as our error."""
        with self._reading():
            yield self._connection

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with opening.telling(self.path, writes=False):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it is on the disk in the end, or nothing is changed."""
        if self.read_only:
            raise OutputError("the store was opened to be read", where=str(self.path))
        with opening.telling(self.path, writes=True):
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
                    f"the tournament {tournament} was begun with other plug-ins or another scenario: its run of "
                    f"{entry.scenario}, {entry.attack}, {entry.defense}, seed {entry.seed}, {entry.arm} arm is another "
                    "one now; give this one another name or store",
                    where=str(self.path),
                )
        more = [(tournament, *entry) for entry in entries if entry[:5] not in known]
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", more)

    def _refuse_another(self, job: Job, played: JobResult, digest: str) -> None:
        if played.status == "done" and played.digest != digest:
            raise PluginError(
                f"run {job.id} was played twice with different results (seed {job.seed}, {job.arm} arm): a plug-in "
                "draws from something else than its own stream, or the store is another machine's. "
                "The first result was kept",
                where=str(self.path),
            )

"""Open a store's file: for one writer or any number of readers, after a look at whether it is whole, and is one."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarmsec.errors import OutputError, SwarmsecError, UsageError
from swarmsec.store import schema

_BUSY_SECONDS = 10.0
"""How long to wait for somebody who reads, or tidies up, at this moment."""

_MAGIC = b"SQLite format 3\0"
"""How every SQLite file begins."""

_HEADER_BYTES = 100
"""Every SQLite file is longer than that, unless it is empty."""

_FULL = {"SQLITE_FULL", "SQLITE_TOOBIG"}
_UNWRITABLE = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH"}
_DAMAGED = {"SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FORMAT"}
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}


def is_store(path: Path) -> bool:
    """Whether a file is an SQLite file, as every store is."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def writer(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """The only connection that may write to a store, which is made if it is not there; and the lock that says so.

    The lock is a transaction on an empty file beside the store, so the system frees it when its holder dies.

    Raises:
        OutputError: It cannot be written, or somebody else writes to it.
        UsageError: It is no store, damaged, or of a newer version; nothing in it was changed.
    """
    with telling(path, writes=True):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"no folder for a store can be made here: {error.strerror}", where=str(path)) from None
        lock = _locked(path)
        try:
            if path.exists():
                _looked_at(path).close()
            return _written(path), lock
        except BaseException:
            lock.close()
            raise


def reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads, also while somebody writes, and also in a folder that is read-only.

    A store of an older version is read through a copy in memory, since the file itself is not to be changed.

    Raises:
        UsageError: There is none; or it is no store, damaged, or of a newer version.
    """
    if not path.is_file():
        raise UsageError("there is no store here; `swarmsec tournament` makes one", where=str(path))
    with telling(path, writes=False):
        connection = _looked_at(path)
        try:
            if schema.version_of(connection) < len(schema.MIGRATIONS):
                connection = _migrated_copy(connection)
            connection.execute("PRAGMA query_only = ON")
            return connection
        except BaseException:
            connection.close()
            raise


@contextmanager
def telling(path: Path, *, writes: bool) -> Iterator[None]:
    """Tell SQLite's errors as ours: what happened to which store, and what would help.

    Args:
        path: The store's.
        writes: Whether something was being written.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _told(error, path, writes=writes) from None


def damaged(path: Path, what: str) -> SwarmsecError:
    """The error of a store that does not hold what was put into it."""
    return UsageError(
        f"the store is damaged: {what}. It was left as it is; take a copy of it from before, or name another one",
        where=str(path),
    )


def _told(error: sqlite3.Error, path: Path, *, writes: bool) -> SwarmsecError:
    full_name = getattr(error, "sqlite_errorname", None) or ""
    name = "_".join(full_name.split("_")[:2])  # SQLITE_IOERR_WRITE is a SQLITE_IOERR.
    where = str(path)
    if name in _DAMAGED:
        return damaged(path, str(error))
    if str(error).startswith("Could not decode"):  # Python's own, of what is a text no more.
        return damaged(path, "what should be a text is none")
    if name in _BUSY:
        return OutputError("another process holds the store; wait until it is done", where=where)
    if not writes:
        return UsageError(f"the store cannot be read: {error}", where=where)
    if name in _FULL or name == "SQLITE_IOERR":
        return OutputError(
            f"the store cannot be written: {error}. Everything that was acknowledged is in it; "
            "make room, and go on with --resume",
            where=where,
        )
    if name in _UNWRITABLE:
        return OutputError(f"the store cannot be written: {error}; name another one with --store", where=where)
    return OutputError(f"the store cannot be written: {error}", where=where)


def _locked(path: Path) -> sqlite3.Connection:
    lock = sqlite3.connect(f"{path}.lock", timeout=0.0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise OutputError(
                "another process writes to this store; wait until it is done, or name another one with --store",
                where=str(path),
            ) from None
        raise
    return lock


def _looked_at(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, not even what a log beside the store still holds; to a store that is whole."""
    connection = _connect_to_read(path)
    try:
        _refuse_foreign(connection, path)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(path, " ".join(str(found).split()))
        return connection
    except BaseException:
        connection.close()
        raise


def _written(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        # A commit returns when the log is on the disk: what is acknowledged outlives the process, and a power cut.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA cell_size_check = ON")
        if schema.version_of(connection) < len(schema.MIGRATIONS):
            schema.migrate(connection, schema.MIGRATIONS)
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
    except BaseException:
        connection.close()
        raise


def _refuse_foreign(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse what is no store of ours, or was written by a newer swarmsec."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if (tables or owner) and owner != schema.APPLICATION_ID:
        raise UsageError("this is a database of another program, and no store of swarmsec", where=str(path))
    version, known = schema.version_of(connection), len(schema.MIGRATIONS)
    if version > known:
        raise UsageError(
            f"this store is of version {version}, and this swarmsec knows stores up to version {known}; "
            "use the newer swarmsec that wrote it. Nothing was changed",
            where=str(path),
        )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Read beside a writer. Where no log can be made, read what nobody writes; or a copy, if a log was left behind."""
    if 0 < path.stat().st_size < _HEADER_BYTES:  # SQLite would take one byte for a new database.
        raise damaged(path, "file is not a database")
    uri = path.absolute().as_uri()
    try:
        return _probed(f"{uri}?mode=ro")
    except sqlite3.Error as error:
        if not str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            raise
    log = path.with_name(path.name + "-wal")
    if not log.exists() or not log.stat().st_size:
        return _probed(f"{uri}?immutable=1")
    with tempfile.TemporaryDirectory(prefix="swarmsec-") as folder:
        for part in (path, log):
            shutil.copyfile(part, Path(folder) / part.name)
        return _copied(_probed((Path(folder) / path.name).as_uri()))


def _probed(uri: str) -> sqlite3.Connection:
    """A connection with which something was read, since SQLite opens a file no sooner."""
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return connection
    except BaseException:
        connection.close()
        raise


def _migrated_copy(connection: sqlite3.Connection) -> sqlite3.Connection:
    copy = _copied(connection)
    schema.migrate(copy, schema.MIGRATIONS)
    return copy


def _copied(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The same in memory; the first connection is closed."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    connection.close()
    return copy

"""Check that a file is an undamaged store, and open it for one writer or any number of readers."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarmsec.errors import OutputError, SwarmsecError, UsageError
from swarmsec.files import open_regular
from swarmsec.store import schema

_BUSY_SECONDS = 10.0
"""The longest wait for another process that reads or cleans up."""

_MAGIC = b"SQLite format 3\0"
"""The first bytes of every SQLite file."""

_HEADER_BYTES = 100
"""The size of SQLite's header: every SQLite file is longer, unless it is empty."""

_FULL = {"SQLITE_FULL", "SQLITE_TOOBIG"}
_UNWRITABLE = {"SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH"}
_DAMAGED = {"SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_FORMAT"}
_BUSY = {"SQLITE_BUSY", "SQLITE_LOCKED"}


def is_store(path: Path) -> bool:
    """Whether a file is an SQLite file, as every store is."""
    try:
        with open_regular(path) as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except UsageError:
        return False


def writer(path: Path) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """Open the only connection that may write to a store, and take its lock. A missing store is created.

    The lock is a transaction on an empty file beside the store; the system releases it when the process dies.

    Raises:
        OutputError: The file cannot be written, or another process writes to it.
        UsageError: The file is not a store, is damaged, or has a newer version; it was not changed.
    """
    if path.is_dir():
        raise UsageError(
            "this is a folder, and a store is a file; name one, such as runs.sqlite in it", where=str(path)
        )
    with translating_errors(path, writes=True):
        try:
            path = path.resolve()  # One lock for all spellings of a path, and for all links to the file.
            path.parent.mkdir(parents=True, exist_ok=True)
        except (OSError, RuntimeError) as error:  # A link to itself.
            why = getattr(error, "strerror", None) or error
            raise OutputError(f"the folder of the store cannot be created: {why}", where=str(path)) from None
        lock = _locked(path)
        try:
            if path.exists():
                _checked_reader(path).close()
            return _writable(path), lock
        except BaseException:
            lock.close()
            raise


def reader(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads. It works while another process writes, and in a read-only folder.

    A store of an older version is migrated in a copy in memory, since a reader must not change the file.

    Raises:
        UsageError: The file does not exist, is not a store, is damaged, or has a newer version.
    """
    if path.is_dir():
        raise UsageError("there is no store here: this is a folder, and a store is a file", where=str(path))
    if not path.is_file():
        raise UsageError("there is no store here; `swarmsec tournament` makes one", where=str(path))
    with translating_errors(path, writes=False):
        connection = _checked_reader(path)
        try:
            if schema.version_of(connection) < len(schema.MIGRATIONS):
                connection = _migrated_copy(connection)
            connection.execute("PRAGMA query_only = ON")
            return connection
        except BaseException:
            connection.close()
            raise


@contextmanager
def translating_errors(path: Path, *, writes: bool) -> Iterator[None]:
    """Convert errors of SQLite to ours, with the store, the cause and a remedy.

    Args:
        path: The file of the store.
        writes: Whether the operation writes.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path, writes=writes) from None


@contextmanager
def decoding(path: Path, what: str) -> Iterator[None]:
    """Convert errors of values that cannot be decoded to ours.

    Args:
        path: The file of the store.
        what: The values, as a subject.
    """
    try:
        yield
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError, zlib.error):
        raise damaged(path, f"{what} cannot be read") from None


def damaged(path: Path, what: str) -> SwarmsecError:
    """The error of a damaged store."""
    return UsageError(
        f"the store is damaged: {what}. It was not changed; restore an earlier copy, or name another store",
        where=str(path),
    )


def _translated(error: sqlite3.Error, path: Path, *, writes: bool) -> SwarmsecError:
    full_name = getattr(error, "sqlite_errorname", None) or ""
    name = "_".join(full_name.split("_")[:2])  # SQLITE_IOERR_WRITE is a SQLITE_IOERR.
    where = str(path)
    if name in _DAMAGED:
        return damaged(path, str(error))
    if str(error).startswith("Could not decode"):  # Python's error for text that is not UTF-8.
        return damaged(path, "a text is not valid UTF-8")
    if name in _BUSY:
        return OutputError("another process has locked the store; wait until it is done", where=where)
    if not writes:
        return UsageError(f"the store cannot be read: {error}", where=where)
    if name in _FULL or name == "SQLITE_IOERR":
        return OutputError(
            f"the store cannot be written: {error}. Everything that was acknowledged is in it; "
            "free disk space, and continue with --resume",
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


def _checked_reader(path: Path) -> sqlite3.Connection:
    """A connection to an undamaged store that cannot write; it also leaves the write-ahead log unchanged."""
    connection = _connect_to_read(path)
    try:
        _refuse_foreign(connection, path)
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(path, " ".join(str(found).split()))
        is_newest = schema.version_of(connection) == len(schema.MIGRATIONS)
        if is_newest and (wrong := schema.wrong_column(connection)):
            raise damaged(path, f"{wrong} is not what swarmsec writes")
        return connection
    except BaseException:
        connection.close()
        raise


def _writable(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        # A commit returns when the log is on the disk: an acknowledged run survives a crash and a power failure.
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
    """Refuse a database of another program, and a store of a newer swarmsec."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    owner = connection.execute("PRAGMA application_id").fetchone()[0]
    if (tables or owner) and owner != schema.APPLICATION_ID:
        raise UsageError("this is a database of another program, not a store of swarmsec", where=str(path))
    version, known = schema.version_of(connection), len(schema.MIGRATIONS)
    if version > known:
        raise UsageError(
            f"this store has version {version}, and this swarmsec reads stores up to version {known}; "
            "use the newer swarmsec that wrote it. The file was not changed",
            where=str(path),
        )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that reads while a process writes; in a read-only folder, to the file or a copy with its log."""
    if 0 < path.stat().st_size < _HEADER_BYTES:  # SQLite takes such a file for a new database.
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
    """Connect and read once, because SQLite opens the file only at the first read."""
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
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
    """A copy of the database in memory; the given connection is closed."""
    copy = sqlite3.connect(":memory:", isolation_level=None)
    connection.backup(copy)
    connection.close()
    return copy

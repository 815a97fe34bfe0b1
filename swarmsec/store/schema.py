"""The tables of a store, and the migrations of older stores."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

APPLICATION_ID = int.from_bytes(b"swst", "big")
"""The application id in the header of the SQLite file."""

Migration = Callable[[sqlite3.Connection], None]


def _first(connection: sqlite3.Connection) -> None:
    """Version 1. Large columns have their own table, so that summaries of runs do not read them."""
    for statement in _FIRST:
        connection.execute(statement)


_FIRST = (
    """
    CREATE TABLE documents (
        digest TEXT PRIMARY KEY,
        document BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        status TEXT NOT NULL CHECK (status IN ('done', 'failed', 'crashed', 'timed_out')),
        scenario TEXT NOT NULL,
        scenario_version INTEGER NOT NULL,
        scenario_digest TEXT NOT NULL,
        seed INTEGER NOT NULL,
        arm TEXT NOT NULL,
        engine_version TEXT NOT NULL,
        sim_semantics INTEGER NOT NULL,
        cpu_seconds REAL NOT NULL,
        error TEXT NOT NULL,
        digest TEXT NOT NULL,
        added TEXT NOT NULL,
        document TEXT NOT NULL REFERENCES documents,
        folders TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        unit TEXT,
        bill REAL,
        rounds INTEGER,
        daemons INTEGER,
        finals TEXT,
        central TEXT,
        watch TEXT,
        guarantees TEXT,
        names TEXT
    )
    """,
    """
    CREATE TABLE blocks (
        run TEXT PRIMARY KEY REFERENCES runs,
        events BLOB NOT NULL,
        quarantine BLOB NOT NULL,
        compromised BLOB NOT NULL,
        attacked BLOB NOT NULL,
        series BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE tournaments (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        begun TEXT NOT NULL,
        checksum INTEGER NOT NULL,
        plan TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE entries (
        tournament TEXT NOT NULL REFERENCES tournaments,
        scenario TEXT NOT NULL,
        attack TEXT NOT NULL,
        defense TEXT NOT NULL,
        seed INTEGER NOT NULL,
        arm TEXT NOT NULL,
        run TEXT NOT NULL,
        PRIMARY KEY (tournament, scenario, attack, defense, seed, arm)
    ) WITHOUT ROWID
    """,
)

_TYPES = {
    "documents": {"text": "digest", "blob": "document"},
    "runs": {
        "text": "id status scenario scenario_digest arm engine_version error digest added document folders",
        "integer": "scenario_version seed sim_semantics checksum",
        "real": "cpu_seconds",
        "text or null": "unit finals central watch guarantees names",
        "real or null": "bill",
        "integer or null": "rounds daemons",
    },
    "blocks": {"text": "run", "blob": "events quarantine compromised attacked series"},
    "tournaments": {"text": "id name begun plan", "integer": "checksum"},
    "entries": {"text": "tournament scenario attack defense arm run", "integer": "seed"},
}
"""Table → type → its columns. SQLite stores values of any type in any column."""


def wrong_column(connection: sqlite3.Connection) -> str | None:
    """A column with a value of another type, or a view or trigger, in a store of the newest version; None if none."""
    programs = connection.execute("SELECT name FROM sqlite_schema WHERE type != 'index' AND rootpage = 0").fetchone()
    if programs:  # A view, trigger or virtual table: reading it would run what it says.
        return str(programs[0])
    for table, columns in _TYPES.items():
        wrong = [
            f"WHEN typeof({name}) NOT IN ('{kinds.replace(' or ', chr(39) + ', ' + chr(39))}') THEN '{table}.{name}'"
            for kinds, names in columns.items()
            for name in names.split()
        ]
        found = connection.execute(f"SELECT CASE {' '.join(wrong)} END AS wrong FROM {table} WHERE wrong NOT NULL")
        if row := found.fetchone():
            return str(row[0])
    return None


MIGRATIONS: Sequence[Migration] = (_first,)
"""Step k migrates a store of version k to version k + 1; version 0 is an empty file. A released step never changes:
every change of the tables is a new step."""


def migrate(connection: sqlite3.Connection, steps: Sequence[Migration]) -> None:
    """Migrate a store to the newest version in one transaction: all steps, or none.

    Args:
        connection: In autocommit mode.
        steps: All migrations; those that the store already has are skipped.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = version_of(connection)  # Read the version again: from here on no other process can write.
        for step in steps[version:]:
            step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a store: the number of its migrations; 0 if it is empty."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])

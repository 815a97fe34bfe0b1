"""SQL queries of a store: by DuckDB if it is installed, otherwise by SQLite, over the same four tables."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from typing import Any, NamedTuple

from swarmsec.errors import UsageError
from swarmsec.store.export import arrow_table
from swarmsec.store.store import Store
from swarmsec.store.tables import NAMES, table

_ALLOWED = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
_TYPES = {"text": "TEXT", "int": "INTEGER", "real": "REAL"}


class Answer(NamedTuple):
    """The answer to a query.

    Attributes:
        engine: `duckdb` or `sqlite`.
        columns: The names of the columns.
        rows: The rows, with one value per column.
    """

    engine: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def run_query(store: Store, sql: str) -> Answer:
    """Run a read-only query over `tournaments`, `entries`, `runs` and `rounds`; it cannot write any file.

    Only the tables that the query names are read.

    Args:
        store: The store.
        sql: One SELECT.

    Raises:
        UsageError: The query is not a single SELECT, or it fails.
    """
    named = [name for name in NAMES if re.search(rf"\b{name}\b", sql, re.IGNORECASE)]
    try:
        import duckdb
        import pyarrow  # noqa: F401
    except ImportError:
        return _by_sqlite(store, sql, named)
    return _by_duckdb(duckdb, store, sql, named)


def _by_duckdb(duckdb: Any, store: Store, sql: str, named: Sequence[str]) -> Answer:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    try:
        for name in named:
            connection.register(name, arrow_table(store, name))
        connection.execute("SET enable_external_access = false")  # No files, no extensions, no network.
        connection.execute("SET lock_configuration = true")
        _refuse_others(sql, [statement.type.name for statement in connection.extract_statements(sql)])
        cursor = connection.execute(sql)
        return Answer("duckdb", tuple(str(column[0]) for column in cursor.description), cursor.fetchall())
    except duckdb.Error as error:
        raise _refused(error) from None
    finally:
        connection.close()


def _by_sqlite(store: Store, sql: str, named: Sequence[str]) -> Answer:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for name in named:
            columns, rows = table(store, name)
            kinds = ", ".join(f'"{column}" {_TYPES[kind]}' for column, kind in columns.items())
            connection.execute(f"CREATE TABLE {name} ({kinds})")
            connection.execute("BEGIN")
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})", rows)
            connection.execute("COMMIT")
        connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
        cursor = connection.execute(sql)
        _refuse_others(sql, ["SELECT"] if cursor.description else [])
        return Answer("sqlite", tuple(str(column[0]) for column in cursor.description), cursor.fetchall())
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _refused(error) from None
    finally:
        connection.close()


def _refuse_others(sql: str, statements: Sequence[str]) -> None:
    if list(statements) != ["SELECT"]:
        raise UsageError(f"{sql!r} given; must be one SELECT", where="--sql")


def _refused(error: Exception) -> UsageError:
    tables = ", ".join(NAMES)
    return UsageError(f"{' '.join(str(error).split())} (the tables are {tables})", where="--sql")

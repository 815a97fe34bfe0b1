"""Four tables of a store for exports and queries.

    tournaments    id, name, begun, plan
    entries        tournament, scenario, attack, defense, seed, arm, run
    runs           identity and status of a run, watch_* counts of detection, final_* values of every metric
    rounds         run, metric, round, value: every metric in every round

Values in `rounds` have float32 precision, except the scored bill and all last rounds; values in `runs` are exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.files import parse_json
from swarmsec.store.codec import figures_of
from swarmsec.store.connect import decoding
from swarmsec.store.store import Store
from swarmsec.swarm.trace import DetectionCounts

Type = Literal["text", "int", "real"]

NAMES = ("tournaments", "entries", "runs", "rounds")

_TOURNAMENTS: dict[str, Type] = {"id": "text", "name": "text", "begun": "text", "plan": "text"}
_ENTRIES: dict[str, Type] = {
    "tournament": "text",
    "scenario": "text",
    "attack": "text",
    "defense": "text",
    "seed": "int",
    "arm": "text",
    "run": "text",
}
_RUNS: dict[str, Type] = {
    "id": "text",
    "status": "text",
    "scenario": "text",
    "scenario_version": "int",
    "scenario_digest": "text",
    "seed": "int",
    "arm": "text",
    "engine_version": "text",
    "sim_semantics": "int",
    "cpu_seconds": "real",
    "error": "text",
    "digest": "text",
    "added": "text",
    "unit": "text",
    "bill": "real",
    "rounds": "int",
    "daemons": "int",
}
_ROUNDS: dict[str, Type] = {"run": "text", "metric": "text", "round": "int", "value": "real"}
_WATCHED = tuple(field.name for field in fields(DetectionCounts))


class Table(NamedTuple):
    """A table: its columns, and an iterator over its rows."""

    columns: dict[str, Type]
    rows: Iterator[tuple[Any, ...]]


class RunRounds(NamedTuple):
    """The rounds of a run: (metrics, rounds) values."""

    run: str
    metrics: tuple[str, ...]
    values: Floats


def table(store: Store, name: str) -> Table:
    """One of the four tables by its name."""
    if name == "runs":
        return _runs(store)
    if name == "rounds":
        return Table(_ROUNDS, (row for one in rounds_of(store) for row in _rows_of(one)))
    columns = {"tournaments": _TOURNAMENTS, "entries": _ENTRIES}[name]
    order = "begun, id" if name == "tournaments" else "1, 2, 3, 4, 5, 6"
    return Table(columns, iter(_select(store, f"SELECT {', '.join(columns)} FROM {name} ORDER BY {order}")))


def rounds_of(store: Store) -> Iterator[RunRounds]:
    """The rounds of every run that is done, in the order of their ids."""
    for (run,) in _select(store, "SELECT id FROM runs WHERE status = 'done' ORDER BY id"):
        result = store.get(run)
        if result is not None and result.trace is not None:
            metrics = result.trace.metrics
            yield RunRounds(run, tuple(metrics), np.stack(list(metrics.values())))


def _runs(store: Store) -> Table:
    found = _select(store, f"SELECT {', '.join(_RUNS)}, watch, finals FROM runs ORDER BY id")
    with decoding(store.path, "the last values of a run"):
        finals = [figures_of(row[-1]) if row[-1] else {} for row in found]
    names = sorted({name for figures in finals for name in figures})
    columns = _RUNS | {f"watch_{name}": "int" for name in _WATCHED} | {f"final_{name}": "real" for name in names}

    def rows() -> Iterator[tuple[Any, ...]]:
        for row, figures in zip(found, finals, strict=True):
            with decoding(store.path, f"the counts of run {row[0]}"):
                watch = dict(parse_json(row[-2])) if row[-2] else {}
            yield (*row[:-2], *(watch.get(name) for name in _WATCHED), *(figures.get(name) for name in names))

    return Table(columns, rows())


def _rows_of(one: RunRounds) -> Iterator[tuple[Any, ...]]:
    for metric, values in zip(one.metrics, one.values.tolist(), strict=True):
        yield from ((one.run, metric, number, value) for number, value in enumerate(values))


def _select(store: Store, sql: str) -> Sequence[tuple[Any, ...]]:
    with store.reading() as connection:
        return connection.execute(sql).fetchall()

"""Exported files and query tables have exactly the numbers of the store."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from swarmsec.errors import OutputError, UsageError
from swarmsec.runs.jobs import JobResult
from swarmsec.store import Store
from swarmsec.store.export import to_csv, to_parquet
from swarmsec.store.query import run_query
from tests.store.stored import ID, PLAN, play, small

FILES = ["tournaments", "entries", "runs", "rounds"]


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    """A small tournament in which one run failed."""
    tournament = small(attacks=["stubborn:value=0.1"])
    with Store.open(tmp_path / "s.sqlite") as opened:
        opened.begin(ID, PLAN, tournament.entries)
        for job in tournament.jobs[:-1]:
            opened.add(job, play(job))
        failed = tournament.jobs[-1]
        opened.add(failed, JobResult(failed.id, "failed", error='a "word", and more'))
    with Store.open(tmp_path / "s.sqlite", read_only=True) as opened:
        yield opened


def expected_rounds(store: Store) -> list[tuple[str, str, int, float]]:
    return [
        (run, metric, number, value)
        for run, summary in store.summaries().items()
        if summary.status == "done"
        for metric, values in store.get(run).trace.metrics.items()
        for number, value in enumerate(values.tolist())
    ]


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_every_run_and_every_round(store, tmp_path) -> None:
    paths = to_csv(store, tmp_path / "new" / "csv")
    assert [path.name for path in paths] == [f"{name}.csv" for name in FILES]
    tournaments, entries, runs, rounds = (read_csv(path) for path in paths)
    assert [(row["id"], json.loads(row["plan"])) for row in tournaments] == [(ID, PLAN)]
    assert [(row["attack"], row["defense"], int(row["seed"]), row["arm"], row["run"]) for row in entries] == [
        entry[1:] for entry in store.entries(ID)
    ]
    summaries = store.summaries()
    assert [row["id"] for row in runs] == list(summaries)
    for row in runs:
        played, summary = store.get(row["id"]), summaries[row["id"]]
        assert (row["status"], row["error"], row["digest"]) == (summary.status, summary.error, summary.digest)
        if played.trace is None:
            assert row["bill"] == row["watch_hits"] == row["final_messages"] == ""
            continue
        assert float(row["bill"]) == played.trace.bill[-1]
        assert int(row["watch_attacked"]) == played.trace.watch.attacked
        for name, values in played.trace.metrics.items():
            assert float(row[f"final_{name}"]) == values[-1]
    exported = [(row["run"], row["metric"], int(row["round"]), float(row["value"])) for row in rounds]
    assert exported == expected_rounds(store)


def test_parquet_has_the_values_of_csv_with_types(store, tmp_path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    tables = {path.stem: parquet.read_table(path) for path in to_parquet(store, tmp_path / "parquet")}
    assert list(tables) == FILES
    rounds = tables["rounds"].to_pylist()
    assert [tuple(row.values()) for row in rounds] == expected_rounds(store)
    assert {str(kind) for kind in tables["rounds"].schema.types[2:]} == {"int32", "double"}
    texts = {path.stem: read_csv(path) for path in to_csv(store, tmp_path / "csv")}
    for name in ("tournaments", "entries", "runs"):
        assert tables[name].column_names == list(texts[name][0])
        plain = [
            {key: "" if value is None else str(value) for key, value in row.items()} for row in tables[name].to_pylist()
        ]
        assert plain == texts[name]
    assert str(tables["runs"].schema.field("bill").type) == "double"
    assert str(tables["runs"].schema.field("seed").type) == "int64"


def test_an_empty_store_has_empty_tables(tmp_path) -> None:
    pytest.importorskip("pyarrow.parquet")
    Store.open(tmp_path / "s.sqlite").close()
    with Store.open(tmp_path / "s.sqlite", read_only=True) as store:
        assert [len(read_csv(path)) for path in to_csv(store, tmp_path / "csv")] == [0, 0, 0, 0]
        from pyarrow import parquet

        assert [parquet.read_table(path).num_rows for path in to_parquet(store, tmp_path / "pq")] == [0, 0, 0, 0]


def test_an_export_replaces_files_and_leaves_no_others(store, tmp_path) -> None:
    folder = tmp_path / "csv"
    to_csv(store, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "runs.csv").write_text("old")
    to_csv(store, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_an_unwritable_path_is_reported(store, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file.*cannot be written"):
        to_csv(store, tmp_path / "file")


def test_the_error_without_pyarrow_names_the_extra(store, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'swarmsec\[export\]'"):
        to_parquet(store, tmp_path / "parquet")


@pytest.fixture(params=["duckdb", "sqlite"])
def engine(request, monkeypatch) -> str:
    if request.param == "sqlite":
        monkeypatch.setitem(sys.modules, "duckdb", None)
    else:
        pytest.importorskip("duckdb")
    return request.param


def test_a_query_reads_the_tables_of_the_store(store, engine) -> None:
    answer = run_query(
        store,
        "SELECT arm, count(*) AS runs, sum(bill) AS bill FROM runs WHERE status = 'done' GROUP BY arm ORDER BY arm",
    )
    assert answer.engine == engine
    assert answer.columns == ("arm", "runs", "bill")
    done = [one for one in store.summaries().values() if one.status == "done"]
    for arm, runs, bill in answer.rows:
        bills = [one.bill for one in done if one.arm == arm]
        assert runs == len(bills)
        assert bill == pytest.approx(math.fsum(bills), rel=1e-12)


def test_a_query_can_join_rounds_with_entries(store, engine) -> None:
    answer = run_query(
        store,
        "SELECT e.defense, r.metric, max(r.value) FROM rounds r JOIN entries e ON e.run = r.run "
        "WHERE e.arm = 'defended' AND r.metric IN ('disagreement', 'messages') GROUP BY 1, 2 ORDER BY 1, 2",
    )
    expected = {}
    for entry in store.entries(ID):
        trace = store.get(entry.run).trace if entry.arm == "defended" else None
        for metric in ("disagreement", "messages") if trace else ():
            at = (entry.defense, metric)
            expected[at] = max(expected.get(at, -np.inf), float(trace.metrics[metric].max()))
    assert answer.rows == [(*at, expected[at]) for at in sorted(expected)]


def test_a_query_can_begin_with_with(store, engine) -> None:
    assert run_query(store, "WITH a AS (SELECT count(*) n FROM entries) SELECT n FROM a").rows == [
        (len(store.entries(ID)),)
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT",
        "SELECT * FROM nowhere",
        "SELECT nothing FROM runs",
        "DROP TABLE runs",
        "DELETE FROM runs",
        "SELECT 1; SELECT 2",
        "ATTACH 'other.db' AS other",
        "COPY (SELECT 1) TO 'out.csv'",
        "PRAGMA user_version = 9",
        "INSTALL httpfs",
        "SELECT * FROM read_csv('/etc/hostname')",
    ],
)
def test_a_query_that_is_no_select_is_refused_and_writes_nothing(store, engine, sql, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = store.path.read_bytes()
    with pytest.raises(UsageError) as exported:
        run_query(store, sql)
    assert exported.value.where == "--sql"
    assert store.path.read_bytes() == before
    assert not [path for path in tmp_path.iterdir() if path.name in {"other.db", "out.csv"}]

"""Acknowledged results survive kills, full disks, damaged files, other programs and other versions."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from swarmsec.errors import OutputError, SwarmsecError, UsageError
from swarmsec.store import Store, schema
from tests.store.stored import ID, PLAN, contents_of, numbered, small

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]

ADDS_AND_TELLS = """
import sys
from pathlib import Path
from swarmsec.store import Store
from tests.store.stored import numbered

with Store.open(Path(sys.argv[1])) as store:
    for job, played in numbered(100_000):
        store.add(job, played)
        print(job.id, flush=True)
"""
READS_ON_AND_ON = """
import sys
from pathlib import Path
from swarmsec.store import Store
from tests.store.stored import contents_of

seen = -1
while seen < int(sys.argv[2]):
    with Store.open(Path(sys.argv[1]), read_only=True) as store:
        contents_of(store)
        if len(store.done()) != seen:
            seen = len(store.done())
            print(seen, flush=True)
"""


def process(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def folder_bytes(folder: Path) -> dict[str, bytes]:
    """The bytes of the store and its log; the index of the log and the lock have no contents."""
    kept = [path for path in folder.iterdir() if not path.name.endswith(("-shm", ".lock")) and path.stat().st_size]
    return {path.name: path.read_bytes() for path in kept}


# Kills


@pytest.mark.parametrize("acknowledged", [1, 40])
def test_acknowledged_runs_survive_a_kill(tmp_path, acknowledged) -> None:
    path = tmp_path / "s.sqlite"
    adding = process(ADDS_AND_TELLS, path)
    told = [adding.stdout.readline().strip() for _ in range(acknowledged)]
    adding.send_signal(signal.SIGKILL)
    told += adding.stdout.read().split("\n")[:-1]
    adding.wait()
    with Store.open(path, read_only=True) as store:
        seen = contents_of(store)
    with Store.open(path) as store:
        assert set(told) <= store.done()
        assert len(store.done()) <= len(told) + 1, "nothing that nobody was told of, but what was on its way"
        assert all(store.get(run).trace is not None for run in told)
        assert contents_of(store) == seen
    assert is_whole(path)


def test_a_store_is_unlocked_after_its_writer_was_killed(tmp_path) -> None:
    adding = process(ADDS_AND_TELLS, tmp_path / "s.sqlite")
    adding.stdout.readline()
    with pytest.raises(OutputError, match="another process writes to this store"):
        Store.open(tmp_path / "s.sqlite")
    adding.kill()
    adding.wait()
    Store.open(tmp_path / "s.sqlite").close()


# Concurrent access


def test_a_second_writer_is_refused_and_the_first_continues(tmp_path) -> None:
    (job, played), (other, another) = numbered(2)
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(job, played)
        with pytest.raises(OutputError, match="another process writes to this store"):
            Store.open(tmp_path / "s.sqlite")
        store.add(other, another)
        assert len(store.done()) == 2


def test_readers_see_whole_runs_while_a_process_writes(tmp_path) -> None:
    path = tmp_path / "s.sqlite"
    Store.open(path).close()
    reading = process(READS_ON_AND_ON, path, 40)
    counts = [int(reading.stdout.readline())]
    with Store.open(path) as store:
        for job, played in numbered(40):
            store.add(job, played)
            time.sleep(0.02)
        counts += [int(line) for line in reading.stdout]
    assert reading.wait() == 0
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 40
    assert len(counts) > 3, "it read while the other wrote"


def test_a_long_lived_reader_does_not_block_the_writer(tmp_path) -> None:
    runs = numbered(30)
    with Store.open(tmp_path / "s.sqlite") as store:
        store.add(*runs[0])
        with Store.open(tmp_path / "s.sqlite", read_only=True) as reader, reader.reading() as connection:
            asked = connection.execute("SELECT id FROM runs")
            for job, played in runs[1:]:
                store.add(job, played)
            assert len(asked.fetchall()) == 1, "what was there when it began to read"
            assert len(reader.done()) == 30


# Full disks and read-only folders


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """Limit the size of files that this process writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def add_all(store: Store, acknowledged: list[str]) -> None:
    """Add a thousand runs, and append to `acknowledged` the id of each run after `add` returned."""
    for job, played in numbered(1_000):
        store.add(job, played)
        acknowledged.append(job.id)


def test_a_full_disk_refuses_runs_and_keeps_acknowledged_ones(tmp_path) -> None:
    path: Path = tmp_path / "s.sqlite"
    acknowledged: list[str] = []
    with Store.open(path) as store:
        with at_most(200_000), pytest.raises(OutputError, match=r"cannot be written.*continue with --resume"):
            add_all(store, acknowledged)
        assert 0 < len(acknowledged) < 1_000
        assert store.done() == set(acknowledged)
        job, played = numbered(1_000)[-1]
        store.add(job, played)  # The limit has been lifted.
        acknowledged.append(job.id)
    with Store.open(path, read_only=True) as store:
        assert store.done() == set(acknowledged)
        assert all(store.get(run).trace is not None for run in acknowledged)
    assert is_whole(path)


def test_a_disk_that_stays_full_loses_no_acknowledged_run(tmp_path) -> None:
    path: Path = tmp_path / "s.sqlite"
    acknowledged: list[str] = []
    with at_most(100_000), pytest.raises(OutputError), Store.open(path) as store:
        add_all(store, acknowledged)
    assert acknowledged
    with Store.open(path) as store:
        assert store.done() == set(acknowledged)
    assert is_whole(path)


def test_a_full_disk_refuses_a_new_store(tmp_path) -> None:
    path = tmp_path / "s.sqlite"
    with at_most(2_000), pytest.raises(OutputError, match="cannot be written"):
        Store.open(path)
    with Store.open(path) as store:  # The limit has been lifted.
        assert store.tournaments() == []


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """A folder for stores; inside `without_write_permission` none of its files can be changed."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def without_write_permission(folder: Path) -> Iterator[None]:
    """Remove the permission to write in the folder; root becomes another user meanwhile."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_store_in_a_read_only_folder_can_be_read(read_only_folder) -> None:
    path = small().keep(read_only_folder / "s.sqlite")
    with Store.open(path) as store:
        expected = contents_of(store)
    for left in read_only_folder.glob("s.sqlite?*"):
        left.unlink()
    with without_write_permission(read_only_folder), Store.open(path, read_only=True) as store:
        assert contents_of(store) == expected
    assert [one.name for one in read_only_folder.iterdir()] == ["s.sqlite"]


def test_a_store_copied_with_its_log_can_be_read_in_a_read_only_folder(read_only_folder, tmp_path) -> None:
    with Store.open(tmp_path / "s.sqlite") as store:
        store.begin(ID, PLAN, small().entries)
        for job, played in small().played():
            store.add(job, played)
        expected = contents_of(store)
        for name in ("s.sqlite", "s.sqlite-wal"):
            shutil.copyfile(tmp_path / name, read_only_folder / name)
    with (
        without_write_permission(read_only_folder),
        Store.open(read_only_folder / "s.sqlite", read_only=True) as store,
    ):
        assert contents_of(store) == expected


def test_writes_in_a_read_only_folder_are_refused(read_only_folder) -> None:
    path = small().keep(read_only_folder / "s.sqlite")
    before = folder_bytes(read_only_folder)
    with without_write_permission(read_only_folder):
        with pytest.raises(OutputError, match="cannot be written"):
            Store.open(path)
        with pytest.raises(OutputError, match="cannot be written"):
            Store.open(read_only_folder / "new.sqlite")
        with pytest.raises(OutputError, match="the folder of the store cannot be created"):
            Store.open(read_only_folder / "new" / "s.sqlite")
    assert folder_bytes(read_only_folder) == before


# Invalid and damaged files


def test_a_missing_store_cannot_be_opened_for_reading(tmp_path) -> None:
    with pytest.raises(UsageError, match="there is no store here"):
        Store.open(tmp_path / "s.sqlite", read_only=True)
    assert not (tmp_path / "s.sqlite").exists()


@pytest.mark.parametrize(
    "content",
    [b"x", b"not a store\n" * 50, random.Random(1).randbytes(50_000), b"SQLite format 3\0" + bytes(5_000)],
    ids=["one byte", "a text", "random", "a header and nothing"],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_that_is_no_store_is_refused_and_not_changed(tmp_path, content, read_only) -> None:
    path = tmp_path / "s.sqlite"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"damaged|another program"):
        Store.open(path, read_only=read_only)
    assert path.read_bytes() == content


@pytest.mark.parametrize("read_only", [True, False])
def test_the_database_of_another_program_is_refused_and_not_changed(tmp_path, read_only) -> None:
    path = tmp_path / "s.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE runs (id TEXT)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="another program"):
        Store.open(path, read_only=read_only)
    assert path.read_bytes() == before


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    return small().keep(tmp_path_factory.mktemp("whole") / "s.sqlite")


def contents_or_error(path: Path, *, read_only: bool) -> list[object] | str:
    """The contents of a store, or the message of the error."""
    try:
        with Store.open(path, read_only=read_only) as store:
            return contents_of(store)
    except SwarmsecError as error:
        return str(error)


def refused_or_unchanged(path: Path, expected: list[object]) -> bool:
    """Whether a store is refused. Assert that a refused file is unchanged, and that any other has `expected`."""
    before, refused = folder_bytes(path.parent), []
    for read_only in (True, False):
        contents = contents_or_error(path, read_only=read_only)
        if isinstance(contents, str):
            assert contents.startswith(f"{path}: the store is damaged: ")
            assert folder_bytes(path.parent) == before
        else:
            assert contents == expected
        refused.append(isinstance(contents, str))
    return all(refused)


@pytest.mark.parametrize("half", ["first", "second"])
def test_a_half_overwritten_page_is_detected_unless_it_is_unused(whole, tmp_path, half) -> None:
    with Store.open(whole, read_only=True) as store:
        expected = contents_of(store)
    content, page, noise = whole.read_bytes(), 4096, random.Random(7)
    pages = range(len(content) // page)
    detected = 0
    for number in pages:
        start = number * page + (page // 2 if half == "second" else 0)
        path = tmp_path / str(number) / "s.sqlite"
        path.parent.mkdir()
        path.write_bytes(content[:start] + noise.randbytes(page // 2) + content[start + page // 2 :])
        detected += refused_or_unchanged(path, expected)
    assert detected > len(pages) // 2


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.9, 0.999])
def test_a_truncated_store_is_refused_and_not_changed(whole, tmp_path, share) -> None:
    content, path = whole.read_bytes(), tmp_path / "s.sqlite"
    path.write_bytes(content[: int(len(content) * share)])
    assert refused_or_unchanged(path, [])


def test_a_changed_row_is_detected_by_its_checksum(whole, tmp_path) -> None:
    path = tmp_path / "s.sqlite"
    shutil.copyfile(whole, path)
    connection = sqlite3.connect(path)
    run = connection.execute("SELECT id FROM runs WHERE status = 'done' LIMIT 1").fetchone()[0]
    connection.execute("UPDATE runs SET bill = bill + 1e-9, finals = replace(finals, '1', '2') WHERE id = ?", (run,))
    connection.execute("UPDATE tournaments SET plan = replace(plan, 'wmsr', 'none')")
    connection.commit()
    connection.close()
    with Store.open(path, read_only=True) as store:
        with pytest.raises(UsageError, match=f"damaged: the checksum of run {run} is wrong"):
            store.get(run)
        with pytest.raises(UsageError, match=f"damaged: the checksum of tournament {ID} is wrong"):
            store.tournaments()


# Versions


def test_a_store_of_version_1_can_be_read_and_opened_for_writing(tmp_path) -> None:
    """The file was written by the first version and must never be regenerated."""
    path = tmp_path / "s.sqlite"
    shutil.copyfile(Path(__file__).parent / "data" / "store_version_1.sqlite", path)
    for read_only in (True, False):
        with Store.open(path, read_only=read_only) as store:
            (one,) = store.tournaments()
            assert (one.id, one.name, one.plan) == (ID, "small", PLAN)
            assert (one.planned, one.done, one.failed, one.left) == (8, 6, 1, 1)
            assert store.digest(ID) == "20f0c5fd280a6660e268ff33504ab11d2c75963dde17b4b56bf6e4a7b3f8b396"
            runs = {(entry.seed, entry.arm): store.get(entry.run) for entry in store.entries(ID)}
            attacked, defended = runs[0, "attacked"], runs[0, "defended"]
            assert attacked.trace.bill[-1] == 97.98661333333334
            assert attacked.trace.metrics["messages"].tolist() == [28.0, 56.0, 84.0, 112.0, 140.0]
            assert np.flatnonzero(attacked.trace.compromised).tolist() == [5]
            assert [(event.kind, event.daemons) for event in attacked.trace.events] == [
                ("attack_on", (5,)),
                ("hijacked", (5,)),
            ]
            assert [(kind, held.holds) for kind, held in defended.guarantees] == [("wmsr", True)]
            assert (runs[1, "defended"].status, runs[1, "defended"].trace) == ("failed", None)
            assert runs[1, "guarded"] is None
            assert store.job(attacked.id).document["attacks"][0]["kind"] == "stubborn"


def test_a_store_of_a_newer_version_is_refused_with_both_versions(whole, tmp_path) -> None:
    path = tmp_path / "s.sqlite"
    shutil.copyfile(whole, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 7")
    connection.close()
    before = path.read_bytes()
    for read_only in (True, False):
        with pytest.raises(UsageError, match="has version 7, and this swarmsec reads stores up to version 1"):
            Store.open(path, read_only=read_only)
    assert path.read_bytes() == before


def add_note_column(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE tournaments ADD COLUMN note TEXT NOT NULL DEFAULT 'none'")


def failing_migration(connection: sqlite3.Connection) -> None:
    add_note_column(connection)
    connection.execute("INSERT INTO nowhere VALUES (1)")


def columns_of(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return [row[1] for row in connection.execute("PRAGMA table_info(tournaments)")]
    finally:
        connection.close()


def test_a_writer_migrates_an_older_store_and_keeps_its_contents(whole, tmp_path, monkeypatch) -> None:
    path = tmp_path / "s.sqlite"
    shutil.copyfile(whole, path)
    with Store.open(path, read_only=True) as store:
        expected = contents_of(store)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, add_note_column))
    with Store.open(path) as store:
        assert contents_of(store) == expected
    assert "note" in columns_of(path)
    with Store.open(path) as store:
        assert contents_of(store) == expected
    monkeypatch.undo()
    with pytest.raises(UsageError, match="has version 2"):
        Store.open(path)


def test_a_reader_reads_an_older_store_without_changing_it(whole, tmp_path, monkeypatch) -> None:
    path = tmp_path / "s.sqlite"
    shutil.copyfile(whole, path)
    before = path.read_bytes()
    with Store.open(path, read_only=True) as store:
        expected = contents_of(store)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, add_note_column))
    with Store.open(path, read_only=True) as store:
        assert contents_of(store) == expected
        with store.reading() as connection:
            assert connection.execute("SELECT note FROM tournaments").fetchall() == [("none",)]
    assert path.read_bytes() == before


def test_a_failing_migration_leaves_the_store_at_its_version(whole, tmp_path, monkeypatch) -> None:
    path = tmp_path / "s.sqlite"
    shutil.copyfile(whole, path)
    with Store.open(path, read_only=True) as store:
        expected = contents_of(store)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, failing_migration))
    with pytest.raises(OutputError, match="no such table: nowhere"):
        Store.open(path)
    monkeypatch.undo()
    assert "note" not in columns_of(path)
    with Store.open(path) as store:
        assert contents_of(store) == expected

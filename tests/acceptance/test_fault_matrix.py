"""Every damage to a file of a run's folder or to a store is one error: exit code 0 to 3, in time, and nothing lost."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from swarmsec.runs import JobCache, run_scenario, whole
from swarmsec.runs.executors import Serial
from swarmsec.runs.write_folder import RunFolder
from swarmsec.scenario import load_scenario
from swarmsec.store import Store
from swarmsec.tournament import Request, plan_of, run_plan

pytestmark = pytest.mark.slow

SECONDS_MAX = 30
SPARSE_BYTES = 3 << 30
DEEP = 50_000


def _at(content: bytes, share: float, change: Callable[[int], int]) -> bytes:
    """The content with one byte changed."""
    place = min(int(len(content) * share), len(content) - 1)
    return content[:place] + bytes([change(content[place])]) + content[place + 1 :]


def _renamed(content: bytes, number: int) -> bytes:
    """The content with the name of its `number`-th field changed."""
    names = list(re.finditer(rb'"(\w+)": |^(\w+):|(?:^|,)([a-z_]+)(?=[,\n])', content, re.MULTILINE))
    one = names[number % len(names)] if names else re.match(rb"", content)
    assert one is not None
    return content[: one.start()] + one[0].replace(b"e", b"x").replace(b"a", b"o") + content[one.end() :]


BYTES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "one byte": lambda content: content[:1],
    "half": lambda content: content[: len(content) // 2],
    "without its last byte": lambda content: content[:-1],
    "without its last line": lambda content: content[: content.rstrip(b"\n").rfind(b"\n") + 1],
    "first byte flipped": lambda content: _at(content, 0.0, lambda byte: byte ^ 0x80),
    "a byte flipped at a third": lambda content: _at(content, 0.33, lambda byte: byte ^ 0x04),
    "a byte flipped at two thirds": lambda content: _at(content, 0.66, lambda byte: byte ^ 0xFF),
    "last byte flipped": lambda content: _at(content, 1.0, lambda byte: byte ^ 0x01),
    "null characters": lambda content: bytes(len(content)),
    "noise": lambda content: b"".join(hashlib.sha256(bytes([at])).digest() for at in range(64)),
    "doubled": lambda content: content + content,
    "Windows line ends": lambda content: content.replace(b"\n", b"\r\n"),
    "a byte order mark": lambda content: b"\xef\xbb\xbf" + content,
    "deeply nested": lambda content: b"[" * DEEP + b"]" * DEEP,
    "deeply nested mappings": lambda content: b'{"seeds":' * DEEP + b"1" + b"}" * DEEP,
    "null": lambda content: b"null\n",
    "a list": lambda content: b"[1, 2, 3]\n",
    "numbers too large": lambda content: re.sub(rb"\d+", b"9" * 400, content),
    "no numbers": lambda content: re.sub(rb"\d+", b"x", content),
    "a long line": lambda content: b'"' + b"x" * 2_000_000 + b'"' + content,
    "the first field renamed": lambda content: _renamed(content, 0),
    "the third field renamed": lambda content: _renamed(content, 2),
    "the eighth field renamed": lambda content: _renamed(content, 7),
    "the last field renamed": lambda content: _renamed(content, -1),
}


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(SPARSE_BYTES)


KINDS: dict[str, Callable[[Path], None]] = {
    "deleted": lambda path: None,
    "a pipe": _fifo,
    "a folder": lambda path: path.mkdir(),
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to nothing": lambda path: path.symlink_to("nothing"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "3 GB": _sparse,
}
DAMAGES = [*BYTES, *KINDS]


def damage(path: Path, name: str) -> None:
    content = path.read_bytes()
    if name in BYTES:
        path.write_bytes(BYTES[name](content))
    else:
        path.unlink()
        KINDS[name](path)


def state(folder: Path) -> dict[str, object]:
    """Every file below a folder: its content, or its kind and size if it is special or large."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        usual = path.is_file() and not path.is_symlink() and path.stat().st_size < 50_000_000
        content = hashlib.sha256(path.read_bytes()).hexdigest() if usual else str(os.lstat(path).st_size)
        found[str(path.relative_to(folder))] = content
    return found


@contextmanager
def within(seconds: int):
    """Fail if the block takes longer, also if it waits for a pipe."""

    def expire(number, frame):
        raise AssertionError(f"took more than {seconds} s")

    before = signal.signal(signal.SIGALRM, expire)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def assert_named(ran, where: str, named: str) -> None:
    """One error with a documented exit code, without a traceback, that names its file."""
    said = ran.out + ran.err
    assert ran.code in {0, 1, 2, 3}, f"{where}: {ran.code}: {said[-2000:]}"
    assert "Traceback" not in said, where
    assert "bug of swarmsec" not in said, where
    if ran.code == 2:
        assert named in said, f"{where}: {said}"


# A run's folder

FILES = ["manifest.json", "scenario.yaml", "events.jsonl", "rounds.csv", "result.json", "report.html"]
COMMANDS = {
    "report": ["report", "FOLDER"],
    "verify": ["verify", "FOLDER"],
    "verify a sample": ["verify", "FOLDER", "--sample", "1"],
    "replay": ["replay", "FOLDER", "--round", "1"],
    "validate": ["validate", "FOLDER/scenario.yaml"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    from swarmsec.report.html import run_page

    settings = {"rounds": 6, "seeds": 2}
    scenario = load_scenario("ring_with_a_liar", settings=settings)
    folder = RunFolder(tmp_path_factory.mktemp("made"), scenario, scenario.seeds, ["swarmsec", "run"])
    folder.finish(run_scenario(scenario, scenario.seeds, JobCache(Serial(), whole), each_seed=folder.add))
    folder.keep_report(run_page(folder.path))
    return folder.path


@pytest.mark.parametrize("file", FILES)
def test_every_damage_to_a_file_of_a_folder_is_one_error(cli, made, tmp_path, file):
    for name in DAMAGES:
        folder = Path(shutil.copytree(made, tmp_path / "run"))
        damage(folder / file, name)
        before = state(folder)
        for command, words in COMMANDS.items():
            with within(SECONDS_MAX):
                ran = cli(*(word.replace("FOLDER", str(folder)) for word in words))
            assert_named(ran, f"{file}, {name}, {command}", str(folder))
            after = state(folder)
            if command == "report":
                before["report.html"] = after.get("report.html")
            assert after == before, f"{file}, {name}, {command}: a file changed"
        shutil.rmtree(folder)


# A store

STORE_COMMANDS = {
    "results": ["results", "STORE"],
    "results --matrix": ["results", "STORE", "--matrix"],
    "report": ["report", "STORE", "--out", "OUT/page.html"],
    "verify": ["verify", "STORE", "--sample", "2"],
    "export": ["export", "STORE", "--csv", "OUT"],
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "kept.sqlite"
    plan = plan_of(Request(scenarios=("ring_with_a_liar",), seeds=(0, 1), settings={"rounds": 6}))
    with Store.open(path) as store:
        run_plan(plan, store, Serial())
    return path


def checked(ran, where: str, store: Path) -> None:
    assert_named(ran, where, str(store))


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_to_the_file_of_a_store_is_one_error(cli, kept, tmp_path, name):
    store, out = tmp_path / "here" / "kept.sqlite", tmp_path / "out"
    store.parent.mkdir()
    out.mkdir()
    shutil.copy(kept, store)
    damage(store, name)
    before = state(store.parent)["kept.sqlite"] if name != "deleted" else None
    for command, words in STORE_COMMANDS.items():
        with within(SECONDS_MAX):
            ran = cli(*(word.replace("STORE", str(store)).replace("OUT", str(out)) for word in words))
        checked(ran, f"{name}, {command}", store)
        assert state(store.parent).get("kept.sqlite") == before  # SQLite leaves an empty log beside it.


COLUMNS = {
    "runs": [
        "finals",
        "central",
        "watch",
        "guarantees",
        "names",
        "folders",
        "seed",
        "arm",
        "rounds",
        "daemons",
        "unit",
    ],
    "blocks": ["events", "quarantine", "compromised", "attacked", "series"],
    "documents": ["document"],
    "tournaments": ["plan", "name"],
}
BOMB = zlib.compress(bytes(200_000_000), 9)
VALUES: dict[str, object] = {
    "null": None,
    "empty": "",
    "text": "x",
    "bytes": b"\xff\xfe",
    "a list": "[1, 2]",
    "a mapping": "{}",
    "deep": "[" * DEEP + "]" * DEEP,
    "a large number": 2**62,
    "a negative number": -1,
    "infinite": '{"deviation": 1e999}',
    "a compressed list": zlib.compress(b"[[1, 2, 3]]"),
    "a compressed mapping": zlib.compress(b"{}"),
    "deep and compressed": zlib.compress(b"[" * DEEP + b"]" * DEEP),
    "a bomb": BOMB,
}


@pytest.mark.parametrize(("table", "column"), [(table, one) for table, columns in COLUMNS.items() for one in columns])
def test_every_damage_to_a_column_of_a_store_is_one_error(cli, kept, tmp_path, table, column):
    """Also with correct checksums, since a stranger can compute them."""
    from swarmsec.store.rows import ABOUT, RECORDED, checksum

    out = tmp_path / "out"
    out.mkdir()
    for name, value in VALUES.items():
        store = Path(shutil.copy(kept, tmp_path / "kept.sqlite"))
        connection = sqlite3.connect(store)
        connection.execute("PRAGMA ignore_check_constraints = ON")
        try:
            connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
        except sqlite3.IntegrityError:
            connection.close()
            continue
        names = ", ".join((*ABOUT, *RECORDED))
        for row in connection.execute(f"SELECT {names} FROM runs LEFT JOIN blocks ON run = id").fetchall():
            connection.execute("UPDATE runs SET checksum = ? WHERE id = ?", (checksum(row), row[0]))
        for row in connection.execute("SELECT id, name, plan FROM tournaments").fetchall():
            connection.execute("UPDATE tournaments SET checksum = ? WHERE id = ?", (checksum(row), row[0]))
        connection.commit()
        connection.close()
        before = hashlib.sha256(store.read_bytes()).hexdigest()
        for command, words in STORE_COMMANDS.items():
            with within(SECONDS_MAX):
                ran = cli(*(word.replace("STORE", str(store)).replace("OUT", str(out)) for word in words))
            checked(ran, f"{table}.{column}, {name}, {command}", store)
        assert hashlib.sha256(store.read_bytes()).hexdigest() == before

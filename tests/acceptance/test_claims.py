"""What is written is whole: one process at a time writes a run's folder or a store, however its path is spelled."""

from __future__ import annotations

import csv
import json
import subprocess
import time

import pytest

from swarmsec.runs.claim import FolderClaim, is_claimed
from swarmsec.store import Store
from tests.sampling import sampled

RULES = {"rounds": 100, "seeds": 6}


def rows_of(folder):
    with (folder / "rounds.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@pytest.mark.parametrize("spelling", sampled(["out", "link", "out/../out"], {"out"}))
def test_two_equal_runs_at_once_leave_one_whole_folder(cli, program, write, ring, tmp_path, spelling):
    scenario = write(ring | RULES)
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to("out")
    processes = [
        subprocess.Popen(
            [*program, "run", str(scenario), "--out", out],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for out in ("out", spelling)
    ]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in processes]
    codes = sorted(code for _, code in ended)
    assert codes[0] == 0
    assert set(codes) <= {0, 2}
    for said, code in ended:
        assert code == 0 or "another process runs the same scenario and seeds into this folder" in said
    folder = (tmp_path / "out/latest").resolve()
    assert len(rows_of(folder)) == RULES["rounds"] * RULES["seeds"] * 4
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "done"
    assert cli("verify", folder, "--sample", 2).code == 0


def test_a_claimed_folder_is_not_touched(cli, ring_file, tmp_path):
    assert cli("run", ring_file, "--out", tmp_path).code in {0, 4}
    folder = (tmp_path / "latest").resolve()
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    claim = FolderClaim(folder)
    ran = cli("run", ring_file, "--out", tmp_path)
    assert ran.code == 2
    assert f"{folder}: another process runs the same scenario" in ran.err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    claim.release()
    assert cli("run", ring_file, "--out", tmp_path).code in {0, 4}


def test_a_claim_ends_with_its_process_and_a_look_does_not_break_it(tmp_path):
    assert is_claimed(tmp_path) is False
    claim = FolderClaim(tmp_path)
    assert [is_claimed(tmp_path), is_claimed(tmp_path)] == [True, True]
    claim.release()
    claim.release()
    assert is_claimed(tmp_path) is False
    assert is_claimed(tmp_path / "nothing") is None
    holder = subprocess.Popen(
        ["python3", "-c", f"import fcntl, os, time; fcntl.flock(os.open({str(tmp_path)!r}, 0), 2); time.sleep(60)"]
    )
    deadline = time.monotonic() + 20
    while not is_claimed(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    holder.kill()
    holder.wait()
    assert is_claimed(tmp_path) is False


@pytest.mark.parametrize("name", ["manifest.json", "rounds.csv", "events.jsonl", "result.json", "report.html"])
def test_what_stands_in_the_place_of_a_file_is_replaced_and_not_written_through(cli, ring_file, tmp_path, name):
    import os

    assert cli("run", ring_file, "--out", tmp_path / "out").code in {0, 4}
    folder = (tmp_path / "out/latest").resolve()
    outside = tmp_path / "outside"
    outside.write_text("mine", encoding="utf-8")
    for plant in (lambda path: path.symlink_to(outside), os.mkfifo):
        (folder / name).unlink()
        plant(folder / name)
        assert cli("run", ring_file, "--out", tmp_path / "out").code in {0, 4}
        assert outside.read_text(encoding="utf-8") == "mine"
        assert cli("verify", folder).code == 0


def test_a_report_does_not_write_through_a_link_in_a_folder(cli, ring_file, tmp_path):
    assert cli("run", ring_file, "--out", tmp_path / "out").code in {0, 4}
    folder = (tmp_path / "out/latest").resolve()
    outside = tmp_path / "outside"
    outside.write_text("mine", encoding="utf-8")
    (folder / "report.html").unlink()
    (folder / "report.html").symlink_to(outside)
    ran = cli("report", folder)
    assert (ran.code, outside.read_text(encoding="utf-8")) == (2, "mine")
    assert "report.html: is not a regular file; name another file with --out" in ran.err


@pytest.mark.parametrize("spelling", ["./s.sqlite", "../{here}/s.sqlite", "link.sqlite", "folder/s.sqlite"])
def test_two_spellings_of_a_store_are_one_store(cli, tmp_path, spelling, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link.sqlite").symlink_to("s.sqlite")
    (tmp_path / "folder").symlink_to(".")
    with Store.open(tmp_path / "s.sqlite"):
        other = spelling.format(here=tmp_path.name)
        ran = cli("tournament", "ring_with_a_liar", "--seeds", "0,", "--store", other)
    assert ran.code == 2
    assert "another process writes to this store" in ran.err
    assert sorted(path.name for path in tmp_path.glob("*.lock")) == ["s.sqlite.lock"]


def test_a_store_that_is_a_link_to_itself_is_one_error(cli, tmp_path):
    (tmp_path / "loop.sqlite").symlink_to("loop.sqlite")
    ran = cli("tournament", "ring_with_a_liar", "--seeds", "0,", "--store", tmp_path / "loop.sqlite")
    assert ran.code == 2
    assert "loop.sqlite" in ran.err

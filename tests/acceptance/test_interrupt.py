"""Ctrl-C, SIGTERM and SIGHUP end a run with exit code 128 + the signal's number and leave a readable folder."""

import csv
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

PATIENCE_S = 90.0
HOW = pytest.mark.parametrize(
    ("jobs", "whole_group"),
    [
        pytest.param(1, False, id="process-1"),
        pytest.param(2, False, id="process-2", marks=pytest.mark.slow),
        pytest.param(1, True, id="terminal-1", marks=pytest.mark.slow),
        pytest.param(2, True, id="terminal-2", marks=pytest.mark.slow),
    ],
)
"""The number of processes, and whether all of them get the signal, as from a terminal."""


def processes_of_session(session):
    """Ids of the running processes of a session, without zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


@pytest.fixture
def temporary():
    """A folder for temporary files, with a path that is short enough for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="t"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def interrupted(program, write, ring, tmp_path, temporary):
    """Start a long run and press Ctrl-C during it: its exit code, its output and its folder."""
    started = []

    def interrupt(jobs, *more, whole_group=False, presses=1, number=signal.SIGINT):
        scenario = write(ring | {"rounds": 1_000, "seeds": 200})
        process = subprocess.Popen(
            [*program, "run", str(scenario), "--jobs", str(jobs), "--out", "out", *more],
            cwd=tmp_path,
            env=os.environ | {"TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # Under nohup it would be ignored.
        )
        started.append(process)
        events = tmp_path / "out" / "latest" / "events.jsonl"
        deadline = time.monotonic() + PATIENCE_S
        while not (events.exists() and events.stat().st_size):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "no seed was done in time"
            time.sleep(0.05)
        for _ in range(presses):
            (os.killpg if whole_group else os.kill)(process.pid, number)
            time.sleep(0.1)
        out, err = process.communicate(timeout=PATIENCE_S)
        time.sleep(0.5)
        left = processes_of_session(process.pid)
        return process.returncode, out, err, tmp_path / "out" / "latest", left

    yield interrupt
    for process in started:
        for pid in processes_of_session(process.pid):
            os.kill(pid, signal.SIGKILL)


def assert_readable(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["status"] == "interrupted"
    assert manifest["seeds"][:3] == [0, 1, 2]
    lines = (folder / "events.jsonl").read_text(encoding="utf-8").split("\n")
    events = [json.loads(line) for line in lines[:-1]]
    assert {event["seed"] for event in events} >= {0}
    with (folder / "rounds.csv").open(encoding="utf-8", newline="") as rows:
        header, *table = list(csv.reader(rows)) or [[]]
    assert header[:3] == ["seed", "arm", "round"]
    assert all(len(row) == len(header) for row in table[:-1])
    assert "rounds: 1000" in (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert not (folder / "result.json").exists()


@HOW
def test_ctrl_c_exits_with_130_and_leaves_a_readable_folder(interrupted, jobs, whole_group):
    code, out, err, folder, left = interrupted(jobs, whole_group=whole_group)
    assert code == 130
    assert out == ""
    assert "Traceback" not in err
    assert "KeyboardInterrupt" not in err
    assert left == []
    assert_readable(folder)


@HOW
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=["SIGTERM", "SIGHUP"])
def test_a_signal_ends_a_run_like_ctrl_c(interrupted, temporary, jobs, whole_group, number):
    code, out, err, folder, left = interrupted(jobs, whole_group=whole_group, number=number)
    assert code == 128 + number
    assert out == ""
    assert f"interrupted by {number.name}" in err
    assert folder.resolve().name in err
    assert "Traceback" not in err
    assert left == []
    assert_readable(folder)
    assert list(temporary.iterdir()) == []


def test_a_signal_with_json_prints_a_document(interrupted):
    code, out, _, _, _ = interrupted(1, "--json", number=signal.SIGTERM)
    assert (code, json.loads(out)["error"]["exit_code"]) == (143, 143)


def test_a_run_under_nohup_ignores_the_end_of_the_terminal(program, write, ring, tmp_path):
    process, _ = started_run(
        program, write, ring, tmp_path, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=PATIENCE_S) == 143


def test_ctrl_c_prints_the_folder_of_the_finished_part(interrupted):
    _, _, err, folder, _ = interrupted(1)
    assert folder.resolve().name in err


@pytest.mark.slow
def test_ctrl_c_with_json_prints_a_document(interrupted):
    code, out, _, _, _ = interrupted(1, "--json")
    assert code == 130
    assert json.loads(out)["error"]["exit_code"] == 130


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_second_signal_changes_nothing(interrupted, number):
    code, _, err, folder, left = interrupted(2, whole_group=True, presses=3, number=number)
    assert code in (128 + number, -number), "a shell shows both as 128 + the number"
    assert "Traceback" not in err
    assert left == []
    assert_readable(folder)


def started_run(program, write, ring, tmp_path, **options):
    """A long run of which the first seed is done, and its folder."""
    scenario = write(ring | {"rounds": 1_000, "seeds": 200})
    process = subprocess.Popen(
        [*program, "run", str(scenario), "--out", "out"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )
    folder = tmp_path / "out" / "latest"
    deadline = time.monotonic() + PATIENCE_S
    while not ((folder / "events.jsonl").exists() and (folder / "events.jsonl").stat().st_size):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process, folder


@pytest.mark.slow
def test_a_killed_run_leaves_a_log_that_is_readable_and_is_told_apart_from_one_that_runs(
    cli, program, write, ring, tmp_path
):
    process, folder = started_run(program, write, ring, tmp_path)
    try:
        assert "still running" in cli("verify", folder, "--sample", 1).out
        cli("report", folder)
        assert "No verdict: this run is still running." in (folder / "report.html").read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "running"
    whole = (folder / "events.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert len([json.loads(line) for line in whole]) > 0
    verified = cli("verify", folder, "--sample", 1)
    assert (verified.code, "the run was killed" in verified.out) == (0, True)
    cli("report", folder)
    assert "No verdict: this run was killed." in (folder / "report.html").read_text(encoding="utf-8")

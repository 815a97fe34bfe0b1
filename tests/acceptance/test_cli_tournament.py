"""`swarmsec tournament`: its output, its exit codes, and that a kill neither loses nor repeats a run."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import swarmsec
from swarmsec.report.numbers import amount

STUBBORN, HIJACK = "stubborn:daemons=[0]", "hijack:daemons=[0]"
SMALL = (
    "ring_with_a_liar", "--attack", STUBBORN, "--attack", HIJACK, "--defense", "signal_clip", "--defense", "wmsr",
    "--set", "rounds=12", "--seeds", "2", "--no-nulls",
)  # fmt: skip

POISON = '''"""Kill the process that runs it, in round 3."""

import os
import signal
from dataclasses import dataclass

from swarmsec import Attack, Surface


@dataclass(kw_only=True)
class Poison(Attack):
    """Kill the process."""

    surface = Surface.SIGNAL

    def on_signals(self, signals, red):
        if red.round == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return signals
'''

BROKEN = POISON.replace("os.kill(os.getpid(), signal.SIGKILL)", "raise RuntimeError('out of order')").replace(
    "Poison", "Broken"
)


@pytest.fixture
def odd_plugins(tmp_path):
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "poison.py").write_text(POISON, encoding="utf-8")
    (folder / "broken.py").write_text(BROKEN, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def worst_of_wmsr():
    """What W-MSR leaves in its worst case of SMALL, from single arms."""
    damages = []
    for attack in (STUBBORN, HIJACK):
        scenario = swarmsec.load_scenario(SMALL[0], attack=attack, defense="wmsr", settings={"rounds": 12})
        bills = [
            [swarmsec.simulate(scenario, arm=arm, seed=seed).bill[-1] for seed in (0, 1)]
            for arm in ("defended", "clean")
        ]
        damages.append(sum(bills[0]) / 2 - sum(bills[1]) / 2)
    return amount(max(damages), "belief")


# Output and exit codes


def test_the_best_defense_and_its_margin_are_printed_first(cli, worst_of_wmsr):
    ran = cli("tournament", *SMALL)
    assert ran.code == 0
    lines = [line for line in ran.out.splitlines() if line.strip()]
    assert lines[0].startswith(
        "ring_with_a_liar  ·  1 scenario, 2 attacks, 2 defenses, 0 nulls, 2 seeds  ·  18 runs done"
    )
    assert lines[1].strip().startswith(f"Best in the worst case: wmsr leaves {worst_of_wmsr}")
    assert "signal_clip" in ran.out
    assert "swarmsec tournament ring_with_a_liar --attack 'stubborn:daemons=[0]'" in ran.out
    assert "--seeds 0,1 --no-nulls --set rounds=12" in ran.out
    assert "18 runs done" in ran.err
    assert Path("runs/tournaments.sqlite").exists()


def test_json_is_one_document_with_the_command_that_repeats_the_tournament(cli):
    import shlex

    first = cli("tournament", *SMALL, "--json")
    assert first.code == 0
    assert first.json["schema"] == "swarmsec.tournament/v1"
    assert first.json["standings"][0]["best"] == "wmsr"
    again = cli(*shlex.split(first.json["replay"])[1:], "--json", "--store", "elsewhere.sqlite", "--jobs", "2")
    assert again.json == first.json


def test_the_nulls_are_included_unless_they_are_excluded(cli):
    ran = cli("tournament", "ring_with_a_liar", "--set", "rounds=8", "--seeds", "2", "--json")
    assert [one["label"] for one in ran.json["defenses"] if one["null"]] == [
        "none", "frozen", "deaf", "mute", "random_quarantine", "quarantine_all", "oracle",
    ]  # fmt: skip


def test_a_tournament_without_bite_is_inconclusive(cli):
    ran = cli("tournament", "ring_with_a_liar", "--attack", "none", "--set", "rounds=8", "--seeds", "2", "--no-nulls")
    assert ran.code == 4
    assert "No verdict: no attack bites" in ran.out


def test_all_impossible_combinations_are_refused_in_one_list_before_the_first_run(cli):
    ran = cli("tournament", "ring_with_a_liar", "--attack", "nosuch", "--defense", "wmsr:g=1", "--defense", "wmrs")
    assert ran.code == 3
    assert "no attack `nosuch`" in ran.err
    assert "unknown parameter" in ran.err
    assert "did you mean `wmsr`?" in ran.err
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nosuch",), "no scenario `nosuch`"),
        (("ring_with_a_liar", "--seeds", "x"), "--seeds"),
        (("ring_with_a_liar", "--seeds", "0"), "--seeds"),
        (("ring_with_a_liar", "--shard", "5/4"), "--shard"),
        (("ring_with_a_liar", "--shard", "1/2", "--halving"), "--shard"),
        (("ring_with_a_liar", "--jobs", "0"), "at least 1"),
        (("ring_with_a_liar", "--timeout", "0"), "more than 0"),
        (("ring_with_a_liar", "--merge", "nosuch.sqlite"), "there is no store here"),
        (("ring_with_a_liar", "--set", "rounds"), "--set"),
    ],
)
def test_a_usage_error_ends_with_2_and_one_line(cli, arguments, message):
    ran = cli("tournament", *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_the_command_line_overrides_the_tournament_file(cli, tmp_path):
    (tmp_path / "cup.yaml").write_text(
        "kind: Tournament\nscenarios: [ring_with_a_liar]\ndefenses: [signal_clip, wmsr]\n"
        "seeds: 3\nnulls: false\nsettings: {rounds: 8}\n",
        encoding="utf-8",
    )
    ran = cli("tournament", "cup.yaml", "--seeds", "2", "--json")
    assert ran.json["name"] == "cup"
    assert ran.json["plan"]["scenarios"][0]["seeds"] == [0, 1]
    assert [one["label"] for one in ran.json["defenses"]] == ["signal_clip", "wmsr"]
    beside = cli("tournament", "cup.yaml", "ring_with_a_liar")
    assert (beside.code, "give it alone" in beside.err) == (2, True)


def test_an_invalid_tournament_file_is_refused_with_its_line(cli, tmp_path):
    (tmp_path / "cup.yaml").write_text("kind: Tournament\nscenarios: [ring_with_a_liar]\nsceds: 3\n", encoding="utf-8")
    ran = cli("tournament", "cup.yaml")
    assert ran.code == 3
    assert "cup.yaml:3:1  sceds  unknown key" in ran.err
    assert "did you mean `seeds`?" in ran.err


def test_a_users_plugins_run_in_a_tournament(cli, own_plugins):
    ran = cli(
        "tournament", "ring_with_a_liar", "--attack", "pull:daemons=[0]", "--defense", "middle", "--plugins",
        own_plugins, "--set", "rounds=8", "--seeds", "2", "--no-nulls", "--json",
    )  # fmt: skip
    assert ran.code in (0, 4)
    assert ran.json["cells"][0]["status"] == "done"
    assert f"--plugins {own_plugins}" in ran.json["replay"]


def test_a_failing_plugin_is_named_and_the_other_runs_continue(cli, odd_plugins, worst_of_wmsr):
    ran = cli("tournament", *SMALL, "--attack", "broken:daemons=[0]", "--plugins", odd_plugins)
    assert ran.code == 5
    assert f"wmsr leaves {worst_of_wmsr}" in ran.out
    assert "broken:daemons=[0] in ring_with_a_liar, seed 0, attacked arm: failed:" in ran.out
    assert "out of order" in ran.out


# Resuming, sharding


def test_an_existing_tournament_is_continued_only_with_resume(cli):
    assert cli("tournament", *SMALL, "--shard", "1/2").code == 0
    refused = cli("tournament", *SMALL)
    assert refused.code == 2
    assert "continue it with --resume" in refused.err
    assert cli("tournament", *SMALL, "--resume").code == 0
    shown = cli("tournament", *SMALL)
    assert (shown.code, "Best in the worst case: wmsr" in shown.out) == (0, True)


def test_merged_shards_equal_an_uninterrupted_tournament(cli):
    whole = cli("tournament", *SMALL, "--json", "--store", "whole.sqlite").json
    parts = [
        cli("tournament", *SMALL, "--shard", f"{number}/3", "--store", f"{number}.sqlite", "--json").json
        for number in (1, 2, 3)
    ]
    assert sum(part["runs"] for part in parts) == whole["counts"]["planned"]
    assert {part["tournament"] for part in parts} == {whole["id"]}
    merged = cli(
        "tournament", *SMALL, "--json", "--store", "all.sqlite",
        *(word for number in (1, 2, 3) for word in ("--merge", f"{number}.sqlite")),
    )  # fmt: skip
    assert merged.json == whole
    assert "18 runs done" in merged.err


def test_halving_reports_each_dropped_defense_and_its_seeds(cli):
    ran = cli("tournament", *SMALL, "--halving")
    assert ran.code == 0
    assert "dropped signal_clip after 1 seed" in ran.err
    assert "dropped   signal_clip after 1 seed: it left 100% of the undefended worst case" in ran.out
    assert "--halving" in ran.out


# Kills

needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

LONG = (
    "ring_with_a_liar", "--attack", STUBBORN, "--attack", HIJACK, "--attack", "equivocation:daemons=[0]",
    "--defense", "signal_clip", "--defense", "wmsr", "--defense", "median_gate", "--defense", "pyod_detector",
    "--set", "rounds=40", "--seeds", "10", "--no-nulls",
)  # fmt: skip
RUNS = 10 * (1 + 3 + 4 + 3 * 4)


def processes_of(session):
    """The running processes of a session, without zombies."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def until(holds, seconds=180.0):
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)
    return value


def recorded_runs(store):
    """The ids of the runs in a store, and the record of each, read in parallel to the writer."""
    if not Path(store).exists():
        return {}
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=10) as connection:
        try:
            return dict(connection.execute("SELECT id, digest || added FROM runs"))
        except sqlite3.OperationalError:  # The writer has not created the tables yet.
            return {}


@pytest.fixture
def started(program, tmp_path):
    """Start a tournament in a new session, and end all its processes afterwards."""
    sessions = []

    def start(*arguments):
        process = subprocess.Popen(
            [*program, "tournament", *map(str, arguments)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        sessions.append(process)
        return process

    yield start
    for process in sessions:
        for pid in processes_of(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


@needs_proc
@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_ctrl_c_exits_with_130_and_prints_how_to_resume(started, cli, jobs):
    process = started(*LONG, "--jobs", jobs)
    until(lambda: len(recorded_runs("runs/tournaments.sqlite")) >= 3)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "runs so far are in runs/tournaments.sqlite; to continue: swarmsec tournament ring_with_a_liar" in err
    assert err.rstrip().splitlines()[-2].endswith("--resume")
    until(lambda: not processes_of(process.pid), seconds=10)
    assert 3 <= len(recorded_runs("runs/tournaments.sqlite")) < RUNS


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, program):
    """The document of the long tournament, run without interruption."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = subprocess.run(
        [*program, "tournament", *LONG, "--json"], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def finished(process):
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return json.loads(out)


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize(("share", "jobs"), [(0.02, 2), (0.4, 1), (0.9, 2)])
def test_a_killed_driver_keeps_all_acknowledged_runs_and_resumes_to_the_same_result(started, undisturbed, jobs, share):
    store = "runs/tournaments.sqlite"
    process = started(*LONG, "--jobs", jobs)
    until(lambda: len(recorded_runs(store)) >= share * RUNS)
    before = recorded_runs(store)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: not processes_of(process.pid), seconds=10)
    at_the_kill = recorded_runs(store)
    assert before.items() <= at_the_kill.items()
    assert len(at_the_kill) < RUNS
    again = started(*LONG, "--jobs", jobs, "--resume", "--json")
    assert finished(again) == undisturbed
    assert len(recorded_runs(store)) == RUNS
    assert at_the_kill.items() <= recorded_runs(store).items(), "a recorded run was run again"
    until(lambda: not processes_of(again.pid), seconds=10)


@needs_proc
@pytest.mark.slow
def test_runs_of_a_killed_worker_are_repeated_by_another(started, undisturbed):
    store = "runs/tournaments.sqlite"
    process = started(*LONG, "--jobs", 2, "--json")
    for share in (0.1, 0.3, 0.6):
        until(lambda share=share: len(recorded_runs(store)) >= share * RUNS)
        workers = [pid for pid in processes_of(process.pid) if pid != process.pid and _is_worker(pid, process.pid)]
        os.kill(workers[-1], signal.SIGKILL)
    assert finished(process) == undisturbed
    until(lambda: not processes_of(process.pid), seconds=10)


def _is_worker(pid, driver):
    """Whether a process is a worker: not the driver, its fork server or the resource tracker."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return False
    return int(stat[1]) != driver


@needs_proc
@pytest.mark.slow
def test_a_run_that_kills_its_worker_fails_alone(started, undisturbed, odd_plugins):
    process = started(*LONG, "--attack", "poison:daemons=[0]", "--plugins", odd_plugins, "--jobs", 2, "--json")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 5, err
    found = json.loads(out)
    assert {(one["attack"], one["status"]) for one in found["failures"]} == {("poison:daemons=[0]", "crashed")}
    assert len(found["failures"]) == 10 * (1 + 4)
    healthy = [cell for cell in found["cells"] if cell["attack"] != "poison:daemons=[0]"]
    without_folder = [cell["result"]["damage"] for cell in undisturbed["cells"]]
    assert [cell["result"]["damage"] for cell in healthy] == without_folder
    assert found["standings"][0]["best"] == undisturbed["standings"][0]["best"]
    until(lambda: not processes_of(process.pid), seconds=10)


@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("how", [("--jobs", "2"), ("--jobs", "1", "--timeout", "60"), ("--cluster", "local:2")])
def test_the_document_does_not_depend_on_the_executor(started, undisturbed, how):
    if how[0] == "--cluster":
        pytest.importorskip("distributed")
    process = started(*LONG, *how, "--json")
    assert finished(process) == undisturbed
    until(lambda: not processes_of(process.pid), seconds=10)

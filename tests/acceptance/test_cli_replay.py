"""`swarmsec replay` and `swarmsec verify`: through a pipe, on a terminal, and as JSON."""

import json
import os
import pty
import select
import subprocess
import time
from pathlib import Path

import pytest

import swarmsec


@pytest.fixture
def folder(cli, ring_file):
    """The folder of a run of three seeds and twenty rounds."""
    assert cli("run", ring_file).code == 0
    return Path("runs/latest")


@pytest.fixture(scope="module")
def store(shell, tmp_path_factory):
    """A store with one small tournament."""
    place = tmp_path_factory.mktemp("tournament")
    done = shell("tournament", "ring_with_a_liar", "--attack", "stubborn", "--defense", "wmsr", "--seeds", 1, cwd=place)
    assert done.code in {0, 4}, done.err
    return place / "runs" / "tournaments.sqlite"


def test_a_round_is_printed_with_the_bill_in_rounds_csv(cli, folder, ring):
    ran = cli("replay", folder, "--round", 7, "--arm", "attacked", "--seed", 2, "--json")
    assert (ran.code, ran.err) == (0, "")
    [frame] = ran.json["rounds"]
    trace = swarmsec.simulate(ring, arm="attacked", seed=2)
    assert (frame["round"], frame["bill"], frame["bill_before"]) == (7, trace.bill[7], trace.bill[6])
    assert (ran.json["seed"], ran.json["arm"], frame["hijacked"]) == (2, "attacked", "0")
    text = cli("replay", folder, "--round", 7, "--arm", "attacked", "--seed", 2).out
    assert text.startswith("round 7 of 0 to 19  ·  attacked arm, seed 2")


def test_a_range_of_rounds_is_printed_one_row_each(cli, folder):
    rows = cli("replay", folder, "--from", 3, "--to", 6).out.splitlines()
    assert [row.split()[0] for row in rows] == ["round", "3", "4", "5", "6"]
    assert [one["round"] for one in cli("replay", folder, "--from", 18, "--json").json["rounds"]] == [18, 19]


def test_events_are_equal_to_those_in_the_runs_folder(cli, folder):
    document = cli("replay", folder, "--events", "--seed", 1, "--json").json
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    expected = [one for one in events if (one["seed"], one["arm"]) == (1, "defended")]
    assert [{"seed": 1, "arm": "defended", **one} for one in document["events"]] == expected
    assert "rounds" not in document
    assert len(cli("replay", folder, "--events").out.splitlines()) == len(expected)


def test_json_without_a_position_has_every_round(cli, folder):
    assert [one["round"] for one in cli("replay", folder, "--json").json["rounds"]] == list(range(20))


@pytest.mark.slow
def test_commands_are_read_from_a_pipe(program, folder):
    lines = "n\n\ng 10\np\na attacked\nd 0\nnonsense\nE\nl\nh\nq\nn\n"
    done = subprocess.run([*program, "replay"], input=lines, capture_output=True, text=True, timeout=60, check=True)
    shown = [line.split("  ·")[0] for line in done.stdout.splitlines() if line.startswith("round ") and " of " in line]
    assert [line.split()[1] for line in shown] == ["0", "1", "2", "10", "9", "9", "0"]
    assert "daemon 0  100  (hijacked)" in done.stdout
    assert "no command 'nonsense'" in done.stdout
    assert "replay>" not in done.stdout, "no prompt is printed to a pipe"


@pytest.mark.slow
def test_the_replay_ends_when_the_pipe_is_closed(program, folder):
    done = subprocess.run([*program, "replay"], input="n", capture_output=True, text=True, timeout=60, check=True)
    assert "round 1 of 0 to 19" in done.stdout


def test_commands_are_read_from_a_terminal(program, folder):
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*program, "replay"], stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True)
    os.close(theirs)
    try:
        text = _until(ours, "replay> ")
        assert "round 0 of 0 to 19  ·  defended arm, seed 0" in text
        for line, expected in (("n", "round 1 of"), ("", "round 2 of"), ("g end", "round 19 of"), ("s 2", "seed 2")):
            os.write(ours, f"{line}\n".encode())
            assert expected in _until(ours, "replay> ")
        os.write(ours, b"q\n")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _until(terminal, end):
    """Read the output of a terminal until it contains `end`."""
    text, deadline = "", time.monotonic() + 60
    while not text.endswith(end):
        assert time.monotonic() < deadline, text
        if select.select([terminal], [], [], 0.2)[0]:
            text += os.read(terminal, 65_536).decode()
    return text


def test_a_library_scenario_is_replayed_without_a_runs_folder(cli):
    ran = cli("replay", "ring_with_a_liar", "--seed", 11, "--arm", "clean", "--round", 299, "--json")
    bill = swarmsec.simulate("ring_with_a_liar", arm="clean", seed=11).bill[299]
    assert (ran.json["seed"], ran.json["rounds"][0]["bill"]) == (11, bill)


@pytest.mark.slow
def test_a_run_in_a_store_is_replayed_by_its_id(cli, store):
    runs = cli("results", store, "--sql", "SELECT id, arm, bill FROM runs", "--json").json["rows"]
    for run, arm, bill in runs:
        ran = cli("replay", run[:16], "--store", store, "--round", 299, "--json")
        assert (ran.code, ran.json["arm"], ran.json["rounds"][0]["bill"]) == (0, arm, bill)
    attacked = next(run for run, arm, _ in runs if arm == "attacked")
    refused = cli("replay", attacked, "--store", store, "--arm", "defended", "--round", 0)
    assert (refused.code, "clean, attacked only" in refused.err) == (2, True)


def test_the_counterfactual_without_the_attack_equals_the_clean_arm(cli, folder):
    found = cli("replay", folder, "--without", "attack:0", "--json").json["counterfactual"]
    arms = found["arms"]
    assert arms["attacked"]["seeds"]["instead"] == arms["clean"]["seeds"]["happened"]
    assert arms["defended"]["seeds"]["instead"] == arms["guarded"]["seeds"]["happened"]
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert {arm: one["happened"] for arm, one in arms.items()} == {
        arm: one["bill"] for arm, one in result["arms"].items()
    }
    assert found["happened"]["damage"] == result["damage"]
    assert found["instead"]["verdict"] == "no_bite"


def test_the_counterfactual_with_another_defense_equals_a_run_with_it(cli, folder, ring_file):
    found = cli("replay", folder, "--swap-defense", "wmsr:f=2", "--json").json["counterfactual"]
    assert cli("run", ring_file, "--defense", "wmsr:f=2", "--out", "other").code in {0, 4}
    result = json.loads(Path("other/latest/result.json").read_text(encoding="utf-8"))
    assert found["arms"]["defended"]["instead"] == result["arms"]["defended"]["bill"]
    assert found["arms"]["attacked"]["difference"] == {"mean": 0.0, "low": 0.0, "high": 0.0}


def test_a_counterfactual_is_reported_for_each_arm_and_seed(cli, folder):
    text = cli("replay", folder, "--until", 5, "--arm", "attacked").out
    assert all(word in text for word in ("clean", "attacked", "defended", "guarded", "seed 0", "seed 1", "seed 2"))
    assert "attacks until round 5" in text
    assert text.count("in round 6") == 3, "a message of round 4 still has an effect in round 5"


def test_two_processes_print_the_same(cli, folder):
    one = cli("replay", folder, "--attribute", "--json")
    assert cli("replay", folder, "--attribute", "--json", "--jobs", 2).out == one.out
    damage = one.json["attribution"]["divisions"]["damage"]
    assert damage["shares"][0]["values"] == damage["totals"]


def test_shapley_shares_are_printed_with_their_total(cli, folder):
    text = cli("replay", folder, "--attribute").out
    assert "damage, attack by attack" in text
    assert "prevented, defense by defense" in text
    assert text.count("in all") == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--round", "20"], "0 to 19"),
        (["--from", "9", "--to", "3"], "9 to 3"),
        (["--round", "1", "--from", "1"], "--round"),
        (["--round", "1", "--attribute"], "of one kind only"),
        (["--arm", "red", "--round", "1"], "no arm 'red'"),
        (["--seed", "-1", "--round", "1"], "--seed"),
        (["--seeds", "x", "--attribute"], "--seeds"),
        (["--without", "attack:1"], "there is only 0"),
        (["--without", "attack"], "attack:N"),
        (["--without", "defense:0", "--swap-defense", "wmsr"], "--swap-defense"),
        (["--until", "-1"], "--until"),
        (["--attribute", "--jobs", "0"], "--jobs"),
        (["--attribute", "--orders", "1"], "--orders"),
    ],
)
def test_bad_options_are_one_clear_line(cli, folder, arguments, message):
    ran = cli("replay", folder, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["runs/nobody", "."])
def test_a_name_without_a_run_is_refused(cli, name):
    ran = cli("replay", name, "--round", 0)
    assert ran.code == 2
    assert "no such run" in ran.err or "not a run's folder" in ran.err


def test_verify_exits_with_0_and_after_a_change_with_1(cli, folder):
    fine = cli("verify")
    assert (fine.code, fine.err) == (0, "")
    assert "3 of 3 seeds re-run, identical" in fine.out
    path = folder / "rounds.csv"
    rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*rows[:30], "0," + rows[30].split(",", 1)[1].replace(".", ".1", 1), *rows[31:]]))
    spoiled = cli("verify", folder, "--json")
    assert spoiled.code == 1
    assert [one["file"] for one in spoiled.json["differences"]] == ["rounds.csv"]
    assert spoiled.json["differences"][0]["where"].startswith("line 31 (seed 0, attacked arm, round 9)")
    assert "rounds.csv: line 31" in cli("verify", folder).out


def test_replay_and_verify_refuse_a_run_whose_plugin_changed(cli, ring_file, own_plugins):
    assert cli("run", ring_file, "--attack", "pull", "--plugins", own_plugins).code in {0, 4}
    assert cli("verify").code == 2
    assert cli("verify", "--trust").code == 0
    elsewhere = own_plugins.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "pull.py").write_text((own_plugins / "pull.py").read_text().replace("3.0", "4.0"))
    for arguments in (["replay", "runs/latest", "--round", "0"], ["verify", "runs/latest"]):
        ran = cli(*arguments, "--plugins", elsewhere)
        assert ran.code == 3
        assert "attacks/pull has changed since this was run" in ran.err
        assert len(ran.err.splitlines()) == 1


@pytest.mark.slow
def test_a_store_is_verified(cli, store):
    ran = cli("verify", store, "--sample", 2, "--jobs", 2)
    assert (ran.code, ran.err) == (0, "")
    assert "2 of 18 runs re-run, identical" in ran.out


@pytest.mark.parametrize("arguments", [["nowhere"], ["runs/nowhere"], ["--sample", "0"], ["--sample", "1", "--all"]])
def test_an_unverifiable_run_is_refused(cli, arguments):
    ran = cli("verify", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1


def test_a_file_that_is_neither_a_run_nor_a_store_is_refused(cli, ring_file):
    ran = cli("verify", ring_file)
    assert (ran.code, "neither a run's folder nor a store" in ran.err) == (2, True)

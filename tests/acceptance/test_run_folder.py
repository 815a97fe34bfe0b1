"""A run's folder: its files and their content."""

import csv
import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import swarmsec


def read_json(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def folder(cli, ring_file):
    """The folder of a run of three seeds, four arms and twenty rounds."""
    assert cli("run", ring_file).code == 0
    return Path("runs/latest")


def test_a_run_writes_every_file_except_the_html_report(folder):
    names = {path.name for path in folder.iterdir()}
    assert names - {"report.html"} == {"manifest.json", "scenario.yaml", "events.jsonl", "rounds.csv", "result.json"}


def test_latest_points_to_the_newest_run(cli, folder, ring_file):
    first = folder.resolve()
    assert first.parent.name == "runs"
    cli("run", ring_file, "--rounds", 5)
    assert folder.resolve() != first
    assert (first / "result.json").is_file()


def test_latest_is_a_relative_link_so_that_the_folder_can_be_moved(folder):
    assert folder.is_symlink()
    assert not folder.readlink().is_absolute()


def test_the_manifest_has_versions_seeds_digests_and_the_command(folder, ring_file):
    manifest = read_json(folder / "manifest.json")
    assert manifest["status"] == "done"
    assert manifest["id"] == folder.resolve().name
    assert manifest["seeds"] == [0, 1, 2]
    assert manifest["scenario_digest"] == swarmsec.load_scenario(ring_file).digest
    assert manifest["versions"]["swarmsec"] == swarmsec.__version__
    assert set(manifest["versions"]) >= {"python", "mesa", "numpy", "numba", "scipy"}
    assert isinstance(manifest["sim_semantics"], int)
    assert manifest["plugins"].keys() >= {"attacks/stubborn", "defenses/wmsr", "worlds/beliefs"}


def test_the_manifest_has_the_given_command(shell, ring_file, tmp_path):
    shell("run", ring_file, "--seeds", 2, cwd=tmp_path)
    command = read_json(tmp_path / "runs" / "latest" / "manifest.json")["command"]
    assert Path(command[0]).name == "swarmsec"
    assert command[1:] == ["run", str(ring_file), "--seeds", "2"]


def test_the_resolved_scenario_has_every_default(folder):
    scenario = YAML(typ="safe", pure=True).load((folder / "scenario.yaml").read_text(encoding="utf-8"))
    assert scenario["attacks"][0].keys() >= {"kind", "daemons", "start", "stop", "strength", "value"}
    assert scenario["protocol"].keys() >= {"kind", "weights", "exchanges"}
    assert (scenario["engine"], scenario["rounds"], scenario["seeds"]) == ("arrays", 20, 3)


def test_the_resolved_scenario_gives_the_same_digest_and_result(cli, folder):
    again = cli("run", (folder / "scenario.yaml").resolve(), "--out", "again")
    assert again.code == 0
    first, second = read_json(folder / "result.json"), read_json(Path("again/latest/result.json"))
    assert first["scenario_digest"] == second["scenario_digest"]
    assert {**first, "replay": ""} == {**second, "replay": ""}
    for name in ("rounds.csv", "events.jsonl", "scenario.yaml"):
        assert (folder / name).read_bytes() == (Path("again/latest") / name).read_bytes()


@pytest.mark.parametrize("arguments", [["--rounds", "7"], ["--attack", "stubborn:value=3"], ["--seeds", "4,2"]])
def test_the_resolved_scenario_of_a_run_with_options_gives_the_same_result(cli, ring_file, arguments):
    assert cli("run", ring_file, *arguments).code == 0
    scenario = Path("runs/latest/scenario.yaml").resolve()
    first = read_json(Path("runs/latest/result.json"))
    assert cli("run", scenario, "--out", "again").code == 0
    second = read_json(Path("again/latest/result.json"))
    assert {**first, "replay": ""} == {**second, "replay": ""}


def test_rounds_csv_has_one_row_for_each_seed_arm_and_round(folder):
    with (folder / "rounds.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    keys = [(int(row["seed"]), row["arm"], int(row["round"])) for row in rows]
    arms = ["clean", "attacked", "defended", "guarded"]
    assert keys == [(seed, arm, round_) for seed in (0, 1, 2) for arm in arms for round_ in range(20)]


def test_rounds_csv_has_the_bill_of_every_round(folder, ring):
    with (folder / "rounds.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["seed"], row["arm"]) == ("1", "attacked")]
    trace = swarmsec.simulate(ring, arm="attacked", seed=1)
    assert [float(row["deviation"]) for row in rows] == trace.bill.tolist()


def test_events_jsonl_has_one_document_per_line(folder):
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(event["seed"], event["arm"]) for event in events} == {
        (seed, arm) for seed in (0, 1, 2) for arm in ("attacked", "defended")
    }
    assert all({"seed", "arm", "round", "kind"} <= set(event) for event in events)


def test_result_json_is_the_printed_document_without_its_times(cli, folder, ring_file):
    printed = cli("run", ring_file, "--json").json
    stored = read_json(folder / "result.json")
    assert printed.pop("arms_run") == 4 * len(printed["seeds"])
    assert {**printed, "overhead": None} == {**stored, "overhead": None}


def test_a_second_run_of_a_scenario_gets_another_folder(cli, folder, ring_file):
    before = (folder / "rounds.csv").read_bytes()
    cli("run", ring_file)
    assert (folder / "rounds.csv").read_bytes() == before


def test_nothing_is_written_outside_the_runs_folder(cli, ring_file, tmp_path):
    cli("run", ring_file)
    assert {path.name for path in tmp_path.iterdir()} == {"ring.yaml", "runs"}


def test_the_seed_is_printed_and_stored(cli, ring_file):
    ran = cli("run", ring_file, "--seeds", "11,12")
    assert "--seeds 11,12" in ran.out
    assert read_json(Path("runs/latest/result.json"))["seeds"] == [11, 12]

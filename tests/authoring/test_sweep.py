import json

import pytest

from swarmsec.scenario import load_scenario
from swarmsec.scenario.sweep import points
from tests.authoring.conftest import RING

SWEEP = RING + "sweep:\n  attacks[0].value: [50.0, 100.0]\n  rounds: {from: 10, to: 20, steps: 2}\n"


@pytest.fixture
def swept(folder):
    (folder / "swept.yaml").write_text(SWEEP, encoding="utf-8")
    return "swept.yaml"


def test_a_range_of_integers_has_integers():
    assert points({"a": {"from": 1, "to": 5, "steps": 3}}) == [{"a": 1}, {"a": 3}, {"a": 5}]
    assert [type(point["a"]) for point in points({"a": {"from": 1, "to": 2, "steps": 3}})] == [float] * 3
    assert [type(point["a"]) for point in points({"a": {"from": 1.0, "to": 2, "steps": 2}})] == [float] * 2


def test_every_point_is_run_into_a_separate_folder(command, folder, swept):
    ran = command("run", swept, "--json")
    assert (ran.code, ran.json["schema"]) == (0, "swarmsec.sweep/v1")
    assert [one["settings"] for one in ran.json["points"]] == [
        {"attacks[0].value": 50.0, "rounds": 10},
        {"attacks[0].value": 50.0, "rounds": 20},
        {"attacks[0].value": 100.0, "rounds": 10},
        {"attacks[0].value": 100.0, "rounds": 20},
    ]
    runs = [path for path in (folder / "runs").iterdir() if path.name != "latest"]
    assert len(runs) == 4
    digests = {json.loads((path / "result.json").read_text())["scenario_digest"] for path in runs}
    assert digests == {one["result"]["scenario_digest"] for one in ran.json["points"]}


def test_a_point_equals_a_run_with_its_values(command, swept):
    swept_result = command("run", swept, "--json").json["points"][2]["result"]
    alone = command("run", "ring.yaml", "--set", "attacks[0].value=100.0", "--set", "rounds=10", "--json").json
    for key in ("scenario_digest", "damage", "damage_limited", "arms"):
        assert swept_result[key] == alone[key]


def test_the_printed_command_repeats_a_point(command, swept):
    result = command("run", swept, "--json").json["points"][1]["result"]
    arguments = result["replay"].split()
    assert arguments[:5] == ["swarmsec", "run", "swept.yaml", "--point", "1"]
    again = command(*arguments[1:], "--json").json
    assert again["schema"] == "swarmsec.result/v2"
    assert again["damage"] == result["damage"]


def test_text_output_has_one_line_per_point_and_a_table(command, swept):
    ran = command("run", swept)
    assert [line.split(":")[0] for line in ran.err.splitlines() if line.startswith("point")] == [
        "point 0",
        "point 1",
        "point 2",
        "point 3",
    ]
    assert "seed 0 done" not in ran.err
    table = [line.split() for line in ran.out.splitlines()]
    assert table[2][:3] == ["point", "attacks[0].value", "rounds"]
    assert [row[:3] for row in table[3:7]] == [
        ["0", "50", "10"],
        ["1", "50", "20"],
        ["2", "100", "10"],
        ["3", "100", "20"],
    ]


def test_a_sweep_without_any_bite_is_inconclusive(command, folder):
    sweep = "sweep: {'attacks[0].strength': [0, 0.0]}\n"
    (folder / "calm.yaml").write_text(RING + sweep, encoding="utf-8")
    assert command("run", "calm.yaml").code == 4
    (folder / "calm.yaml").write_text(RING + sweep.replace("0, 0.0", "0, 1"), encoding="utf-8")
    assert command("run", "calm.yaml").code == 0


def test_an_unknown_point_is_a_usage_error(command, swept):
    ran = command("run", swept, "--point", "4", "--json")
    assert ran.code == 2
    assert "4 points, 0 to 3" in ran.json["error"]["message"]


def test_a_scenario_without_a_sweep_gives_a_single_result(command):
    assert command("run", "ring.yaml", "--json").json["schema"] == "swarmsec.result/v2"
    assert command("run", "ring.yaml", "--json", "--point", "0").json["schema"] == "swarmsec.result/v2"


def test_points_keep_the_options_of_the_command_line(command, swept):
    ran = command("run", swept, "--defense", "none", "--seeds", "2,", "--json")
    assert {tuple(one["result"]["seeds"]) for one in ran.json["points"]} == {(2,)}
    assert ran.json["points"][0]["result"]["replay"].split()[3:5] == ["--defense", "none"]
    assert load_scenario(swept).points()[0][1].document["sweep"] == {}

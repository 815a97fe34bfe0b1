import json

import pytest

from swarmsec.authoring.resolve import resolve
from swarmsec.scenario import library, load_scenario
from swarmsec.scenario.yaml_tree import parse

CHILD = """\
extends: ring.yaml
name: child
network: {n: 9}
world: {initial: uniform}
schedule:
  - {phase: calm, rounds: 5}
  - {phase: strike, rounds: 10}
rounds: 15
campaigns:
  drip:
    - {kind: stubborn, for: 2, value: 7.0}
attacks:
  - {kind: stubborn, phase: strike}
  - {campaign: drip, start: 3}
rules: {red: {daemons: 100%}}
sweep:
  attacks[0].value: [50.0, 100.0]
  defenses[0].f: {from: 1, to: 2, steps: 2}
"""


@pytest.fixture
def child(folder):
    (folder / "child.yaml").write_text(CHILD, encoding="utf-8")
    return "child.yaml"


def origins(ran):
    return ran.json["scenarios"][0]["origin"]


@pytest.mark.parametrize("origin", [False, True])
def test_a_resolved_scenario_loads_to_the_same_document(origin):
    for name in library():
        scenario = load_scenario(name)
        again = load_scenario(parse(resolve(scenario).text(origin=origin), "again").data)
        assert dict(again.document) == dict(scenario.document), name
        assert again.digest == scenario.digest, name


def test_every_default_is_written(command):
    ran = command("resolve", "ring.yaml")
    assert ran.code == 0
    assert "    drift: 0.0" in ran.out.replace("  drift", "    drift")
    assert "engine: arrays" in ran.out


def test_each_value_has_its_line_or_the_source_of_its_default(command):
    found = origins(command("resolve", "ring.yaml", "--origin", "--json"))
    assert found["network.n"] == "ring.yaml:5"
    assert found["attacks[0].value"] == "ring.yaml:8"
    assert found["attacks[0].drift"] == "default of attacks.stubborn"
    assert found["network.offsets"] == "ring.yaml:5"
    assert found["rules.red.rounds"] == "default of rules.red"
    assert found["engine"] == "default of the format"
    assert found["score.bill"] == "default of worlds.beliefs"


def test_every_value_of_the_document_has_an_origin(command, child):
    one = command("resolve", child, "--origin", "--json").json["scenarios"][0]
    for key, value in one["document"].items():
        assert any(path == key or path.startswith((f"{key}.", f"{key}[")) for path in one["origin"]) or value == {}


def test_bases_phases_campaigns_and_options_are_named_as_origins(command, child):
    found = origins(command("resolve", child, "--origin", "--json", "--set", "defenses[0].f=2"))
    assert found["network.kind"] == "ring.yaml:5 (extends)"
    assert found["network.n"] == "child.yaml:3"
    assert found["attacks[0].value"] == "ring.yaml:8 (extends)"
    assert found["attacks[0].start"] == "phase (child.yaml:13)"
    assert found["attacks[1].value"] == "campaign (child.yaml:11)"
    assert found["attacks[1].stop"] == "campaign (child.yaml:11)"
    assert found["defenses[0].f"] == "--set defenses[0].f"
    assert found["defenses[0].kind"] == "ring.yaml:10 (extends)"


def test_an_attack_from_the_command_line_is_named_as_origin(command):
    found = origins(command("resolve", "ring.yaml", "--origin", "--json", "--attack", "stubborn:value=3,daemons=[1]"))
    assert found["attacks[0].value"] == "--attack"
    assert found["attacks[0].swing"] == "default of attacks.stubborn"


def test_a_phase_of_the_child_replaces_the_rounds_of_the_base(command, folder):
    base = (folder / "ring.yaml").read_text().replace("value: 100.0", "value: 100.0, start: 2, stop: 4")
    (folder / "ring.yaml").write_text(base)
    (folder / "child.yaml").write_text(CHILD)
    assert origins(command("resolve", "child.yaml", "--origin", "--json"))["attacks[0].start"].startswith("phase")


def test_origins_are_printed_after_the_values(command):
    lines = command("resolve", "ring.yaml", "--origin").out.splitlines()
    assert [line.split() for line in lines if line.startswith("rounds")] == [["rounds:", "20", "#", "ring.yaml:6"]]


def test_points_of_a_sweep_are_written_without_the_sweep(command, child):
    ran = command("resolve", child, "--points", "--json", "--origin")
    assert [one["settings"]["attacks[0].value"] for one in ran.json["scenarios"]] == [50.0, 50.0, 100.0, 100.0]
    assert [one["document"]["defenses"][0]["f"] for one in ran.json["scenarios"]] == [1, 2, 1, 2]
    assert {json.dumps(one["document"]["sweep"]) for one in ran.json["scenarios"]} == {"{}"}
    assert ran.json["scenarios"][3]["origin"]["attacks[0].value"] == "sweep (child.yaml:16)"
    assert ran.json["scenarios"][3]["origin"]["network.n"] == "child.yaml:3"
    one = command("resolve", child, "--point", "3", "--json").json["scenarios"]
    assert [there["digest"] for there in one] == [ran.json["scenarios"][3]["digest"]]


def test_an_unknown_point_is_a_usage_error(command, child):
    ran = command("resolve", child, "--point", "4")
    assert (ran.code, ran.out) == (2, "")
    assert "4 points, 0 to 3" in ran.err
    assert command("resolve", "ring.yaml", "--point", "0").code == 0


def test_several_files_are_several_documents(command, child):
    assert command("resolve", "ring.yaml", child).out.count("---\n") == 1


def test_standard_input_is_resolved_and_its_errors_are_located(command, folder):
    assert command("resolve", "-", given=(folder / "ring.yaml").read_text()).code == 0
    ran = command("resolve", "-", given="name: x\nworld: {kind: beliefs}\n")
    assert ran.code == 3
    assert "network" in ran.err
    assert command("resolve", "nowhere.yaml").code == 2

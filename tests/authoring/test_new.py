import json

import pytest

from swarmsec.authoring.fmt import formatted
from swarmsec.authoring.new import DEFAULTS, name_of, new_text, templates
from swarmsec.runs import JobCache, run_points, whole
from swarmsec.runs.executors import Serial
from swarmsec.scenario import load_scenario
from tests.sampling import sampled


@pytest.mark.parametrize("template", sampled(templates(), [next(iter(templates()))]))
def test_every_template_is_valid_tidy_and_bites(template, folder):
    text = new_text(template)
    (folder / "it.yaml").write_text(text, encoding="utf-8")
    assert formatted(text) == text
    scenario = load_scenario("it.yaml")
    assert scenario.name == template
    assert all(point.result.bites for point in run_points(scenario, JobCache(Serial(), whole)))


def test_each_world_has_a_template(command):
    for world, template in DEFAULTS.items():
        ran = command("new", "--world", world, "--out", "-")
        assert f"world: {{kind: {world}" in ran.out
        assert ran.out == new_text(template)


def test_a_new_file_gets_a_name_a_modeline_and_a_schema_in_its_folder(command, folder):
    (folder / "mine").mkdir()
    ran = command("new", "--out", "mine/My first.yaml")
    assert (ran.code, ran.out.splitlines()) == (0, ["mine/My first.yaml", "mine/swarmsec.schema.json"])
    text = (folder / "mine" / "My first.yaml").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "# yaml-language-server: $schema=swarmsec.schema.json"
    assert load_scenario("mine/My first.yaml").name == "my_first"
    assert "draft-07" in json.loads((folder / "mine" / "swarmsec.schema.json").read_text(encoding="utf-8"))["$schema"]
    assert command("validate", "mine/My first.yaml").code == 0


def test_the_modeline_is_relative_to_the_scenario(command, folder):
    (folder / "a").mkdir()
    (folder / "there.json").write_text("{}")
    assert command("new", "--out", "a/b.yaml", "--schema", "there.json").code == 0
    assert (folder / "a" / "b.yaml").read_text().splitlines()[0].endswith("$schema=../there.json")
    assert (folder / "there.json").read_text() == "{}"


def test_the_modeline_can_be_left_out(command, folder):
    assert command("new", "--out", "b.yaml", "--schema", "").code == 0
    assert (folder / "b.yaml").read_text().startswith("apiVersion")
    assert not (folder / "swarmsec.schema.json").exists()


def test_a_file_is_overwritten_only_on_request(command, folder):
    before = (folder / "ring.yaml").read_text()
    ran = command("new", "--out", "ring.yaml")
    assert ran.code == 2
    assert "--force" in ran.err
    assert (folder / "ring.yaml").read_text() == before
    assert command("new", "--out", "ring.yaml", "--force").code == 0
    assert (folder / "ring.yaml").read_text() != before


def test_an_unknown_template_is_a_usage_error(command):
    ran = command("new", "--template", "lair", "--json")
    assert ran.code == 2
    assert "did you mean `liar`?" in ran.json["error"]["message"]
    assert command("new", "--out", "nowhere/x.yaml").code == 2


@pytest.mark.parametrize(("text", "name"), [("My first", "my_first"), ("3-lies", "scenario_3_lies"), ("é", "é")])
def test_the_scenarios_name_is_made_from_the_file_name(text, name):
    assert name_of(text) == name

"""`swarmsec gauntlet`: the verdict first, one JSON document on request, and errors that name the remedy."""

from __future__ import annotations

import json

import pytest

from swarmsec.registry import Registry
from swarmsec.threats import name_of_threat, threat_lists

STUBBORN = Registry().get("attacks", "stubborn")
SMALL = ("ring_with_a_liar", "--set", "rounds=20", "--defense", "median_gate", "--budget", "12", "--seeds", "0,")


@pytest.fixture
def searched(cli):
    return cli("gauntlet", *SMALL, "--json")


def test_the_verdict_is_followed_by_figures_attack_curve_and_the_command_that_repeats_the_search(cli):
    ran = cli("gauntlet", *SMALL, "--witness", "--map", "--shares", "0.15,0.5", "--strengths", "0.5,1")
    assert ran.code == 0
    title, verdict, figures, worst, curve, witness, table, repeat = ran.out.strip().split("\n\n")
    assert title.startswith(
        "A ring with a liar  ·  the worst attack against median_gate (parameters hidden), 12 queries"
    )
    assert "on unseen seeds" in verdict
    assert "own attack" in figures
    assert "8 seeds that the search did not use" in figures
    assert "- {kind: " in worst
    assert "against budget" in curve
    assert "enough for half of it" in witness
    assert "prevented of stubborn" in table
    assert len(table.splitlines()) == 2 + 2 + 1
    assert repeat.split() == ["repeat", "swarmsec", "gauntlet", "ring_with_a_liar", *SMALL[3:5], *SMALL[1:3],
                              "--budget", "12", "--seeds", "0,", "--witness", "--keep", "0.5", "--tries", "1000",
                              "--map", "--shares", "0.15,0.5", "--strengths", "0.5,1"]  # fmt: skip
    assert "12 of 12 queries, worst so far" in ran.err


def test_json_is_one_document_with_the_command_that_repeats_the_search(cli, searched):
    assert searched.code == 0
    document = searched.json
    assert document["schema"] == "swarmsec.gauntlet/v1"
    assert len(document["queries"]) == len(document["curve"]) == 12
    assert document["queries"][document["found_at"]]["harm"] == document["curve"][-1]
    assert document["witness"] is document["map"] is None
    again = cli(*document["repeat"].split()[1:], "--json")
    assert again.json == document


def test_the_result_does_not_depend_on_jobs(cli, searched):
    assert cli("gauntlet", *SMALL, "--jobs", 2, "--json").json == searched.json


def test_out_writes_a_scenario_with_the_reported_damage(cli, tmp_path, searched):
    file = tmp_path / "worst.yaml"
    assert cli("gauntlet", *SMALL, "--out", file).code == 0
    ran = cli("run", file, "--seeds", "0,", "--json")
    assert ran.json["damage"]["defended"]["mean"] == pytest.approx(searched.json["curve"][-1])


def test_out_extends_the_original_if_only_the_attack_changed(cli, tmp_path):
    file = tmp_path / "worst.yaml"
    ran = cli("gauntlet", "ring_with_a_liar", "--budget", 4, "--seeds", "0,", "--out", file)
    assert ran.code == 0
    assert file.read_text(encoding="utf-8").startswith("extends: ring_with_a_liar\n")
    assert cli("validate", file).code == 0


def test_out_extends_a_file_below_its_own_folder_only(cli, tmp_path):
    base = tmp_path / "base.yaml"
    base.write_text(cli("resolve", "ring_with_a_liar").out, encoding="utf-8")
    (tmp_path / "found").mkdir()
    for file, is_below in ((tmp_path / "worst.yaml", True), (tmp_path / "found" / "worst.yaml", False)):
        assert cli("gauntlet", base, "--budget", 4, "--seeds", "0,", "--out", file).code == 0
        assert file.read_text(encoding="utf-8").startswith("extends: base.yaml\n") == is_below
        assert cli("validate", file).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere"], 2, "nowhere"),
        ([*SMALL, "--attack", "stubbron"], 3, "stubborn"),
        ([*SMALL, "--budget", "1"], 2, "budget: 1 given; must be at least 2 queries"),
        ([*SMALL, "--jobs", "0"], 2, "--jobs: 0 given; must be at least 1"),
        ([*SMALL, "--keep", "0"], 2, "--keep: 0 given; must be more than 0"),
        ([*SMALL, "--seeds", "x"], 2, "--seeds"),
        ([*SMALL, "--metric", "nope"], 2, "no metric 'nope'"),
        ([*SMALL, "--metric", "bias", "--witness"], 2, "leave --metric out"),
        ([*SMALL, "--map", "--shares", "some"], 2, "--shares: 'some' given; must be numbers"),
        ([*SMALL, "--map", "--shares", "0.5,1.5"], 2, "must be numbers above 0 and at most 1, such as 0.1,0.2"),
        ([*SMALL, "--map", "--strengths", "0"], 2, "--strengths: '0' given; must be numbers above 0, such as"),
        ([*SMALL, "--format", "sarif"], 2, "--format: sarif has the attacks of the witness; add --witness"),
        ([*SMALL, "--out", "no/such/folder/worst.yaml"], 2, "there is no folder"),
        (["ring_with_a_liar", "--set", "defenses=[]"], 2, "the scenario has no defense; name one with --defense"),
    ],
)
def test_a_meaningless_request_is_one_clear_error(cli, arguments, code, message):
    ran = cli("gauntlet", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert "Traceback" not in ran.err


def test_an_existing_file_is_not_overwritten(cli, tmp_path):
    file = tmp_path / "mine.yaml"
    file.write_text("mine", encoding="utf-8")
    ran = cli("gauntlet", *SMALL, "--out", file)
    assert ran.code == 2
    assert "the file exists" in ran.err
    assert file.read_text(encoding="utf-8") == "mine"


def test_errors_with_json_are_documents(cli):
    ran = cli("gauntlet", *SMALL, "--budget", "0", "--json")
    assert json.loads(ran.out)["error"]["exit_code"] == ran.code == 2


RING = """\
name: ring
world: {kind: beliefs, initial: [0, 0, 1, 2, 3, 4, 5]}
network: {kind: circulant, n: 7, offsets: [1, 2]}
rounds: 20
defenses:
  - {kind: median_gate}
rules: {red: {daemons: 1, feeds: 0}}
"""


@pytest.fixture
def witness(cli, tmp_path, monkeypatch):
    """The only run of the SARIF log of a witness, and the witness as JSON."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my ring.yaml").write_text(RING, encoding="utf-8")
    search = ("gauntlet", "my ring.yaml", "--attack", "stubborn", "--budget", 4, "--seeds", "0,", "--witness")
    log = cli(*search, "--format", "sarif").json
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return run, cli(*search, "--json").json


def test_sarif_has_a_result_for_each_attack_of_the_witness_at_the_defenses(witness):
    run, searched = witness
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("stubborn", STUBBORN.summary())
    (result,) = run["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("stubborn", 0, "error")
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "my%20ring.yaml"
    assert place["physicalLocation"]["region"]["startLine"] == 5
    small = searched["witness"]
    kept = f"{100 * small['harm'] / small['of']:.0f}%"
    assert f"{small['harm']:.4g} belief of damage against median_gate, {kept} of that" in result["message"]["text"]
    assert result["properties"]["attack"] == small["attacks"][0]
    assert result["properties"]["repeat"] == searched["repeat"]


def test_sarif_names_published_threats_by_list_and_version(witness):
    run, _ = witness
    (result,) = run["results"]
    assert [taxon["id"] for taxon in result["taxa"]] == list(STUBBORN.threats)
    for taxon in result["taxa"]:
        taxonomy = run["taxonomies"][taxon["toolComponent"]["index"]]
        entry = taxonomy["taxa"][taxon["index"]]
        assert (entry["id"], entry["name"]) == (taxon["id"], name_of_threat(taxon["id"]))
        assert (taxonomy["name"], taxonomy["version"]) in {one[:2] for one in threat_lists().values()}
    supported = run["tool"]["driver"]["supportedTaxonomies"]
    assert [run["taxonomies"][one["index"]]["name"] for one in supported] == [one["name"] for one in supported]


def test_sarif_without_a_harmful_attack_has_no_results(cli, tmp_path):
    file = tmp_path / "ring.yaml"
    file.write_text(RING, encoding="utf-8")
    ran = cli("gauntlet", file, "--attack", "none", "--budget", 2, "--seeds", "0,", "--witness", "--format", "sarif")
    assert (ran.code, ran.json["runs"][0]["results"]) == (0, [])


def test_sarif_has_the_keys_of_the_schema_of_sarif_2_1_0_only(witness):
    """That schema forbids other keys, except in `properties`."""
    run, _ = witness
    driver, (result,), taxonomies = run["tool"]["driver"], run["results"], run["taxonomies"]
    assert set(run) == {"tool", "columnKind", "results", "taxonomies"}
    assert set(driver) == {"name", "version", "rules", "supportedTaxonomies"}
    assert set(driver["rules"][0]) == {"id", "shortDescription", "help", "defaultConfiguration"}
    assert set(result) == {"ruleId", "ruleIndex", "level", "message", "locations", "taxa", "properties"}
    assert {key for one in result["taxa"] for key in one} == {"id", "index", "toolComponent"}
    assert {key for one in taxonomies for key in one} == {"name", "version", "taxa"}
    assert {key for one in taxonomies for entry in one["taxa"] for key in entry} == {"id", "name"}

"""`swarmsec validate` reports the same findings as text, as JSON, as GitHub annotations and as SARIF."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from swarmsec.cli import main

BAD = """\
name: x
world: {kind: belief}
network: {kind: ring, n: 7}
roundz: 3
attacks:
  - {kind: false_signal, name: "a,b:50%", bais: 1, start: -1}
"""
GOOD = "name: y\nworld: {kind: beliefs}\nnetwork: {kind: ring, n: 7}\n"
PLACES = [
    (2, 15, 21, "world.kind"),
    (4, 1, 7, "roundz"),
    (6, 43, 47, "attacks[0].bais"),
    (6, 59, 61, "attacks[0].start"),
]


@pytest.fixture
def validate(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad, one.yaml").write_text(BAD, encoding="utf-8")
    (tmp_path / "syntax.yaml").write_text("name: [x\n", encoding="utf-8")
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")

    def ran(*arguments, text=""):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as ended:
            main(["validate", *map(str, arguments)])
        return SimpleNamespace(code=ended.value.code, **capsys.readouterr()._asdict())

    return ran


def test_every_file_is_checked_and_every_error_is_reported(validate):
    ran = validate("bad, one.yaml", "good.yaml", "syntax.yaml")
    assert ran.code == 3
    assert ran.out == "good.yaml: valid\n"
    for line, column, _, path in PLACES:
        assert f"bad, one.yaml:{line}:{column}  {path}  " in ran.err
    assert "syntax.yaml:1:7  not valid YAML" in ran.err


@pytest.mark.parametrize(
    ("files", "code"),
    [(["good.yaml", "blackswarm"], 0), (["good.yaml", "nowhere.yaml"], 2), (["syntax.yaml", "nowhere.yaml"], 3)],
)
@pytest.mark.parametrize("form", ["text", "json", "github", "sarif"])
def test_the_exit_code_is_that_of_the_worst_file(validate, files, code, form):
    assert validate(*files, "--format", form).code == code


def test_standard_input_is_validated(validate):
    assert validate("-", text=GOOD).code == 0
    ran = validate("-", text=BAD)
    assert ran.code == 3
    assert "<stdin>:2:15  world.kind  " in ran.err


def test_json_has_every_finding(validate):
    ran = validate("bad, one.yaml", "good.yaml", "nowhere.yaml", "--json")
    bad, good, nowhere = json.loads(ran.out)
    assert ran.err == ""
    found = [(one["line"], one["column"], one["column"] + one["width"], one["path"]) for one in bad["findings"]]
    assert found == PLACES
    assert [one["rule"] for one in bad["findings"]] == ["unknown-kind", "unknown-key", "unknown-key", "wrong-value"]
    assert (good["valid"], good["findings"]) == (True, [])
    assert nowhere["findings"][0]["rule"] == "no-scenario"


def test_github_annotates_every_finding(validate):
    lines = validate("bad, one.yaml", "--format", "github").out.splitlines()
    annotations = [
        re.fullmatch(r"::error file=([^,:]+),line=(\d+),col=(\d+),endColumn=(\d+),title=([^,:]+)::(.+)", line)
        for line in lines
    ]
    assert [(int(a[2]), int(a[3]), int(a[4]), a[5]) for a in annotations] == PLACES
    assert {a[1] for a in annotations} == {"bad%2C one.yaml"}


def test_github_messages_are_escaped(validate):
    ran = validate("-", "--format", "github", text=GOOD + 'attacks: [{kind: stubborn, daemons: "110%\\n"}]\n')
    assert len(ran.out.splitlines()) == 1
    assert "110%25" in ran.out


def test_github_output_is_empty_without_findings(validate):
    assert validate("good.yaml", "--format", "github").out == ""


def test_sarif_has_every_finding(validate, tmp_path):
    ran = validate("bad, one.yaml", tmp_path / "syntax.yaml", "good.yaml", "--format", "sarif")
    log = json.loads(ran.out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    places = []
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] == "error"
        assert result["message"]["text"]
        (location,) = result["locations"]
        there = location["physicalLocation"]
        region = there["region"]
        name = location.get("logicalLocations", [{"fullyQualifiedName": ""}])[0]["fullyQualifiedName"]
        places.append(
            (there["artifactLocation"]["uri"], region["startLine"], region["startColumn"], region["endColumn"], name)
        )
    assert [place[1:] for place in places] == [*PLACES, (1, 7, 8, "")]
    assert {place[0] for place in places} == {"bad%2C%20one.yaml", "syntax.yaml"}


def test_sarif_without_findings_is_a_log_without_results(validate):
    assert json.loads(validate("good.yaml", "--format", "sarif").out)["runs"][0]["results"] == []


def test_a_run_of_a_bad_scenario_has_the_findings_in_its_json_document(validate, capsys):
    with pytest.raises(SystemExit):
        main(["run", "bad, one.yaml", "--json"])
    error = json.loads(capsys.readouterr().out)["error"]
    assert [(one["line"], one["column"], one["path"]) for one in error["findings"]] == [
        (line, column, path) for line, column, _, path in PLACES
    ]


def test_a_file_that_is_not_utf_8_is_refused_at_its_first_invalid_byte(validate, tmp_path):
    Path("latin.yaml").write_bytes("name: x\ntitle: größer".encode("latin-1"))
    assert "latin.yaml:2:10  this byte is not valid UTF-8" in validate("latin.yaml").err

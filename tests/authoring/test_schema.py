"""The JSON Schema and `validate` agree on every file, except for the errors listed here."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from swarmsec.authoring.schema import Draft, scenario_schema
from swarmsec.cli import main
from swarmsec.errors import ScenarioError
from swarmsec.parameters import describe
from swarmsec.plugin import FAMILIES
from swarmsec.registry import Registry
from swarmsec.scenario import load_scenario
from swarmsec.scenario.sources import library
from swarmsec.scenario.yaml_tree import parse

CORPUS = Path(__file__).parent / "corpus"
BAD = sorted((CORPUS / "bad").glob("*.yaml"))
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
CANNOT = "# schema: cannot"
"""Stands in a bad file that a schema may pass."""

READ_OTHERWISE = {
    "rounds_with_underscores.yaml": "1_0 is a number to it, and a word in YAML 1.2",
    "words_of_yaml_1_2.yaml": "0b1 is a number to it, and a word in YAML 1.2",
}
"""Files of which check-jsonschema sees another document than we do."""

VALIDATORS = {Draft.CURRENT: jsonschema.Draft202012Validator, Draft.SEVEN: jsonschema.Draft7Validator}
SCHEMAS = {draft: scenario_schema(Registry(), draft=draft) for draft in Draft}

BASE = "world: {kind: beliefs}\nnetwork: {kind: ring, n: 7}\n"

OUT_OF_A_SCHEMAS_REACH = {
    "f against n": BASE + "defenses: [{kind: wmsr, f: 9}]\nattacks: [{kind: stubborn, daemons: 9}]",
    "a selector beyond the last daemon": BASE + "attacks: [{kind: stubborn, daemons: [7]}]",
    "a role that the world does not have": BASE + "attacks: [{kind: stubborn, daemons: role=broker}]",
    "the parts of a rectangle": "world: {kind: beliefs}\nnetwork: {kind: grid, n: 7, rows: 2}",
    "a parameter against another": "world: {kind: beliefs, low: 2, high: 1}\nnetwork: {kind: ring, n: 7}",
    "an even number": "world: {kind: beliefs}\nnetwork: {kind: small_world, n: 9, neighbors: 3}",
    "a detector's name": BASE + "defenses: [{kind: pyod_detector, detector: NoSuchDetector}]",
    "a phase that is not there": BASE + "attacks: [{kind: stubborn, daemons: 1, phase: calm}]",
    "a phase named twice": BASE + "schedule: [{phase: a, rounds: 1}, {phase: a, rounds: 1}]",
    "rounds against the schedule's": BASE + "rounds: 9\nschedule: [{phase: a, rounds: 8}]",
    "a campaign that is not there": BASE + "attacks: [{campaign: creep}]",
    "where a sweep goes": BASE + "sweep: {'attacks[3].bias': [1]}",
    "what a sweep puts there": BASE + "sweep: {rounds: [0]}",
    "how many combinations a sweep has": BASE + "sweep: {rounds: {from: 1, to: 9, steps: 9999}, root_seed: [1, 2]}",
    "a rule that an attack breaks": BASE + "rules: {red: {daemons: 0}}\nattacks: [{kind: stubborn, daemons: 1}]",
    "a base that is not there": "extends: no_such_scenario",
}


def passes(text, draft=Draft.CURRENT):
    try:
        data = parse(text, "test.yaml").data
    except ScenarioError:
        return False  # The test with check-jsonschema shows how other YAML readers parse it.
    return VALIDATORS[draft](SCHEMAS[draft]).is_valid(data)


def is_json(text):
    """Whether a document can be written as JSON; if not, a schema may receive another document."""
    try:
        json.dumps(parse(text, "test.yaml").data, allow_nan=False)
    except (ScenarioError, ValueError):
        return False
    return True


@functools.cache
def is_valid(path):
    try:
        load_scenario(path)
    except ScenarioError:
        return False
    return True


@pytest.mark.parametrize("draft", Draft)
def test_the_schema_is_valid_in_its_draft(draft):
    VALIDATORS[draft].check_schema(SCHEMAS[draft])


@pytest.mark.parametrize("draft", Draft)
def test_every_reference_has_a_definition(draft):
    text = json.dumps(SCHEMAS[draft])
    folder = "$defs" if draft is Draft.CURRENT else "definitions"
    for part in text.split('"$ref": "')[1:]:
        _, where, definition = part.partition('"')[0].split("/")
        assert (where, definition in SCHEMAS[draft][folder]) == (folder, True)


@pytest.mark.parametrize("draft", Draft)
@pytest.mark.parametrize("accepted", [True, False])
def test_the_schema_knows_the_forms_of_selectors(draft, accepted):
    good = [
        "around:7",
        "same:stubborn",
        "same:package/kind",
        "role=zone_5",
        "role=zone_5:20%",
        "role=zone_5:3",
        "hubs:3",
    ]
    bad = ["around:", "around:x", "around:-1", "around:7:3", "same:", "same: ", "role=", "role=:3", "role=zone_5:x"]
    bad += ["role=zone_5:0", "role=zone_5:101%", "round:7", "hubs:x", "hubs=3", "rolezone"]
    for selector in good if accepted else bad:
        text = BASE + "name: x\n" + json.dumps({"attacks": [{"kind": "stubborn", "daemons": selector}]})[1:-1]
        assert passes(text, draft) is accepted, selector


@pytest.mark.parametrize("draft", Draft)
def test_the_schema_accepts_every_valid_scenario(draft):
    wrong = []
    for path in [*GOOD, *library().values()]:
        errors = VALIDATORS[draft](SCHEMAS[draft]).iter_errors(parse(path.read_text(encoding="utf-8"), path.name).data)
        wrong += [f"{path.name}: {error.json_path}: {error.message}" for error in errors]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("draft", Draft)
def test_the_schema_and_validate_agree_on_every_bad_scenario(draft):
    wrong = [f"{path.name} is valid" for path in BAD if is_valid(path)]
    for path in BAD:
        text = path.read_text(encoding="utf-8")
        if CANNOT in text and not passes(text, draft) and is_json(text):
            wrong.append(f"{path.name}: the schema refuses it now; remove the mark")
        if CANNOT not in text and passes(text, draft):
            wrong.append(f"{path.name}: the schema accepts it")
    assert not wrong, "\n".join(wrong)


def test_the_schema_finds_most_errors_of_the_corpus():
    assert len([path for path in BAD if CANNOT not in path.read_text(encoding="utf-8")]) >= 60


def test_errors_beyond_a_schema_are_found_by_validate_only(tmp_path):
    wrong = []
    for case, text in OUT_OF_A_SCHEMAS_REACH.items():
        path = tmp_path / f"{case.replace(' ', '_')}.yaml"
        path.write_text(text, encoding="utf-8")
        if (is_valid(path), passes(text)) != (False, True):
            wrong.append(case)
    assert wrong == []


WRONG = [
    "attacks: [{kind: fasle_signal}]",
    "attacks: [{kind: false_signal, bais: -1}]",
    "attacks: [{kind: false_signal, bias: .nan}]",
    "attacks: [{kind: false_signal, bias: -.inf}]",
    "attacks: [{kind: false_signal, strength: -1}]",
    "attacks: [{kind: false_signal, daemons: some}]",
    "attacks: [{kind: false_signal, daemons: 101%}]",
    "attacks: [{kind: false_signal, daemons: [3, 3]}]",
    "attacks: [{kind: false_signal, daemons: 0%}]",
    "attacks: [{kind: false_signal, daemons: []}]",
    "attacks: [{kind: false_signal, drop: true}]",
    "attacks: [{campaign: creep, stop: 3}]\ncampaigns: {creep: [{kind: stubborn, daemons: 1, for: 3}]}",
    "attacks: [{campaign: creep}]\ncampaigns: {creep: [{kind: stubborn, daemons: 1}]}",
    "attacks: [{kind: stubborn, phase: calm, start: 3}]\nschedule: [{phase: calm, rounds: 9}]",
    "defenses: [{kind: wmsr, f: 1, phase: calm}]\nschedule: [{phase: calm, rounds: 9}]",
    "score: {bill: liquidated_usd}",
    "seeds: []",
    "seeds: [1, 1]",
    "rules: {green: {}}",
    "rules: {blue: {quarantine: lots}}",
    "sweep: {version: [1, 2]}",
    "sweep: {rounds: []}",
    "y-mine: 1",
]


@pytest.mark.parametrize("draft", Draft)
def test_the_schema_and_validate_refuse_the_same_errors(draft, tmp_path):
    accepted = []
    for number, wrong in enumerate(WRONG):
        path = tmp_path / f"{number}.yaml"
        path.write_text(BASE + wrong, encoding="utf-8")
        if is_valid(path) or passes(BASE + wrong, draft):
            accepted.append(wrong)
    assert accepted == []


def test_an_extending_scenario_may_leave_out_required_keys():
    assert passes(
        "extends: blackswarm\nnetwork: {n: 600}\nattacks: [{name: x, strength: 2}, {kind: hijack, drop: true}]"
    )
    assert not passes("network: {n: 600}")
    assert not passes("extends: blackswarm\nattacks: [{kind: hijack, drop: false}]")
    assert not passes("extends: blackswarm\nattacks: [{kind: hijack, drap: true}]")


def test_every_parameter_of_every_plugin_has_a_description():
    registry = Registry()
    classes = {f"{family}.{kind}": cls for family in FAMILIES for kind, cls in registry.classes(family).items()}
    for place, cls in classes.items():
        there = SCHEMAS[Draft.CURRENT]["$defs"][place]
        assert there["description"]
        assert set(there["properties"]) == {"kind", *(info.name for info in describe(cls))}
        for info in describe(cls):
            for key in ("description", "markdownDescription"):
                description = there["properties"][info.name][key]
                for text in (info.help, info.bounds, info.unit):
                    assert text in description, f"{place}.{info.name}: no {text!r} in {description!r}"


def test_the_schema_includes_a_folder_of_plugins(tmp_path, capsys):
    (tmp_path / "whisper.py").write_text(
        "from dataclasses import dataclass\n"
        "from typing import Annotated\n"
        "from swarmsec.teams import Attack, Help, Surface, Unit\n"
        "@dataclass(kw_only=True)\n"
        "class Whisper(Attack):\n"
        "    '''Say it quietly.'''\n"
        "    surface = Surface.SIGNAL\n"
        "    volume: Annotated[float, Unit('dB'), Help('How quietly.')] = 3.0\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit, match="0"):
        main(["schema", "--plugins", str(tmp_path)])
    whisper = json.loads(capsys.readouterr().out)["$defs"]["attacks.whisper"]
    assert whisper["properties"]["volume"]["description"] == "How quietly. (float; unit: dB; default: 3.0)"


def test_the_schema_is_deterministic(tmp_path):
    written = []
    for seed in "12":
        out = tmp_path / f"{seed}.json"
        call = [sys.executable, "-c", "from swarmsec.cli import main; main()"]
        call += ["schema", "--draft", "7", "--out", str(out)]
        subprocess.run(call, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        written.append(out.read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize(("arguments", "code"), [(["--draft", "3"], 2), (["--out", "no/such/folder/schema.json"], 2)])
def test_an_unknown_draft_or_an_unwritable_file_is_a_usage_error(arguments, code, capsys):
    with pytest.raises(SystemExit) as left:
        main(["schema", *arguments])
    assert left.value.code == code
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("draft", Draft)
def test_check_jsonschema_and_validate_agree(draft, tmp_path):
    schema = tmp_path / "schema.json"
    schema.write_text(json.dumps(SCHEMAS[draft]), encoding="utf-8")
    bad = [path for path in BAD if CANNOT not in path.read_text(encoding="utf-8")]
    call = [sys.executable, "-m", "check_jsonschema", "--output-format", "json", "--schemafile", str(schema)]
    answer = subprocess.run([*call, *map(str, [*GOOD, *bad])], capture_output=True, text=True, check=False)
    report = json.loads(answer.stdout)
    refused = {Path(error["filename"]) for error in [*report["errors"], *report.get("parse_errors", [])]}
    judged_otherwise = {path.name for path in refused ^ set(bad)}
    assert (answer.returncode, judged_otherwise) == (1, set(READ_OTHERWISE))

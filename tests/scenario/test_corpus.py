"""Every error of the corpus is reported at the right line and column; every good file is valid.

A bad scenario begins with its expected errors, one per line:

    # expect: LINE:COLUMN PATH :: part of the message
    # expect: base.yaml:LINE:COLUMN PATH :: part of the message
    # schema: cannot

PATH is `-` for an error without a path. The last line marks files that the JSON Schema accepts.
"""

from __future__ import annotations

import re
from pathlib import Path

from swarmsec import load_scenario, simulate
from swarmsec.parameters import describe
from swarmsec.registry import Registry
from swarmsec.scenario import InvalidScenarioError
from swarmsec.teams import Attack

CORPUS = Path(__file__).parent.parent / "authoring/corpus"
BAD = sorted((CORPUS / "bad").glob("*.yaml"))
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
SHARED = {parameter.name for parameter in describe(Attack)}
"""The parameters of all attacks, such as `daemons` and `start`."""
EXPECTED = re.compile(r"^\ufeff?# expect: (?:([^\s:]+):)?(\d+):(\d+) (.+) :: ?(.*)$", re.MULTILINE)


def expected_of(path):
    """(file, line, column, path in the document, part of the message) of every expected error of a file."""
    found = EXPECTED.findall(path.read_text(encoding="utf-8"))
    return sorted((f or path.name, int(line), int(column), "" if p == "-" else p, w) for f, line, column, p, w in found)


def findings_of(path):
    """The findings of a file, ordered like `expected_of`; none for a valid file."""
    try:
        load_scenario(path, extends_from=[CORPUS])
    except InvalidScenarioError as error:
        return sorted(error.findings, key=lambda one: (Path(one.span.label).name, *one.span[1:3], one.path))
    return []


def test_the_corpus_is_large():
    assert len(BAD) >= 60
    assert len(GOOD) >= 30


def test_every_error_of_the_corpus_is_reported_with_location_and_message():
    wrong = []
    for path in BAD:
        expected = expected_of(path)
        assert expected, f"{path.name} expects no error"
        found = findings_of(path)
        places = [(Path(one.span.label).name, one.span.line, one.span.column, one.path) for one in found]
        messages = zip(found, expected, strict=False)
        if places != [place[:4] for place in expected] or any(
            one[4] not in finding.message for finding, one in messages
        ):
            wrong.append("\n".join([f"{path.name}: expected {expected}, found", *(one.line() for one in found)]))
    assert not wrong, "\n\n".join(wrong)


def test_every_good_file_of_the_corpus_is_valid():
    wrong = [finding.line() for path in GOOD for finding in findings_of(path)]
    assert not wrong, "\n".join(wrong)


def test_every_attack_gets_another_value_than_the_default_for_each_of_its_own_parameters():
    loaded = load_scenario(CORPUS / "good/every_attack.yaml")
    named = {attack["kind"]: attack for attack in loaded.tree.data["attacks"]}
    kept = {
        f"{kind}.{parameter.name}"
        for kind, attack in Registry().classes("attacks").items()
        for parameter in describe(attack)
        if parameter.name not in SHARED
        and named.get(kind, {}).get(parameter.name, parameter.default) == parameter.default
    }
    assert kept == set()
    assert sorted(named) == sorted(Registry().kinds("attacks"))


def test_a_scenario_with_every_attack_runs_to_its_end():
    trace = simulate(load_scenario(CORPUS / "good/every_attack.yaml"), arm="attacked")
    assert len(trace.bill) == 12
    assert {event.plugin for event in trace.events if event.kind == "attack_on"} == set(Registry().kinds("attacks"))

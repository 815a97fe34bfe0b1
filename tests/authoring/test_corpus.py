"""Every error of the corpus points at the right line and column; everything good is valid.

A bad scenario begins with what its author should be told, one line an error:

    # expect: LINE:COLUMN PATH :: words of the message
    # expect: base.yaml:LINE:COLUMN PATH :: words of the message
    # schema: cannot

PATH is `-` where there is none. The last line stands in files that a JSON Schema cannot refuse.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from swarmsec import load_scenario
from swarmsec.scenario import InvalidScenarioError

CORPUS = Path(__file__).parent / "corpus"
BAD = sorted((CORPUS / "bad").glob("*.yaml"))
GOOD = sorted((CORPUS / "good").glob("*.yaml"))
EXPECTED = re.compile(r"^\ufeff?# expect: (?:([^\s:]+):)?(\d+):(\d+) (.+) :: ?(.*)$", re.MULTILINE)


def name(path):
    return path.stem


def expected_of(path):
    """(file, line, column, path in the document, words of the message) of every error that a file should give."""
    found = EXPECTED.findall(path.read_text(encoding="utf-8"))
    return sorted((f or path.name, int(line), int(column), "" if p == "-" else p, w) for f, line, column, p, w in found)


def findings_of(path):
    with pytest.raises(InvalidScenarioError) as refused:
        load_scenario(path)
    return sorted(refused.value.findings, key=lambda one: (Path(one.span.label).name, *one.span[1:3], one.path))


def test_the_corpus_is_large():
    assert len(BAD) >= 60
    assert len(GOOD) >= 30


@pytest.mark.parametrize("path", BAD, ids=name)
def test_every_error_is_found_where_its_author_made_it(path):
    expected = expected_of(path)
    found = findings_of(path)
    assert expected
    assert [(Path(one.span.label).name, one.span.line, one.span.column, one.path) for one in found] == [
        place[:4] for place in expected
    ], [one.line() for one in found]
    assert [words for (*_, words), one in zip(expected, found, strict=True) if words not in one.message] == [], [
        one.message for one in found
    ]


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_good_scenario_is_valid(path):
    assert load_scenario(path).document["kind"] == "Scenario"

"""Odd YAML has its own sentence, and never a traceback."""

from __future__ import annotations

from contextlib import suppress

import pytest

from swarmsec.scenario.findings import InvalidScenarioError
from swarmsec.scenario.sources import tree_of


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("%YAML 1.3\n---\na: 1\n", "YAML 1.3 declared; a scenario is YAML 1.2", "f:1:1"),
        ("%YAML 2.0\n---\na: 1\n", "YAML 2.0 declared", "f:1:1"),
        ("# note\n\n%TAG !e! tag:e,2000:\n%YAML 1.10\n---\na: 1\n", "YAML 1.10 declared", "f:4:1"),
        ("\ufeff%YAML\t3.1\n---\na: 1\n", "YAML 3.1 declared", "f:1:1"),
        ("%YAML 1.0 # old\r\n---\r\na: 1\r\n", "YAML 1.0 declared", "f:1:1"),
        ("a:\n\tb: 1\n", "a tab", "f:2:1"),
        ("\ta: 1\n", "a tab", "f:1:1"),
        ("a: 1\n\t\n", "a tab", "f:2:1"),
        ("- \t- 1\n", "a tab", "f:1:3"),
        ("a:\t1\n", "a tab", "f:1:3"),
        ("a: 1\n---\nb: 2\n", "a second document", "f:2:1"),
        ("---\n---\na: 1\n", "a second document", "f:2:1"),
        ("a: 1\n...\nb: 2\n", "a second document", "f:3:1"),
        ("a: 1\n---\n\ufeffb: 1", "a second document", "f:2:1"),
        ("%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 1\n", "a second document", "f:6:1"),
    ],
)
def test_versions_tabs_and_several_documents_have_their_own_sentence(text: str, message: str, place: str) -> None:
    with pytest.raises(InvalidScenarioError) as error:
        tree_of(text.encode(), "f")
    assert message in str(error.value)
    assert str(error.value.findings[0].span) == place


@pytest.mark.parametrize(
    "text", ["%YAML 1.2\n---\na: 1\n", "%YAML 1.1\n---\na: 1\n", "a: 1\n...\n", "---\na: 1\n...\n"]
)
def test_a_single_document_is_read(text: str) -> None:
    assert tree_of(text.encode(), "f").data == {"a": 1}


ODD = [
    "%YAML\n---\na: 1\n",
    "%YAML 1.2 foo\n---\na: 1\n",
    "%YAML 1.2\n%YAML 1.2\n---\na: 1\n",
    "%FOO bar\n---\na: 1\n",
    "%YAML 1.2\na: 1\n",
    "a: \x00",
    "a: \x07",
    "a: 1\x85b: 2",
    "? [a]\n: 1",
    "? a\n? b",
    "!!set {a, b}",
    "a: !!binary aGk=",
    "a: !foo 1",
    "a: !<tag:x> 1",
    "a: *x",
    "&x a: *x",
    "a: &x [*x]",
    "a: @x",
    "a: `x`",
    "{a: 1, a: 2}",
    "a: " + "9" * 5000,
    'a: "\\ud800"',
    'a: "\\q"',
    "a: >1-\n  x",
    "a: >0\n x",
    "a: |99\n x",
    "[a, b: c",
    "a: b: c",
    "a: 1\n%b: 2",
    "a: \n%YAML 1.2\n",
    "- - - - a",
    "<<: 1",
    "<<: [1]",
    "a: !!int x",
    "a: !!float []",
    "!!str",
    "--- >\n%\n",
    "...",
    "---",
    "'",
    '"',
    "a: '",
    "{",
    "]",
    "}",
    ":",
    "? ",
    "- ",
    "|",
    ">",
    "#",
    "&",
    "*",
    "!",
    "%",
    "a: !!null x",
    "1: 2\n1.0: 3",
    "~: 1",
    "a:\n- b\n  c",
    "a: b\n c: d",
    "\ufeff\ufeffa: 1",
    "\u2028a: 1",
    "a: \u202e1",
    "%TAG ! !\n---\n!x a",
    "%TAG !x! !\n%TAG !x! !\n---\na",
]


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_yaml_is_read_or_refused(text: str) -> None:
    with suppress(InvalidScenarioError):
        tree_of(text.encode(), "f")

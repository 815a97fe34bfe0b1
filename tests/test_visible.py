"""Text of others is visible, stays in its line, and is no formula."""

from __future__ import annotations

import json

import pytest

from swarmsec.visible import csv_cell, csv_text, hidden_characters, one_line, visible, visible_json

HIDDEN = {
    "\x1b]0;owned\x07": r"\x1b]0;owned\x07",
    "\x1b[2J\x1b[H": r"\x1b[2J\x1b[H",
    "\x9b31m": r"\x9b31m",
    "a\rverdict": r"a\rverdict",
    "nul\x00": r"nul\x00",
    "del\x7f": r"del\x7f",
    "\u202eevil": r"\u202eevil",
    "\u2066a\u2069": r"\u2066a\u2069",
    "a\u2028b": r"a\u2028b",
    "bell\x08\x08\x08": r"bell\x08\x08\x08",
    "path\udcff": r"path\udcff",
}


@pytest.mark.parametrize("text", HIDDEN)
def test_characters_that_hide_or_move_text_are_escaped(text) -> None:
    assert visible(text) == one_line(text) == HIDDEN[text]
    assert hidden_characters(text)


@pytest.mark.parametrize("text", ["plain", "naïve · 日本語 😀", "a\\b", "שלום", "می‌روم"])
def test_other_text_is_unchanged(text) -> None:
    assert (visible(text), one_line(text), hidden_characters(text)) == (text, text, "")


def test_newlines_and_tabs_are_escaped_in_a_line_alone() -> None:
    assert (visible("a\n\tb"), one_line("a\n\tb")) == ("a\n\tb", "a\\n\\tb")


@pytest.mark.parametrize("text", HIDDEN)
def test_a_json_document_keeps_its_content(text) -> None:
    written = visible_json(json.dumps({"x": text}, ensure_ascii=False))
    assert json.loads(written) == {"x": text}
    assert visible(written) == written


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|' /C calc'!A0", "+cmd", "-x", "-2+3", "@SUM(A1)", "\tx", "＝1+1", "-", "+1,2"]
)
def test_a_cell_that_a_spreadsheet_would_run_begins_with_an_apostrophe(text) -> None:
    assert csv_cell(text) == f"'{text}"
    assert csv_text(csv_cell(text)) == text


def test_a_carriage_return_in_a_cell_is_escaped() -> None:
    assert csv_cell("\r=1+1") == r"\r=1+1"


@pytest.mark.parametrize(
    "value", [-3, 2.5, None, "-3", "+2.5", "-1e-9", "-.5", "-inf", "wmsr:f=2", "", "'quoted'", "a-b"]
)
def test_numbers_and_other_cells_are_unchanged(value) -> None:
    assert csv_cell(value) == value
    assert csv_text(str(value)) == str(value)

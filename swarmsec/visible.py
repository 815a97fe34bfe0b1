"""Text of others on its way out: characters that hide or move other text are escaped, and cells are no formulas.

Scenarios, plug-ins and paths are data. A control character of theirs could clear the screen, a carriage return or a
newline could forge a line of a report, and a bidi mark could reorder one. `visible` is for text of several lines,
`one_line` for a part of a line. One-line fields of a scenario refuse such characters; see `hidden_characters`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_SEPARATORS = "\u2028\u2029\ufeff"
_SURROGATES = "\ud800-\udfff"
_HIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_BIDI}{_SEPARATORS}{_SURROGATES}]")
_NOT_IN_A_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDI}{_SEPARATORS}{_SURROGATES}]")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")


def visible(text: str) -> str:
    r"""The text with control characters, bidi marks and lone surrogates escaped; newlines and tabs are kept.

    Examples:
        >>> visible("bold \x1b[1m, a\rb")
        'bold \\x1b[1m, a\\rb'
    """
    return _HIDDEN.sub(_escaped, text)


def one_line(text: str) -> str:
    r"""The text in one line: as `visible`, and newlines and tabs are escaped too.

    Examples:
        >>> one_line("a\nverdict: won")
        'a\\nverdict: won'
    """
    return _NOT_IN_A_LINE.sub(_escaped, text)


def hidden_characters(text: str) -> str:
    r"""The escaped characters of a text that a one-line field must not have, each once; empty if there are none.

    Examples:
        >>> hidden_characters("plain"), hidden_characters("a\x1b]0;b\x07\x1b")
        ('', '\\x1b \\x07')
    """
    return " ".join(dict.fromkeys(map(_escaped, _NOT_IN_A_LINE.finditer(text))))


def visible_json(text: str) -> str:
    r"""A JSON document with the hidden characters that JSON leaves as they are escaped; its content is the same.

    Examples:
        >>> visible_json('"\x9b"')
        '"\\u009b"'
    """
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def csv_cell(value: Any) -> Any:
    """A cell of a CSV file that no spreadsheet runs: text that would be a formula begins with an apostrophe.

    Numbers are unchanged, also as text.

    Examples:
        >>> csv_cell("=1+1"), csv_cell("-3.5"), csv_cell("-x"), csv_cell(-2)
        ("'=1+1", '-3.5', "'-x", -2)
    """
    return _text_cell(value) if isinstance(value, str) else value


@lru_cache
def _text_cell(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if shown.startswith(_FORMULA_STARTS) and not _is_number(shown) else shown


def csv_text(cell: str) -> str:
    """The text of a cell that `csv_cell` wrote.

    Examples:
        >>> csv_text("'=1+1"), csv_text("'tis")
        ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_STARTS) else cell


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+](inf|nan)", text))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")

"""Tables that fit the terminal: no cell is shortened, so that no number reads as another one.

Where the columns do not fit, cells are wrapped between words; where a word does not fit, every row becomes a block.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from itertools import zip_longest

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from swarmsec.visible import visible

_WORD_MAX = 24
"""Longer words, such as paths and digests, may be folded; numbers are shorter."""

_INDENT = 2


class FittingTable:
    """A table without lines, in the width of the terminal.

    Args:
        table: The table; its columns are padded on one side only.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, or its rows as blocks."""
        table = self._table
        gaps = len(table.columns) - (not table.pad_edge)
        available = options.max_width - gaps * (table.padding[1] + table.padding[3])
        most = [max(map(_width, _texts(column, table)), default=0) for column in table.columns]
        least = [
            one if column.no_wrap else max(map(_longest_word, _texts(column, table)), default=0)
            for column, one in zip(table.columns, most, strict=True)
        ]
        if sum(most) <= available:
            yield table
        elif sum(least) <= available:
            yield _with_widths(table, _widths(least, most, available))
        else:
            yield from self._blocks()

    def _blocks(self) -> Iterator[RenderableType]:
        table = self._table
        if table.title:
            yield Text(visible(str(table.title)), style="bold")
        heads = [_text(column.header) if table.show_header else Text() for column in table.columns]
        if heads and heads[0].plain.strip():
            yield heads[0]
        for row, cells in zip_longest(table.rows, zip(*(column.cells for column in table.columns), strict=True)):
            first, *others = map(_text, cells)
            if first.plain.strip() or not any(other.plain for other in others):
                yield Text.assemble(first, style=row.style or "")
            for head, cell in zip(heads[1:], others, strict=True):
                if cell.plain.strip():
                    words = Text("  ").join([part for part in (head, cell) if part.plain.strip()])
                    words.style, words.overflow = row.style or "", "fold"
                    yield Padding(words, (0, 0, 0, 2 * _INDENT))


def _with_widths(table: Table, widths: Sequence[int]) -> Table:
    narrow = copy(table)
    narrow.columns = [
        replace(column, width=width, overflow="fold") for column, width in zip(table.columns, widths, strict=True)
    ]
    return narrow


def _widths(least: Sequence[int], most: Sequence[int], available: int) -> list[int]:
    """The least width of each column, and a part of the rest in proportion to what it lacks."""
    lacking = [high - low for low, high in zip(least, most, strict=True)]
    rest = available - sum(least)
    return [low + rest * lack // max(1, sum(lacking)) for low, lack in zip(least, lacking, strict=True)]


def _texts(column: Column, table: Table) -> list[str]:
    """The text of the cells of a column, with that of its heading if it is shown."""
    cells = [*([column.header] if table.show_header else []), *column.cells]
    return [_text(cell).plain for cell in cells]


def _text(cell: RenderableType) -> Text:
    return cell.copy() if isinstance(cell, Text) else Text(visible(str(cell)))


def _width(text: str) -> int:
    return max((Text(line).cell_len for line in text.splitlines()), default=0)


def _longest_word(text: str) -> int:
    words = text.split()
    indent = len(text) - len(text.lstrip())
    return min(_WORD_MAX, indent + max((Text(word).cell_len for word in words), default=0))

"""Tables and other text in plain lines, for pipes and files."""

from __future__ import annotations

import math
import os
import sys
import textwrap
from collections.abc import Collection, Mapping, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from swarmsec.visible import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType


def plain_table(
    rows: Sequence[Sequence[str]],
    *,
    left: Collection[int] | None = None,
    indent: int = 2,
    gap: int = 2,
    heading: bool = True,
) -> str:
    """Rows of cells in aligned columns, one line per row; one block per row if the terminal is narrower.

    Args:
        rows: All rows, of one length, the heading among them.
        left: The columns that are aligned to the left, all by default; the others are aligned to the right.
        indent: Spaces before each line.
        gap: Spaces between two columns.
        heading: Whether the first row is a heading.

    Examples:
        >>> print(plain_table([["seed", "bill"], ["3", "12.5"]], left={0}, indent=0))
        seed  bill
        3     12.5
    """
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    width = terminal_width()
    if width and indent + sum(widths) + gap * (len(widths) - 1) > width:
        return _blocks(rows, indent, heading=heading)
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if left is None or number in left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip())
    return "\n".join(lines)


def _blocks(rows: Sequence[Sequence[str]], indent: int, *, heading: bool) -> str:
    """One block per row: its first cell, then every other cell with its heading on a line of its own."""
    heads, rows = (rows[0], rows[1:]) if heading else ([""] * len(rows[0]), rows)
    lines = [" " * indent + heads[0].strip()] if heads[0].strip() else []
    for row in rows:
        lines.append(" " * indent + row[0].strip())
        lines += [
            f"{' ' * (indent + 2)}{head.strip()}  {cell.strip()}".rstrip()
            if head.strip()
            else f"{' ' * (indent + 2)}{cell.strip()}"
            for head, cell in zip(heads[1:], row[1:], strict=True)
            if cell.strip()
        ]
    return "\n".join(lines)


def terminal_width() -> int | None:
    """The columns of the terminal that standard output is, or None if it is none."""
    if not sys.stdout.isatty() and not any(map(os.environ.get, ("FORCE_COLOR", "TTY_COMPATIBLE"))):
        return None
    return get_terminal_size().columns


def folded(text: str, width: int) -> str:
    """The text with lines of more than `width` characters folded between words, so that no number is cut.

    Examples:
        >>> print(folded("  bill  $1,189,714  $1,210,000", 20))
          bill  $1,189,714
            $1,210,000
    """
    lines = []
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        wrapped = textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, expand_tabs=False
        )
        lines += wrapped if len(line) > width else [line]
    return "\n".join(lines)


def yaml_word(value: Any) -> str:
    """A parameter's value as YAML writes it, in one line.

    Examples:
        >>> yaml_word(None), yaml_word([True, 1.5]), yaml_word(float("inf"))
        ('null', '[true, 1.5]', '.inf')
    """
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {yaml_word(one)}' for key, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(yaml_word, value))}]"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def plain_text(rendered: RenderableType) -> str:
    """The text that Rich prints, without color, boxes and wrapping."""
    from swarmsec.report.console import LiteralConsole

    console = LiteralConsole(color_system=None, width=10_000, force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        console.print(rendered)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())

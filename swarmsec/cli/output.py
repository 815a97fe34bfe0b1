"""How commands print: results on standard output, as text or as one JSON document; hints on standard error.

Every text of a command leaves by a function of this module. Text of scenarios, plug-ins and paths is data: its control
characters are printed as escape sequences.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from swarmsec.report.tables import folded, plain_text, terminal_width
from swarmsec.visible import visible, visible_json

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def say(text: str = "", *, end: str = "\n") -> None:
    """Print text on standard output, as it is written."""
    sys.stdout.write(visible(text) + end)
    sys.stdout.flush()


def print_report(text: str) -> None:
    """Print lines on standard output; on a terminal, longer lines are folded between words."""
    width = terminal_width()
    say(folded(text, width) if width else text)


def print_document(text: str) -> None:
    """Print a document, such as a scenario, unchanged into a pipe or file; visible on a terminal."""
    sys.stdout.write(visible(text) if sys.stdout.isatty() else text)
    sys.stdout.flush()


def hint(text: str) -> None:
    """Print text on standard error."""
    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


def print_json(document: Any, *, default: Callable[[Any], Any] | None = None) -> None:
    """Print one JSON document; non-finite numbers become null.

    Args:
        document: Plain data.
        default: Converts an object without a JSON type, such as a date; such an object is an error unless given.
    """
    plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    text = json.dumps(finite(document), indent=2, ensure_ascii=plain, allow_nan=False, default=default)
    print_document(visible_json(text) + "\n")


def finite(value: Any) -> Any:
    """The same data, with None for every non-finite number.

    Examples:
        >>> finite({"delay": float("nan"), "seeds": (1, 2)})
        {'delay': None, 'seeds': [1, 2]}
    """
    if isinstance(value, Mapping):
        return {key: finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_rendered(rendered: RenderableType) -> None:
    """Print a Rich object: in color at the terminal's width, or as plain lines into a pipe or file."""
    if console := terminal():
        console.print(rendered)
    else:
        say(plain_text(rendered))


def terminal() -> Console | None:
    """Rich console if stdout is a terminal, else None; Rich is imported only if it may be one."""
    if terminal_width() is None:
        return None
    from swarmsec.report.console import LiteralConsole

    console = LiteralConsole()
    return console if console.is_terminal else None

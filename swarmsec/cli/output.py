"""How commands print results on standard output: one JSON document, or text for a terminal or a pipe."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def print_json(document: Any) -> None:
    """Print one JSON document.

    Args:
        document: Plain data with finite numbers; see `jsonable` for other data.
    """
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def jsonable(value: Any) -> Any:
    """A value as JSON can hold it: null for a non-finite number, text for a date or other object.

    Examples:
        >>> jsonable({"delay": float("nan"), "seeds": (1, 2)})
        {'delay': None, 'seeds': [1, 2]}
    """
    if isinstance(value, Mapping):
        return {str(key): jsonable(one) for key, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [jsonable(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def print_rendered(rendered: RenderableType) -> None:
    """Print a Rich object: in color and as wide as the terminal, or as plain lines into a pipe or file."""
    if console := terminal():
        console.print(rendered)
    else:
        from swarmsec.report.tables import plain_text

        typer.echo(plain_text(rendered))


def terminal() -> Console | None:
    """Rich console if stdout is a terminal, else None; Rich is imported only if it may be one."""
    if not sys.stdout.isatty() and not any(map(os.environ.get, ("FORCE_COLOR", "TTY_COMPATIBLE"))):
        return None
    from rich.console import Console

    # Text of scenarios and plug-ins is data: `[red]` or `:bug:` in it is printed as it stands.
    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else None

"""How commands print results on standard output: one JSON document, or text for a terminal or a pipe."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def print_json(document: Any, *, default: Callable[[Any], Any] | None = None) -> None:
    """Print one JSON document; non-finite numbers become null.

    Args:
        document: Plain data.
        default: Converts an object without a JSON type, such as a date; such an object is an error unless given.
    """
    typer.echo(json.dumps(finite(document), indent=2, ensure_ascii=False, allow_nan=False, default=default))


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
        from swarmsec.report.tables import plain_text

        typer.echo(plain_text(rendered))


def terminal() -> Console | None:
    """Rich console if stdout is a terminal, else None; Rich is imported only if it may be one."""
    if not sys.stdout.isatty() and not any(map(os.environ.get, ("FORCE_COLOR", "TTY_COMPATIBLE"))):
        return None
    from rich.console import Console

    # Text of scenarios and plug-ins is data: `[red]` or `:bug:` in it is printed literally.
    console = Console(highlight=False, markup=False, emoji=False)
    return console if console.is_terminal else None

"""`swarmsec fmt`: scenarios in one layout."""

from __future__ import annotations

from typing import Annotated

import typer

from swarmsec.cli.options import Json, Plugins
from swarmsec.cli.rewrite import rewrite


def fmt(
    files: Annotated[list[str], typer.Argument(help="Files, or - for standard input.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file would change.")] = False,
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Format FILES: order of keys, indentation, spaces. Comments and meaning are kept."""
    from swarmsec.authoring.fmt import formatted
    from swarmsec.registry import Registry

    registry = Registry(plugins or ())
    return rewrite(
        files,
        lambda text: formatted(text.content, text.label, registry=registry),
        schema="swarmsec.fmt/v1",
        done="formatted",
        check=check,
        as_json=as_json,
    )

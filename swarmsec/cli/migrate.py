"""`swarmsec migrate`: convert scenarios of older formats to the current one."""

from __future__ import annotations

from typing import Annotated

import typer

from swarmsec.cli.options import Json
from swarmsec.cli.rewrite import rewrite
from swarmsec.errors import UsageError


def migrate(
    files: Annotated[list[str], typer.Argument(help="Files, or - for standard input.")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if a file is of an older format.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Rewrite files of older formats.")] = False,
    as_json: Json = False,
) -> int:
    """Convert FILES of older formats to the current one, step by step. Comments are kept."""
    from swarmsec.authoring.migrate import migrated

    if check == write and files != ["-"]:
        raise UsageError("give --check to list old files, or --write to rewrite them")
    return rewrite(
        files,
        lambda text: migrated(text.content, text.label),
        schema="swarmsec.migrate/v1",
        done="migrated",
        check=check,
        as_json=as_json,
    )

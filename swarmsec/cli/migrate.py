"""`swarmsec migrate`: scenarios of older formats in today's."""

from __future__ import annotations

from typing import Annotated

import typer

from swarmsec.cli.options import Json
from swarmsec.cli.rewrite import rewrite
from swarmsec.errors import UsageError


def migrate(
    files: Annotated[list[str], typer.Argument(help="Files, or - for standard input.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if something is old.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Rewrite what is old.")] = False,
    as_json: Json = False,
) -> int:
    """Bring FILES of older formats to today's, step by step. Comments stay."""
    from swarmsec.authoring.migrate import migrated

    if check == write and files != ["-"]:
        raise UsageError("say --check to look or --write to rewrite")
    return rewrite(
        files,
        lambda text: migrated(text.content, text.label),
        schema="swarmsec.migrate/v1",
        done="migrated",
        check=check,
        as_json=as_json,
    )

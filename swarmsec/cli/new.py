"""`swarmsec new`: a scenario from a template."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from swarmsec.cli.options import Json
from swarmsec.cli.output import hint, print_document, print_json, say
from swarmsec.errors import ExitCode, UsageError
from swarmsec.files import write_atomically
from swarmsec.visible import one_line


class _World(StrEnum):
    BELIEFS = "beliefs"
    TRADING = "trading"


def new(
    file: Annotated[
        str | None, typer.Argument(help="The file to write, mine.yaml unless given; - for standard output.")
    ] = None,
    world: Annotated[_World, typer.Option(help="The world of the scenario.")] = _World.BELIEFS,
    template: Annotated[str | None, typer.Option(help="liar, sweep, false_signal or campaign.", metavar="NAME")] = None,
    out: Annotated[str | None, typer.Option(help="The same as FILE.", metavar="FILE")] = None,
    schema: Annotated[
        str | None,
        typer.Option(help="The schema for editors, written if it is missing; '' for none.", metavar="FILE"),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    as_json: Json = False,
) -> int:
    """Write a new scenario from a template, and the JSON Schema that editors complete and check it with."""
    from swarmsec.authoring.new import DEFAULTS, new_text, relative, schema_text

    if file and out:
        raise UsageError(f"{out} given next to {file}; name one file to write to", where="--out")
    out = file or out or "mine.yaml"
    chosen = template or DEFAULTS[world]
    if out == "-":
        text = new_text(chosen, modeline=schema or "")
        if as_json:
            print_json({"schema": "swarmsec.new/v1", "text": text})
        else:
            print_document(text)
        return ExitCode.DONE
    path = Path(out)
    if path.exists() and not force:
        raise UsageError("the file exists; overwrite it with --force, or name another file", where=out)
    beside = path.parent / "swarmsec.schema.json" if schema is None else Path(schema) if schema else None
    text = new_text(chosen, name=path.stem, modeline=relative(beside, path) if beside else "")
    written = [path]
    write_atomically(path, text)
    if beside and not beside.exists():
        write_atomically(beside, schema_text())
        written.append(beside)
    if as_json:
        print_json({"schema": "swarmsec.new/v1", "template": chosen, "files": [str(one) for one in written]})
    else:
        for one in written:
            say(one_line(str(one)))
        hint(f"next: swarmsec run {one_line(str(out))}")
    return ExitCode.DONE

"""`swarmsec schema`: the JSON Schema with which editors complete and check scenarios."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from swarmsec.cli.options import Plugins
from swarmsec.cli.output import print_json
from swarmsec.files import write_atomically


class _Draft(StrEnum):
    # As in swarmsec.authoring.schema, which only this command needs to import.
    CURRENT = "2020-12"
    SEVEN = "7"


def schema(
    draft: Annotated[_Draft, typer.Option(help="The version of JSON Schema; editors know 7 best.")] = _Draft.CURRENT,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write.", metavar="FILE")] = None,
    plugins: Plugins = None,
) -> None:
    """Print the JSON Schema of a scenario, with every plug-in and its parameters.

    Put `# yaml-language-server: $schema=FILE` on a scenario's first line, and an editor completes and checks it.
    """
    from swarmsec.authoring.schema import Draft, scenario_schema
    from swarmsec.registry import Registry

    made = scenario_schema(Registry(plugins or ()), draft=Draft(draft.value))
    if out is None:
        print_json(made)
    else:
        write_atomically(out, json.dumps(made, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

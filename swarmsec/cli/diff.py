"""`swarmsec diff`: the differences in meaning between two scenarios."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from swarmsec.cli.options import Json, Plugins
from swarmsec.cli.output import hint, print_json, say
from swarmsec.errors import ExitCode, UsageError
from swarmsec.visible import one_line

SCHEMA = "swarmsec.diff/v1"
_SHOWN_MAX = 60


def diff(
    old: Annotated[str, typer.Argument(help="A library name, a file, or - for standard input.")],
    new: Annotated[str, typer.Argument(help="The other scenario.")],
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """List the differences in meaning between the scenarios OLD and NEW; ends with 1 if there is any."""
    from swarmsec.authoring.diff import difference
    from swarmsec.scenario import load_scenario

    if old == new == "-":
        raise UsageError("standard input can be one of the two scenarios, not both")
    found = difference(load_scenario(old, plugins=plugins or ()), load_scenario(new, plugins=plugins or ()))
    if as_json:
        changes = [change.to_dict() for change in found.changes]
        document = {"schema": SCHEMA, "old": old, "new": new, "same_runs": found.same_runs, "changes": changes}
        print_json(document)
    elif found.changes:
        for change in found.changes:
            say(f"{one_line(change.path)}  {_shown(change.old)} → {_shown(change.new)}")
        same = "the digest and every run are the same" if found.same_runs else "the digest differs"
        hint(f"{len(found.changes)} difference{'s' if len(found.changes) > 1 else ''}; {same}")
    else:
        hint("no difference")
    return ExitCode.GATE_FAILED if found.changes else ExitCode.DONE


def _shown(value: Any) -> str:
    from swarmsec.authoring.diff import ABSENT

    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN_MAX else f"{text[: _SHOWN_MAX - 3]}..."

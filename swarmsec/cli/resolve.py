"""`swarmsec resolve`: scenarios with every default written out."""

from __future__ import annotations

from typing import Annotated

import typer

from swarmsec.cli.options import ExtendsFrom, Json, Plugins, settings_of
from swarmsec.cli.output import print_document, print_json
from swarmsec.errors import ExitCode, UsageError

SCHEMA = "swarmsec.resolved/v1"


def resolve(
    scenarios: Annotated[list[str], typer.Argument(help="Library names, files, or - for standard input.")],
    origin: Annotated[bool, typer.Option("--origin", help="Print where each value comes from.")] = False,
    point: Annotated[int | None, typer.Option(help="At this point of the sweep, counted from 0.")] = None,
    points: Annotated[bool, typer.Option("--points", help="At every point of the sweep.")] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Set a value of the scenario.", metavar="PATH=VALUE")
    ] = None,
    attack: Annotated[
        list[str] | None, typer.Option(help="Replace the attacks of the scenario.", metavar="KIND[:p=v,..]")
    ] = None,
    defense: Annotated[
        list[str] | None, typer.Option(help="Replace the defenses of the scenario.", metavar="KIND[:p=v,..]")
    ] = None,
    as_json: Json = False,
    plugins: Plugins = None,
    extends_from: ExtendsFrom = None,
) -> int:
    """Print SCENARIOS with every default written out, as equivalent YAML."""
    from swarmsec.authoring.resolve import resolve as resolve_one
    from swarmsec.authoring.resolve import resolve_points
    from swarmsec.scenario import load_scenario

    if points and point is not None:
        raise UsageError("give one of --point and --points", where="--points")
    found = []
    for name in scenarios:
        loaded = load_scenario(
            name,
            settings=settings_of(set_),
            attack=attack or None,
            defense=defense or None,
            plugins=plugins or (),
            extends_from=extends_from or (),
        )
        if points or point is not None:
            found += resolve_points(loaded, None if point is None else [point])
        else:
            found.append(resolve_one(loaded))
    if as_json:
        document = {"schema": SCHEMA, "scenarios": [one.to_dict(origin=origin) for one in found]}
        print_json(document)
    else:
        print_document("---\n".join(one.text(origin=origin) for one in found))
    return ExitCode.DONE

"""`swarmsec validate`: check scenarios without running them."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from swarmsec.cli.options import Json, Plugins
from swarmsec.errors import ExitCode, SwarmsecError


def validate(
    scenarios: Annotated[list[str], typer.Argument(help="Library names, files, or - for standard input.")],
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Check SCENARIOS: keys, plug-ins, parameters, selectors and rules, without running anything."""
    from swarmsec.authoring import load_scenario

    found: list[dict[str, object]] = []
    worst = ExitCode.DONE
    for name in scenarios:
        try:
            scenario = load_scenario(name, plugins=plugins or ())
            found.append({"scenario": name, "valid": True, "digest": scenario.digest})
        except SwarmsecError as error:
            worst = max(worst, error.exit_code)
            found.append({"scenario": name, "valid": False, "error": {"where": error.where, "message": error.message}})
            if not as_json:
                typer.echo(f"swarmsec: {error}", err=True)
        else:
            if not as_json:
                typer.echo(f"{name}: valid")
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
    return worst

"""`swarmsec validate`: check scenarios without running them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from swarmsec.cli.lazy_numpy import numpy_on_demand
from swarmsec.cli.options import FindingsFormat, Json, Limit, Plugins
from swarmsec.cli.output import print_json
from swarmsec.errors import ExitCode, SwarmsecError


def validate(
    scenarios: Annotated[list[str], typer.Argument(help="Library names, files, or - for standard input.")],
    form: FindingsFormat = "text",
    as_json: Json = False,
    plugins: Plugins = None,
    limit: Limit = None,
) -> int:
    """Check SCENARIOS: keys, plug-ins, parameters, selectors and rules, without running anything."""
    numpy_on_demand()
    from swarmsec.scenario import findings_of, load_scenario
    from swarmsec.scenario.size import bytes_of, check_fits, size_of

    most = None if limit is None else bytes_of(limit)
    form = "json" if as_json else form
    found: list[dict[str, Any]] = []
    errors: dict[str, SwarmsecError] = {}
    for name in dict.fromkeys(scenarios):
        try:
            loaded = load_scenario(name, plugins=plugins or ())
            size = size_of(loaded)
            check_fits(size, most)
            valid = {"scenario": name, "valid": True, "digest": loaded.digest, "findings": []}
            found.append({**valid, "size": size._asdict()})
        except SwarmsecError as error:
            errors[name] = error
            findings = [finding.to_dict() for finding in findings_of(error)]
            failure = {"where": error.where, "message": error.message}
            found.append({"scenario": name, "valid": False, "error": failure, "findings": findings})
    if form == "text":
        for one in found:
            name = one["scenario"]
            typer.echo(f"swarmsec: {errors[name]}" if name in errors else f"{name}: valid", err=name in errors)
    elif form == "json":
        print_json(found)
    else:
        from swarmsec.report.findings import Checked, github, sarif

        checked = [Checked(name, findings_of(error)) for name, error in errors.items()]
        typer.echo(github(checked) if form == "github" else sarif(checked), nl=bool(checked))
    return max((error.exit_code for error in errors.values()), default=ExitCode.DONE)

"""`swarmsec validate`: check scenarios without running them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from swarmsec.cli.lazy_numpy import numpy_on_demand
from swarmsec.cli.options import ExtendsFrom, FindingsFormat, Json, Limit, Plugins
from swarmsec.cli.output import hint, print_document, print_json, say
from swarmsec.errors import ExitCode, SwarmsecError
from swarmsec.visible import one_line


def validate(
    scenarios: Annotated[list[str], typer.Argument(help="Library names, files, or - for standard input.")],
    form: FindingsFormat = "text",
    as_json: Json = False,
    plugins: Plugins = None,
    extends_from: ExtendsFrom = None,
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
            loaded = load_scenario(name, plugins=plugins or (), extends_from=extends_from or ())
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
            if name in errors:
                hint(f"swarmsec: {errors[name]}")
            else:
                say(f"{one_line(name)}: valid")
    elif form == "json":
        print_json(found)
    else:
        from swarmsec.report.findings import Checked, github, sarif

        checked = [Checked(name, findings_of(error)) for name, error in errors.items()]
        text = (github if form == "github" else sarif)(checked)
        print_document(f"{text}\n" if text else "")
    return max((error.exit_code for error in errors.values()), default=ExitCode.DONE)

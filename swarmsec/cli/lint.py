"""`swarmsec lint`: likely mistakes in valid scenarios."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from swarmsec.cli.options import (
    Cluster,
    ExtendsFrom,
    FindingsFormat,
    Jobs,
    Json,
    Plugins,
    Timeout,
    check_executor_options,
    executor_of,
)
from swarmsec.cli.output import hint, print_document, print_json, say
from swarmsec.errors import ExitCode, SwarmsecError
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from swarmsec.report.findings import Checked
    from swarmsec.runs.executors import Executor

Codes = list[str] | None


class _Options(NamedTuple):
    """The options of the command, for all scenarios."""

    deep: Deep | None
    fix: bool
    select: list[str]
    ignore: list[str]
    plugins: list[Path]
    extends_from: list[Path]
    quiet: bool


Deep = Callable[[], AbstractContextManager["Executor"]]
"""Opens the executor that runs arms for `--deep`."""


class _Page(NamedTuple):
    """The findings in one scenario, as JSON and as lints, and the exit code."""

    document: dict[str, Any]
    checked: Checked
    code: ExitCode


def lint(
    scenarios: Annotated[list[str], typer.Argument(help="Library names, files, or - for standard input.")],
    deep: Annotated[bool, typer.Option("--deep", help="Also run it: does the attack bite, can blue win?")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Fix mistakes in place, where possible; keep comments.")] = False,
    select: Annotated[Codes, typer.Option(help="Only these rules: SW001,SW1.", metavar="CODES")] = None,
    ignore: Annotated[Codes, typer.Option(help="All rules but these.", metavar="CODES")] = None,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    form: FindingsFormat = "text",
    as_json: Json = False,
    plugins: Plugins = None,
    extends_from: ExtendsFrom = None,
) -> int:
    """Find likely mistakes in valid SCENARIOS. Ends with 1 if there is a warning, with 0 if there are only notes."""
    from swarmsec.authoring.lint import selected
    from swarmsec.report.findings import github, sarif

    form = "json" if as_json else form
    check_executor_options(jobs=jobs, timeout=timeout)
    opened = partial(executor_of, jobs=jobs, cluster=cluster, timeout=timeout) if deep else None
    asked = _Options(opened, fix, _codes(select), _codes(ignore), plugins or [], extends_from or [], form != "text")
    selected(asked.select, asked.ignore)
    pages = [_page(name, asked) for name in dict.fromkeys(scenarios)]
    if form == "json":
        print_json([page.document for page in pages])
    elif form != "text":
        text = (github if form == "github" else sarif)([page.checked for page in pages])
        print_document(f"{text}\n" if text else "")
    return max(page.code for page in pages)


def _page(name: str, asked: _Options) -> _Page:
    """Lint one scenario, and print its findings unless all go into one JSON or SARIF document."""
    from swarmsec.report.findings import Checked
    from swarmsec.scenario import findings_of

    try:
        return _linted(name, asked)
    except SwarmsecError as error:
        if not asked.quiet:
            hint(f"swarmsec: {error}")
        document = {"scenario": name, "valid": False, "error": _error_document(error), "findings": []}
        return _Page(document, Checked(name, findings_of(error)), error.exit_code)


def _error_document(error: SwarmsecError) -> dict[str, Any]:
    findings = [finding.to_dict() for finding in getattr(error, "findings", ())]
    return {"where": error.where, "message": error.message, "findings": findings}


def _linted(name: str, asked: _Options) -> _Page:
    from swarmsec.authoring.lint import fixed
    from swarmsec.authoring.lint import lint as lint_one
    from swarmsec.report.findings import Checked
    from swarmsec.scenario import load_scenario

    choice: dict[str, Any] = {"select": asked.select, "ignore": asked.ignore}
    fixes = fixed(name, **choice, plugins=asked.plugins, extends_from=asked.extends_from) if asked.fix else []
    scenario = load_scenario(name, plugins=asked.plugins, extends_from=asked.extends_from)
    found = lint_one(scenario, **choice)
    if asked.deep:
        from swarmsec.authoring.deep_lint import deep_lint
        from swarmsec.runs import JobCache, whole

        def advance(what: str) -> None:
            hint(f"{scenario.name}: running {what}")

        with asked.deep() as executor:
            found += deep_lint(scenario, JobCache(executor, whole), **choice, advance=advance)
    warnings = sum(one.severity == "warning" for one in found)
    if not asked.quiet:
        for one in fixes:
            assert one.fix
            say(f"{one.finding.span}  {one.finding.path}  {one.code} fixed: {one.fix.value}")
        for one in found:
            say(one.text(scenario.tree))
        say(f"{one_line(name)}: {_count(warnings, len(found) - warnings)}")
    page = {
        "scenario": name,
        "valid": True,
        "findings": [one.to_dict() for one in found],
        "fixed": [one.to_dict() for one in fixes],
    }
    return _Page(page, Checked(name, lints=found), ExitCode.GATE_FAILED if warnings else ExitCode.DONE)


def _count(warnings: int, notes: int) -> str:
    parts = [f"{count} {word}{'s' * (count != 1)}" for count, word in ((warnings, "warning"), (notes, "note")) if count]
    return ", ".join(parts) or "clean"


def _codes(options: Codes) -> list[str]:
    return [code.strip().upper() for option in options or () for code in option.split(",") if code.strip()]

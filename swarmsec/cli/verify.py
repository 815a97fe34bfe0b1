"""`swarmsec verify`: execute runs again, and compare what comes of them with what was kept."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swarmsec.cli.options import Json, Plugins
from swarmsec.cli.output import print_json
from swarmsec.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from swarmsec.replay.verification import Verified


def verify(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a store of tournaments.", metavar="RUN")] = Path(
        "runs/latest"
    ),
    sample: Annotated[
        int | None,
        typer.Option(help="How many seeds of a folder, all unless said, or runs of a store, 20 unless said."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    jobs: Annotated[int, typer.Option(help="How many processes; the result is the same.")] = 1,
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Execute RUN again, or a sample of a store, and compare every figure of it.

    Ends with 0 if nothing differs, with 1 if anything does, and with 3 if it cannot be executed as it was.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="--jobs")
    if sample is not None and all_:
        raise UsageError("--sample and --all given; one of the two")
    if sample is not None and sample < 1:
        raise UsageError(f"{sample} given; must be at least 1", where="--sample")
    with redirect_stdout(sys.stderr):  # What a plug-in prints is none of the results.
        found = _verified(run, sample, all_, jobs, plugins or [])
    if as_json:
        print_json({"schema": "swarmsec.verify/v1", **found.to_dict()})
    else:
        from swarmsec.report.verification import verification_lines

        typer.echo(verification_lines(found))
    if found.differences:
        return ExitCode.GATE_FAILED
    return ExitCode.SCENARIO_REJECTED if found.refused else ExitCode.DONE


def _verified(run: Path, sample: int | None, all_: bool, jobs: int, plugins: list[Path]) -> Verified:
    from swarmsec.replay.verification import SAMPLE, verify_folder, verify_store
    from swarmsec.runs.executors import open_executor
    from swarmsec.runs.run_files import find_run
    from swarmsec.store.connect import is_store

    if is_store(run):
        if plugins:
            raise UsageError("a store tells where the plug-ins of its runs are", where="--plugins")
        with open_executor(jobs=jobs) as executor:
            return verify_store(run, executor, sample=None if all_ else sample or SAMPLE)
    folder = find_run(run)
    if folder is None:
        what = "is neither a run's folder nor a store" if run.exists() else "no such folder or store"
        raise UsageError(f"{what}; `swarmsec run` makes the one, and `swarmsec tournament` the other", where=str(run))
    return verify_folder(folder, sample=sample, jobs=jobs, plugins=plugins)

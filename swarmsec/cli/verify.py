"""`swarmsec verify`: run again, and compare the results with the stored ones."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swarmsec.cli.options import (
    Cluster,
    Jobs,
    Json,
    Plugins,
    Timeout,
    Trust,
    allowed_folders,
    check_executor_options,
    executor_of,
)
from swarmsec.cli.output import print_json, print_report
from swarmsec.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from swarmsec.replay.verification import Verified
    from swarmsec.runs.executors import Executor
    from swarmsec.runs.recorded_plugins import AllowedFolders


def verify(
    run: Annotated[Path, typer.Argument(help="A run's folder, or a store of tournaments.", metavar="RUN")] = Path(
        "runs/latest"
    ),
    sample: Annotated[
        int | None,
        typer.Option(help="The number of seeds of a folder (default: all) or runs of a store (default: 20)."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="All seeds or runs.")] = False,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    as_json: Json = False,
    plugins: Plugins = None,
    trust: Trust = False,
) -> int:
    """Repeat RUN, or a sample of a store, and compare every figure.

    Ends with 0 if nothing differs, with 1 if anything differs, and with 3 if the run cannot be repeated.
    """
    check_executor_options(jobs=jobs, timeout=timeout)
    if sample is not None and all_:
        raise UsageError("--sample and --all given; give one of them")
    if sample is not None and sample < 1:
        raise UsageError(f"{sample} given; must be at least 1", where="--sample")
    with (
        redirect_stdout(sys.stderr),  # Output of plug-ins must not mix with the results.
        executor_of(jobs=jobs, cluster=cluster, timeout=timeout) as executor,
    ):
        found = _verified(run, executor, sample, all_, allowed_folders(plugins, trust=trust))
    if as_json:
        print_json({"schema": "swarmsec.verify/v1", **found.to_dict()})
    else:
        from swarmsec.report.verification import verification_lines

        print_report(verification_lines(found))
    if found.differences:
        return ExitCode.GATE_FAILED
    return ExitCode.SCENARIO_REJECTED if found.refused else ExitCode.DONE


def _verified(run: Path, executor: Executor, sample: int | None, all_: bool, allowed: AllowedFolders) -> Verified:
    from swarmsec.replay.verification import SAMPLE, verify_folder, verify_store
    from swarmsec.runs.read_folder import find_run
    from swarmsec.store.connect import is_store

    if is_store(run):
        return verify_store(run, executor, sample=None if all_ else sample or SAMPLE, allowed=allowed)
    folder = find_run(run)
    if folder is None:
        what = "is neither a run's folder nor a store" if run.exists() else "no such folder or store"
        raise UsageError(f"{what}; `swarmsec run` writes a folder, and `swarmsec tournament` a store", where=str(run))
    return verify_folder(folder, executor, sample=sample, allowed=allowed)

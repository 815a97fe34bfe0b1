"""`swarmsec claims`: what was published about the systems, beside what is measured here."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

from swarmsec.cli.options import (
    Cluster,
    Jobs,
    Json,
    Plugins,
    Timeout,
    check_executor_options,
    executor_of,
    seeds_of,
)
from swarmsec.cli.output import print_json, print_report
from swarmsec.cli.progress import progress
from swarmsec.errors import ExitCode


def claims(
    world: Annotated[
        list[str] | None, typer.Option(help="Only the claims about this world; repeat for several.", metavar="WORLD")
    ] = None,
    seeds: Annotated[
        str, typer.Option(help="The seeds of a measurement: a number, or a list.", metavar="5|3,4,9")
    ] = "5",
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Measure every published figure of the modeled systems, and compare it with what was published.

    Each row names its scenario and baseline. Ends with 0 whatever was found.
    """
    from swarmsec.registry import Registry
    from swarmsec.runs import JobCache, whole
    from swarmsec.runs.published import ClaimsReport, measure_claims, published_claims

    check_executor_options(jobs=jobs, timeout=timeout)
    chosen = seeds_of(seeds)
    with redirect_stdout(sys.stderr):  # Output of plug-ins must not mix with the results.
        registry = Registry(plugins or ())
        found, unmeasured = published_claims(registry, world or ())
        with (
            executor_of(jobs=jobs, cluster=cluster, timeout=timeout) as executor,
            progress("claims", len(found)) as shown,
        ):
            cache = JobCache(executor, whole)
            rows = measure_claims(
                found,
                cache,
                seeds=chosen,
                registry=registry,
                each=lambda row: shown.update(
                    shown.done + 1, f"{row.world}: {row.claim.name}: {row.verdict.replace('_', ' ')}"
                ),
            )
    report = ClaimsReport(tuple(rows), tuple(unmeasured))
    if as_json:
        print_json(report.to_dict())
    else:
        from swarmsec.report.published import claims_lines

        print_report(claims_lines(report))
    return ExitCode.DONE

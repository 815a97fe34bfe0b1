"""`swarmsec tournament`: every attack against every defense, with all runs in a store, and the standings."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swarmsec.cli.options import (
    STORE,
    Cluster,
    Jobs,
    Json,
    Plugins,
    Timeout,
    check_executor_options,
    executor_of,
    seeds_of,
    settings_of,
)
from swarmsec.cli.output import hint, print_json, print_rendered, say
from swarmsec.cli.progress import progress
from swarmsec.errors import ExitCode, UsageError
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from swarmsec.store import Store
    from swarmsec.tournament import Plan, Request, Shard, TournamentResult
    from swarmsec.tournament.result import Counts


def tournament(
    scenarios: Annotated[
        list[str],
        typer.Argument(help="Library names or files, or one file of `kind: Tournament`.", metavar="SCENARIO.."),
    ],
    attack: Annotated[
        list[str] | None,
        typer.Option(help="An attack that takes part; the scenario's own unless given.", metavar="KIND[:p=v,..]"),
    ] = None,
    defense: Annotated[
        list[str] | None,
        typer.Option(help="A defense that takes part; the scenario's own unless given.", metavar="KIND[:p=v,..]"),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option(help="A count of seeds, or a list.", envvar="SWARMSEC_SEEDS", metavar="5|3,4,9")
    ] = None,
    nulls: Annotated[
        bool | None, typer.Option("--nulls/--no-nulls", help="Whether null defenses take part; they do by default.")
    ] = None,
    halving: Annotated[
        bool | None,
        typer.Option(
            "--halving/--no-halving", help="Drop the weaker half of the defenses in every bracket of more seeds."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Set a value in every scenario first.", metavar="PATH=VALUE"),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The name of the tournament.")] = None,
    store: Annotated[Path, typer.Option(help="The file for its runs.", envvar="SWARMSEC_STORE")] = STORE,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a tournament that was interrupted.")] = False,
    shard: Annotated[str | None, typer.Option(help="Run one part of several, without scores.", metavar="1/4")] = None,
    merge: Annotated[
        list[Path] | None,
        typer.Option(help="Copy the runs of another store, such as that of a shard.", metavar="STORE"),
    ] = None,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    as_json: Json = False,
    plugins: Plugins = None,
) -> int:
    """Run every attack against every defense in every SCENARIO, and report the defense with the best worst case."""
    from swarmsec.store import Store
    from swarmsec.tournament import outcome_of, plan_of

    check_executor_options(jobs=jobs, timeout=timeout)
    part = _shard_of(shard)
    options = {"attack": attack, "defense": defense, "seeds": seeds, "nulls": nulls, "halving": halving, "name": name}
    with redirect_stdout(sys.stderr):  # Output of plug-ins must not mix with the results.
        request = _request(scenarios, settings=settings_of(set_), plugins=plugins, **options)
        if part and request.halving:
            raise UsageError("halving needs all runs, and a shard has only some: leave --halving out", where="--shard")
        plan = plan_of(request)
        with Store.open(store) as opened:
            _merge(plan, opened, merge or [])
            if not (resume or part or merge):
                _refuse_begun(plan, opened)
            resume_command = _resume_command(plan, store, jobs=jobs, cluster=cluster, timeout=timeout, shard=shard)
            drops = _run(plan, opened, part, resume_command, jobs=jobs, cluster=cluster, timeout=timeout)
            result = outcome_of(plan, opened, drops)
    if part:
        _show_shard(result, plan, part, as_json=as_json)
        return ExitCode.PLUGIN_FAILED if result.failures else ExitCode.DONE
    _show(result, as_json=as_json)
    if result.failures:
        return ExitCode.PLUGIN_FAILED
    return ExitCode.DONE if result.bites else ExitCode.INCONCLUSIVE


def _request(names: list[str], *, settings: dict[str, object], plugins: list[Path] | None, **options: Any) -> Request:
    """The request of the command line; its options replace the values of a file."""
    from swarmsec.tournament import Request, request_of_file, tournament_file
    from swarmsec.tournament.labels import specs_of

    files = {one: file for one in names if (file := tournament_file(one))}
    if files and len(names) > 1:
        asked = next(iter(files))
        raise UsageError(f"{asked} is a tournament and names its own scenarios; give it alone", where="SCENARIO")
    given: dict[str, Any] = {key: options[key] for key in ("nulls", "halving", "name") if options[key] is not None}
    for option, key in (("attack", "attacks"), ("defense", "defenses")):
        if options[option]:
            given[key] = tuple(specs_of(one) for one in options[option])
    if options["seeds"] is not None:
        given["seeds"] = seeds_of(options["seeds"])
    if plugins:
        given["plugins"] = tuple(str(folder) for folder in plugins)
    if not files:
        return Request(scenarios=tuple(names), settings=settings, **given)
    ((asked, file),) = files.items()
    request = request_of_file(file)
    if request.plugins and not plugins:
        hint(f"{asked} loads plug-ins from {', '.join(request.plugins)}")
    return request.with_values(**given, **({"settings": {**request.settings, **settings}} if settings else {}))


def _shard_of(text: str | None) -> Shard | None:
    from swarmsec.tournament import Shard

    if text is None:
        return None
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
        raise UsageError(f"{text!r} given; must be a part and the number of parts, such as 1/4", where="--shard")
    return Shard(int(number), int(of))


def _merge(plan: Plan, store: Store, others: list[Path]) -> None:
    from swarmsec.tournament import copy_runs

    for path in others:
        with type(store).open(path, read_only=True) as other:
            hint(f"{copy_runs(plan, store, other):,} runs copied from {one_line(str(path))}")


def _refuse_begun(plan: Plan, store: Store) -> None:
    """Refuse an interrupted tournament; a complete one is only shown again."""
    begun = next((one for one in store.tournaments() if one.id == plan.id), None)
    if begun and begun.left:
        ended = begun.planned - begun.left
        raise UsageError(
            f"this tournament was begun before, and {ended:,} of {begun.planned:,} runs are done: continue it with "
            "--resume, or start again in another file with --store",
            where=str(store.path),
        )


def _resume_command(plan: Plan, store: Path, **options: Any) -> str:
    """The command line that continues the tournament."""
    words = ["swarmsec", "tournament", *plan.command, "--store", str(store)]
    usual = {"jobs": 1}
    for option, value in options.items():
        words += (
            [f"--{option}", f"{value:g}" if isinstance(value, float) else str(value)]
            if value not in (None, usual.get(option))
            else []
        )
    return shlex.join([*words, "--resume"])


def _run(
    plan: Plan,
    store: Store,
    shard: Shard | None,
    resume_command: str,
    *,
    jobs: int,
    cluster: str | None,
    timeout: float | None,
) -> Any:
    """Run the remaining jobs with progress on standard error; if interrupted, print the command to continue."""
    from swarmsec.report.tournament import drop_line
    from swarmsec.tournament import run_plan

    names = {one.label: one.name for one in plan.defenses}
    with executor_of(jobs=jobs, cluster=cluster, timeout=timeout) as executor:
        try:
            with _progress(plan.name) as advanced:
                return run_plan(
                    plan,
                    store,
                    executor,
                    shard=shard,
                    advanced=advanced,
                    dropped=lambda drop: hint(f"{plan.name}: dropped {drop_line(drop, names)}"),
                )
        except BaseException:
            hint(f"runs so far are in {one_line(str(store.path))}; to continue: {one_line(resume_command)}")
            raise


@contextmanager
def _progress(name: str) -> Iterator[Callable[[Counts], None]]:
    """Progress in runs: the numbers of done, failed and remaining runs."""
    from swarmsec.report.tournament import counts_line

    with progress(name) as shown:

        def advanced(counts: Counts) -> None:
            always = shown.total is None or not counts.left  # The first line, and the last.
            done = counts.planned - counts.left
            shown.update(done, lambda: counts_line(counts), total=counts.planned, always=always)

        yield advanced


def _show(result: TournamentResult, *, as_json: bool) -> None:
    from swarmsec.report.tournament import render

    if as_json:
        print_json(result.to_dict())
    else:
        print_rendered(render(result))


def _show_shard(result: TournamentResult, plan: Plan, shard: Shard, *, as_json: bool) -> None:
    """Print the counts of a part, and the command that merges all parts."""
    mine = {run for run in plan.jobs if shard.has(run)}
    failed = sum(one.run in mine for one in result.failures)
    document = {
        "schema": "swarmsec.shard/v1",
        "tournament": result.id,
        "shard": f"{shard.number}/{shard.of}",
        "runs": len(mine),
        "failed": failed,
        "store": result.store,
    }
    if as_json:
        print_json(document)
        return
    say(
        f"shard {document['shard']} of {result.name}: {len(mine):,} runs, {failed:,} failed, "
        f"stored in {one_line(result.store)}"
    )
    hint(f"when all parts are done: {result.replay} --store ALL.sqlite --merge {one_line(result.store)} --merge ..")

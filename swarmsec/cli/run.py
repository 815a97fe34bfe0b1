"""`swarmsec run`: play a scenario's four arms over its seeds, score them, keep them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swarmsec.cli.options import Json, Plugins, seeds_of, settings_of
from swarmsec.cli.output import print_json, print_rendered
from swarmsec.cli.progress import RunProgress, progress
from swarmsec.errors import ExitCode, ParameterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from swarmsec.runs.run_folder import RunFolder
    from swarmsec.runs.sweeps import SweepPoint
    from swarmsec.scenario import Scenario
    from swarmsec.scoring import Result, SeedRun


def run(
    scenario: Annotated[str, typer.Argument(help="A library name, a file, or - for standard input.")],
    attack: Annotated[
        list[str] | None,
        typer.Option(help="Play this attack instead.", envvar="SWARMSEC_ATTACK", metavar="KIND[:p=v,..]"),
    ] = None,
    defense: Annotated[
        list[str] | None,
        typer.Option(help="Play this defense instead.", envvar="SWARMSEC_DEFENSE", metavar="KIND[:p=v,..]"),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option(help="How many seeds, or which.", envvar="SWARMSEC_SEEDS", metavar="5|3,4,9")
    ] = None,
    agents: Annotated[int | None, typer.Option(help="How many daemons.", envvar="SWARMSEC_AGENTS")] = None,
    rounds: Annotated[int | None, typer.Option(help="How many rounds.", envvar="SWARMSEC_ROUNDS")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Put a value into the scenario first.", envvar="SWARMSEC_SET", metavar="PATH=VALUE"),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where runs' folders go.", envvar="SWARMSEC_OUT", metavar="DIR")] = Path(
        "runs"
    ),
    as_json: Json = False,
    plugins: Plugins = None,
    jobs: Annotated[int, typer.Option(help="How many processes; the result is the same.", envvar="SWARMSEC_JOBS")] = 1,
    nulls: Annotated[bool, typer.Option("--nulls", help="Play the nulls in the defense's place as well.")] = False,
    point: Annotated[int | None, typer.Option(help="Play one point of its sweep, counted from 0.", metavar="N")] = None,
) -> int:
    """Play SCENARIO in four paired arms, and say what the attack cost and how much of it the defense prevented."""
    from swarmsec.scenario import load_scenario

    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="--jobs")
    settings = settings_of(set_)
    settings |= {} if agents is None else {"network.n": agents}
    settings |= {} if rounds is None else {"rounds": rounds}
    with redirect_stdout(sys.stderr):  # What a plug-in prints is none of the results.
        loaded = load_scenario(
            scenario, settings=settings, attack=attack or None, defense=defense or None, plugins=plugins or ()
        )
        if point is not None:
            loaded = _at_point(loaded, point)
        sweeps = point is None and bool(loaded.document["sweep"])
        if sweeps:
            points = _play_sweep(loaded, seeds_of(seeds), out, jobs)
        else:
            result, folder = _play(loaded, seeds_of(seeds), out, jobs, nulls=nulls)
    if sweeps:
        return _show_sweep(loaded, points, as_json=as_json)
    if as_json:
        print_json(result.to_dict())
    else:
        _show(result, loaded, folder)
    return ExitCode.INCONCLUSIVE if result.verdict == "no_bite" else ExitCode.DONE


def _at_point(scenario: Scenario, number: int) -> Scenario:
    from swarmsec.runs.sweeps import at_point

    return at_point(scenario, number)


def _play_sweep(scenario: Scenario, seeds: int | list[int] | None, out: Path, jobs: int) -> list[SweepPoint]:
    """Play every point into a folder of its own, and say so on standard error as each is done."""
    from swarmsec.report.sweep import point_line
    from swarmsec.runs.sweeps import run_points

    count = len(scenario.points())
    done: list[SweepPoint] = []
    for point in run_points(scenario, play=lambda there: _play(there, seeds, out, jobs, quiet=True)[0]):
        done.append(point)
        typer.echo(f"{point_line(point)}  ({len(done)} of {count})", err=True)
    return done


def _show_sweep(scenario: Scenario, points: Sequence[SweepPoint], *, as_json: bool) -> int:
    from swarmsec.report.sweep import sweep_lines
    from swarmsec.runs.sweeps import to_dict

    if as_json:
        print_json(to_dict(points))
    else:
        typer.echo(sweep_lines(scenario, points))
    return ExitCode.DONE if any(point.result.bites for point in points) else ExitCode.INCONCLUSIVE


def _play(
    scenario: Scenario,
    seeds: int | list[int] | None,
    out: Path,
    jobs: int,
    *,
    nulls: bool = False,
    quiet: bool = False,
) -> tuple[Result, RunFolder]:
    """Run it with its progress on standard error, and keep what came in its folder, whatever happens."""
    from swarmsec.report.html import run_page
    from swarmsec.runs import run as run_scenario
    from swarmsec.runs import run_nulls
    from swarmsec.runs.run_folder import RunFolder
    from swarmsec.scenario import seed_list

    try:
        wanted = scenario.seeds if seeds is None else seed_list(seeds)
    except ParameterError as error:
        raise UsageError(error.message, where="--seeds") from None
    folder = RunFolder(out, scenario, wanted, sys.argv)
    try:
        with progress(scenario.name, quiet=quiet) as display:
            shown = RunProgress(display, seeds=len(wanted), rounds=scenario.rounds)

            def each_seed(seed_run: SeedRun) -> None:
                with _interrupts_wait():
                    folder.add(seed_run)
                shown.each_seed(seed_run.seed)

            result = run_scenario(scenario, seeds=wanted, jobs=jobs, each_seed=each_seed, each_round=shown.each_round)
            if nulls:
                result = replace(result, nulls=run_nulls(scenario, seeds=wanted, jobs=jobs))
        with _interrupts_wait():
            folder.finish(result)
    except BaseException as error:
        with _interrupts_wait():
            folder.close("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
        if isinstance(error, KeyboardInterrupt):
            typer.echo(f"what was done so far is in {folder.path}", err=True)
        raise
    folder.keep_report(run_page(folder.path))
    return result, folder


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C waits until what is being written is whole."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if came:
        signal.raise_signal(signal.SIGINT)


def _show(result: Result, scenario: Scenario, folder: RunFolder) -> None:
    from swarmsec.report.terminal import Context, render

    registry, document = scenario.registry, scenario.document
    bills: Sequence[str] = registry.get("worlds", document["world"]["kind"]).bills
    context = Context(
        title=scenario.title,
        document=document,
        n=scenario.n,
        bills=[scenario.bill, *(bill for bill in bills if bill != scenario.bill)],
        vantages=[registry.get("defenses", spec["kind"]).vantage.value for spec in document["defenses"]],
        folder=str(folder.path),
    )
    print_rendered(render(result, context))

"""`swarmsec run`: run a scenario's four arms over its seeds, score them, and write the run's folder."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from swarmsec.cli.options import (
    Cluster,
    ExtendsFrom,
    Jobs,
    Json,
    Limit,
    Plugins,
    Timeout,
    check_executor_options,
    executor_of,
    seeds_of,
    settings_of,
)
from swarmsec.cli.output import hint, print_json, print_rendered, print_report
from swarmsec.cli.progress import RunProgress, progress
from swarmsec.cli.signals import ending_signals
from swarmsec.errors import ExitCode
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from swarmsec.runs import JobCache, SweepPoint
    from swarmsec.runs.jobs import JobResult
    from swarmsec.runs.write_folder import RunFolder
    from swarmsec.scenario import Scenario
    from swarmsec.scoring import Result, SeedRun
    from swarmsec.swarm.arms import Arm


def run(
    scenario: Annotated[str, typer.Argument(help="A library name, a file, or - for standard input.")],
    attack: Annotated[
        list[str] | None,
        typer.Option(help="Replace the attacks of the scenario.", envvar="SWARMSEC_ATTACK", metavar="KIND[:p=v,..]"),
    ] = None,
    defense: Annotated[
        list[str] | None,
        typer.Option(help="Replace the defenses of the scenario.", envvar="SWARMSEC_DEFENSE", metavar="KIND[:p=v,..]"),
    ] = None,
    seeds: Annotated[
        str | None,
        typer.Option(help="A number of seeds, or a list.", envvar="SWARMSEC_SEEDS", metavar="5|3,4,9"),
    ] = None,
    agents: Annotated[int | None, typer.Option(help="The number of daemons.", envvar="SWARMSEC_AGENTS")] = None,
    rounds: Annotated[int | None, typer.Option(help="The number of rounds.", envvar="SWARMSEC_ROUNDS")] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Set a value of the scenario.", envvar="SWARMSEC_SET", metavar="PATH=VALUE"),
    ] = None,
    out: Annotated[
        Path, typer.Option(help="The parent of runs' folders.", envvar="SWARMSEC_OUT", metavar="DIR")
    ] = Path("runs"),
    as_json: Json = False,
    plugins: Plugins = None,
    extends_from: ExtendsFrom = None,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    nulls: Annotated[
        bool, typer.Option("--nulls", help="Also run the null defenses in place of the scenario's.")
    ] = False,
    limit: Limit = None,
    point: Annotated[int | None, typer.Option(help="Run one point of its sweep, counted from 0.", metavar="N")] = None,
) -> int:
    """Run SCENARIO in four paired arms, and report the attack's cost and how much of it the defense prevented."""
    from swarmsec.runs import JobCache, whole
    from swarmsec.scenario import load_scenario
    from swarmsec.scenario.size import bytes_of, check_fits, size_of

    check_executor_options(jobs=jobs, timeout=timeout)
    most = None if limit is None else bytes_of(limit)
    settings = settings_of(set_)
    settings |= {} if agents is None else {"network.n": agents}
    settings |= {} if rounds is None else {"rounds": rounds}
    relay = _Relay()
    with redirect_stdout(sys.stderr):  # Output of plug-ins must not mix with the results.
        loaded = load_scenario(
            scenario,
            settings=settings,
            attack=attack or None,
            defense=defense or None,
            plugins=plugins or (),
            extends_from=extends_from or (),
        )
        if point is not None:
            loaded = _at_point(loaded, point)
        sweeps = point is None and bool(loaded.document["sweep"])
        wanted = None if seeds is None else seeds_of(seeds)
        if cluster is None or most is not None:
            for at_point in [at for _, at in loaded.points()] if sweeps else [loaded]:
                check_fits(size_of(at_point, seeds=None if wanted is None else len(wanted), jobs=jobs), most)
        with executor_of(jobs=jobs, cluster=cluster, timeout=timeout, each_round=relay) as executor:
            runner = _Runner(JobCache(executor, whole), relay, out)
            if sweeps:
                points = runner.run_sweep(loaded, wanted)
            else:
                result, folder = runner.run(loaded, loaded.seeds if wanted is None else wanted, nulls=nulls)
    arms_run = runner.cache.jobs_run
    if sweeps:
        return _show_sweep(loaded, points, arms_run, as_json=as_json)
    if as_json:
        print_json(replace(result, arms_run=arms_run).to_dict())
    else:
        _show(result, loaded, folder)
    return ExitCode.INCONCLUSIVE if result.verdict in {"no_bite", "inconclusive"} else ExitCode.DONE


def _at_point(scenario: Scenario, number: int) -> Scenario:
    from swarmsec.runs.sweeps import at_point

    return at_point(scenario, number)


def _show_sweep(scenario: Scenario, points: Sequence[SweepPoint], arms_run: int, *, as_json: bool) -> int:
    from swarmsec.report.sweep import sweep_lines
    from swarmsec.runs.sweeps import to_dict

    if as_json:
        print_json({**to_dict(points), "arms_run": arms_run})
    else:
        print_report(sweep_lines(scenario, points))
    return ExitCode.DONE if any(point.result.bites for point in points) else ExitCode.INCONCLUSIVE


class _Relay:
    """Forwards rounds of this process to the progress display of the current run, if any."""

    display: RunProgress | None = None

    def __call__(self, seed: int, arm: Arm, done: int) -> None:
        if self.display:
            self.display.each_round(seed, arm, done)


class _Runner:
    """Runs scenarios into folders, with progress on standard error; each arm is run once."""

    def __init__(self, cache: JobCache[JobResult], relay: _Relay, out: Path) -> None:
        self.cache = cache
        self._relay, self._out = relay, out

    def run_sweep(self, scenario: Scenario, seeds: Sequence[int] | None) -> list[SweepPoint]:
        """Run every point into its own folder, with a line on standard error when it is done."""
        from swarmsec.report.sweep import point_line
        from swarmsec.runs import run_points

        count = len(scenario.points())
        done: list[SweepPoint] = []

        def run_point(at_point: Scenario, seeds: Sequence[int]) -> Result:
            return self.run(at_point, seeds, quiet=True)[0]

        for point in run_points(scenario, self.cache, seeds=seeds, run_point=run_point):
            done.append(point)
            hint(f"{point_line(point)}  ({len(done)} of {count})")
        return done

    def run(
        self, scenario: Scenario, seeds: Sequence[int], *, nulls: bool = False, quiet: bool = False
    ) -> tuple[Result, RunFolder]:
        """Run a scenario and write its folder, which stays readable if the run ends early."""
        from swarmsec.report.html import run_page
        from swarmsec.runs.write_folder import RunFolder

        with RunFolder(self._out, scenario, seeds, sys.argv) as folder:
            result = self._run_into(folder, scenario, seeds, nulls=nulls, quiet=quiet)
            folder.keep_report(run_page(folder.path, plugins=scenario.registry.folders))
        return result, folder

    def _run_into(
        self, folder: RunFolder, scenario: Scenario, seeds: Sequence[int], *, nulls: bool, quiet: bool
    ) -> Result:
        from swarmsec.runs import run_scenario, with_nulls

        try:
            with progress(scenario.name, quiet=quiet) as display:
                shown = RunProgress(display, seeds=len(seeds), rounds=scenario.rounds)

                def each_seed(seed_run: SeedRun) -> None:
                    with _interrupts_wait():
                        folder.add(seed_run)
                    shown.each_seed(seed_run.seed)

                self._relay.display = shown
                result = run_scenario(scenario, seeds, self.cache, each_seed=each_seed)
                self._relay.display = None
                if nulls:
                    result = with_nulls(result, scenario, self.cache)
            with _interrupts_wait():
                folder.finish(result)
        except BaseException as error:
            with _interrupts_wait():
                folder.close("interrupted" if isinstance(error, KeyboardInterrupt) else "failed")
            if isinstance(error, KeyboardInterrupt):
                hint(f"results so far are in {one_line(str(folder.path))}")
            raise
        return result


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Delay Ctrl-C and other signals that end the command until the current write is complete."""
    received: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: received.append(number)) for number in ending_signals()
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        signal.raise_signal(received[0])


def _show(result: Result, scenario: Scenario, folder: RunFolder) -> None:
    from swarmsec.report.terminal import Context, render

    registry, document = scenario.registry, scenario.document
    world = registry.get("worlds", document["world"]["kind"])
    scored_first = [scenario.bill, *(bill for bill in world.bill_names() if bill != scenario.bill)]
    context = Context(
        title=scenario.title,
        document=document,
        n=scenario.n,
        bills={name: world.unit_of(name) for name in scored_first},
        vantages=[registry.get("defenses", spec["kind"]).vantage.value for spec in document["defenses"]],
        folder=str(folder.path),
    )
    print_rendered(render(result, context))

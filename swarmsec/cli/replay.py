"""`swarmsec replay`: step through a run, compare it with a changed run, attribute its damage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from functools import partial
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
    Trust,
    allowed_folders,
    check_executor_options,
    executor_of,
    seeds_of,
)
from swarmsec.cli.output import hint, print_json, print_report, say
from swarmsec.cli.progress import announce_compilation, progress
from swarmsec.errors import ExitCode, UsageError
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from swarmsec.replay import Recording, ReplaySource
    from swarmsec.runs.executors import Executor
    from swarmsec.swarm.arms import Arm

_RECORDINGS_MOST = 4
"""The number of arms kept in memory, the most recently used ones."""


def replay(
    run: Annotated[
        str,
        typer.Argument(help="A run's folder, a run's id in the store, a library name or a scenario's file."),
    ] = "runs/latest",
    arm: Annotated[str | None, typer.Option(help="The arm to show.", metavar="clean|attacked|defended|guarded")] = None,
    seed: Annotated[int | None, typer.Option(help="The seed to show; the first one unless given.")] = None,
    seeds: Annotated[str | None, typer.Option(help="The seeds to compare.", metavar="5|3,4,9")] = None,
    store: Annotated[
        Path, typer.Option(help="The store of runs that are named by an id.", envvar="SWARMSEC_STORE")
    ] = STORE,
    round_: Annotated[int | None, typer.Option("--round", help="Print this round.")] = None,
    from_: Annotated[
        int | None, typer.Option("--from", help="Print the rounds from this one on.", metavar="ROUND")
    ] = None,
    to: Annotated[int | None, typer.Option(help="The last round to print.", metavar="ROUND")] = None,
    events: Annotated[bool, typer.Option("--events", help="Print all events.")] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            help="Compare with the run without this attack or defense, counted from 0.", metavar="attack:N|defense:N"
        ),
    ] = None,
    swap_defense: Annotated[
        list[str] | None,
        typer.Option(help="Compare with the run with these defenses instead.", metavar="KIND[:p=v,..]"),
    ] = None,
    until: Annotated[
        int | None, typer.Option(help="Compare with the run in which attacks stop at this round.", metavar="ROUND")
    ] = None,
    attribute: Annotated[
        bool,
        typer.Option("--attribute", help="Divide the damage among attacks, and the prevented damage among defenses."),
    ] = False,
    orders: Annotated[
        int, typer.Option(help="With --attribute: the number of orders to sample for more than 6 plug-ins.")
    ] = 50,
    jobs: Jobs = 1,
    timeout: Timeout = None,
    cluster: Cluster = None,
    as_json: Json = False,
    plugins: Plugins = None,
    trust: Trust = False,
) -> int:
    """Step through RUN round by round, compare it with a changed run, or attribute its damage.

    Without options, commands are read from standard input, a line each: `h` lists them. Rounds are run again from the
    stored scenario, so that going back is exact. A changed run uses the same random streams and is compared seed by
    seed. Shares of damage are Shapley values (1953): the damage that a plug-in adds, on average over all orders in
    which the plug-ins could join.
    """
    from swarmsec.replay import open_source

    steps = round_ is not None or events or from_ is not None or to is not None
    changes = bool(without or swap_defense) or until is not None
    if steps + changes + attribute > 1:
        raise UsageError(
            "give options of one kind only: print rounds; or --without, --swap-defense and --until; or --attribute"
        )
    check_executor_options(jobs=jobs, timeout=timeout)
    executor = partial(executor_of, jobs=jobs, cluster=cluster, timeout=timeout)
    with redirect_stdout(sys.stderr):  # Output of plug-ins must not mix with the results.
        wanted = None if seeds is None else seeds_of(seeds)
        source = open_source(run, seeds=wanted, store=store, allowed=allowed_folders(plugins, trust=trust))
        shown_arm, interactive = _arm(source, arm), False
        if changes:
            document, text = _compared(source, shown_arm, without or [], swap_defense or [], until, executor)
        elif attribute:
            document, text = _attributed(source, orders, executor)
        else:
            which = _seed(source, seed, given=seeds is not None)
            interactive = not steps and not as_json
            if not interactive:
                document, text = _printed(source, which, shown_arm, round_, from_, to, events=events, as_json=as_json)
    if interactive:
        return _interact(source, which, shown_arm)
    if as_json:
        head = {"schema": "swarmsec.replay/v1", "of": source.name, "scenario": source.scenario.name}
        print_json({**head, **document})
    else:
        print_report(text)
    return ExitCode.DONE


_Opened = Callable[[], AbstractContextManager["Executor"]]
"""Opens the executor of the command line."""

_Printed = tuple[dict[str, Any], str]
"""The JSON document and the text."""


def _arm(source: ReplaySource, named: str | None) -> Arm:
    from swarmsec.runs.simulation import arm_of

    wanted = source.arm if named is None else arm_of(named)
    if wanted not in source.arms:
        raise UsageError(f"this run has the arms {', '.join(source.arms)} only", where="--arm")
    return wanted


def _seed(source: ReplaySource, seed: int | None, *, given: bool) -> int:
    """The seed to show; one of --seeds if they are given."""
    if seed is None:
        return source.seeds[0]
    if seed < 0:
        raise UsageError(f"{seed} given; a seed is a whole number from 0 on", where="--seed")
    if given and seed not in source.seeds:
        raise UsageError(f"{seed} is not among --seeds", where="--seed")
    return seed


def _interact(source: ReplaySource, seed: int, arm: Arm) -> int:
    """Read commands until the end of the input, and print their results."""
    from swarmsec.replay import Session
    from swarmsec.report.replay import daemons_lines, events_lines, help_lines, round_lines

    there = source.seeds if seed in source.seeds else (seed, *source.seeds)
    session = Session(_recorder(source), there, source.arms, seed, arm)
    at_terminal = sys.stdin.isatty()
    print_report(f"{one_line(source.name)}: {source.scenario.title}. `h` lists the commands, `q` quits.\n")
    print_report(round_lines(session.recording, session.round))
    while True:
        if at_terminal:
            say("\nreplay> ", end="")
        line = sys.stdin.readline()
        if not line:
            return ExitCode.DONE
        try:
            shown = session.execute(line)
        except UsageError as error:
            print_report(f"  {error}")
            continue
        if shown.what == "quit":
            return ExitCode.DONE
        recording = session.recording
        say()
        if shown.what == "round":
            print_report(round_lines(recording, session.round))
        elif shown.what == "daemons":
            print_report(daemons_lines(recording, session.round, shown.daemons))
        else:
            print_report(help_lines() if shown.what == "help" else events_lines(recording.trace.events))


def _recorder(source: ReplaySource) -> Callable[[int, Arm], Recording]:
    """A cached function that records an arm of a seed."""
    from functools import lru_cache

    return lru_cache(maxsize=_RECORDINGS_MOST)(lambda seed, arm: _recorded(source, seed, arm))


def _recorded(source: ReplaySource, seed: int, arm: Arm) -> Recording:
    """Record an arm; if its states are too large to keep, report that on standard error."""
    from swarmsec.replay import record
    from swarmsec.replay.recording import STATES_BYTES_MAX

    announce_compilation()
    with redirect_stdout(sys.stderr):
        recording = record(source.scenario, seed, arm)
    if recording.states is None:
        hint(
            f"the states of all rounds take {recording.states_bytes / 1024**2:,.0f} MiB, more than "
            f"{STATES_BYTES_MAX / 1024**2:,.0f} MiB; only summaries of rounds are kept, no single daemons"
        )
    return recording


def _printed(
    source: ReplaySource,
    seed: int,
    arm: Arm,
    round_: int | None,
    first: int | None,
    last: int | None,
    *,
    events: bool,
    as_json: bool,
) -> _Printed:
    """One round, several rounds, or all events; as JSON, all rounds unless some are given."""
    from swarmsec.replay.recording import rounds_of, to_dict
    from swarmsec.report.replay import events_lines, round_lines, rows_lines

    if round_ is not None and (first is not None or last is not None):
        raise UsageError("--round prints one round, --from and --to several; give one of them")
    recording = _recorded(source, seed, arm)
    frames = None
    if round_ is not None:
        frames = rounds_of(recording, round_, round_)
    elif first is not None or last is not None or (as_json and not events):
        frames = rounds_of(recording, first or 0, recording.rounds - 1 if last is None else last)
    low, high = (frames[0].round, frames[-1].round) if frames else (0, recording.rounds)
    happened = tuple(event for event in recording.trace.events if low <= event.round <= high)
    if as_json:
        return dict(to_dict(recording, frames, happened)), ""
    blocks = []
    if frames:
        blocks.append(round_lines(recording, low) if round_ is not None else rows_lines(recording, frames))
    if events:
        blocks.append(events_lines(happened))
    return {}, "\n\n".join(blocks)


def _compared(
    source: ReplaySource, arm: Arm, leave_out: list[str], defenses: list[str], until: int | None, opened: _Opened
) -> _Printed:
    from swarmsec.replay import counterfactual, parse_without, without
    from swarmsec.replay.changes import until as stopped
    from swarmsec.report.counterfactual import counterfactual_lines
    from swarmsec.scenario import load_scenario

    scenario = source.scenario
    left = parse_without(leave_out, scenario)
    if left.defenses and defenses:
        raise UsageError("--swap-defense replaces all defenses; leave out no defense with --without")
    if until is not None and until < 0:
        raise UsageError(f"{until} given; a round is a whole number from 0 on", where="--until")
    changed = scenario
    changes = [f"without {word}" for word in leave_out]
    if defenses:
        changed = load_scenario(changed, defense=defenses, settings={"sweep": {}})
        changes.append(f"defended by {', '.join(defenses)}")
    changed = without(changed, attacks=left.attacks, defenses=left.defenses)
    if until is not None:
        changed = stopped(changed, until)
        changes.append(f"attacks until round {until:,}")
    with opened() as executor, _progress(source.scenario.name) as advanced:
        found = counterfactual(
            scenario,
            changed,
            changes=changes,
            seeds=source.seeds,
            arms=source.arms,
            executor=executor,
            advanced=advanced,
        )
    text = counterfactual_lines(found, title=source.scenario.title, arm=str(arm))
    return {"counterfactual": found.to_dict()}, text


def _attributed(source: ReplaySource, orders: int, opened: _Opened) -> _Printed:
    from swarmsec.replay import attribute, leave_one_out
    from swarmsec.report.counterfactual import attribution_lines

    left = None
    with opened() as executor, _progress(source.scenario.name) as advanced:
        found = attribute(
            source.scenario,
            seeds=source.seeds,
            arms=source.arms,
            executor=executor,
            orders_drawn=orders,
            advanced=advanced,
        )
        if "prevented" in found.divisions:
            left = leave_one_out(source.scenario, seeds=source.seeds, executor=executor, advanced=advanced)
    document = {**found.to_dict(), **({"left_out": left.to_dict()} if left else {})}
    return {"attribution": document}, attribution_lines(found, left, title=source.scenario.title)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[int, int], None]]:
    """Progress in jobs."""
    with progress(name) as shown:
        yield lambda done, total: shown.update(done, f"{done:,} of {total:,} runs", total=total, always=done == total)

"""The app, and what every command ends with: an exit code of the contract, and never a traceback."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from swarmsec._version import __version__
from swarmsec.cli.lazy_commands import Entry, group_of
from swarmsec.cli.output import print_json
from swarmsec.errors import ExitCode, SwarmsecError

COMMANDS = {
    "list": Entry(
        "list_show.list_", "List what there is: attacks, defenses, protocols, worlds, scenarios, topologies."
    ),
    "show": Entry(
        "list_show.show", "Show what NAME does: mechanism, source, traits, parameters with bounds and units."
    ),
    "run": Entry(
        "run.run",
        "Play SCENARIO in four paired arms, and say what the attack cost and how much of it the defense prevented.",
    ),
    "certify": Entry(
        "certify.certify", "Say what SCENARIO's network withstands, and what its defenses can promise on it."
    ),
    "tournament": Entry(
        "tournament.tournament",
        "Play every attack against every defense in every SCENARIO, and say which defense does best in the worst case.",
    ),
    "gauntlet": Entry(
        "gauntlet.gauntlet",
        "Search for the attack that harms SCENARIO's defense most within its rules of engagement.",
    ),
    "results": Entry(
        "results.results",
        "List the tournaments of STORE and how far they are, or look into one of them; also while it is played.",
    ),
    "export": Entry(
        "export.export", "Write the tournaments, entries, runs and rounds of STORE as files that other programs read."
    ),
    "report": Entry(
        "report.report",
        "Make the HTML page of each PATH, a run's folder or a store of tournaments: one file that opens offline.",
    ),
    "replay": Entry(
        "replay.replay",
        "Step through RUN round by round, ask what would have been, or whose doing it was.",
    ),
    "verify": Entry("verify.verify", "Execute RUN again, or a sample of a store, and compare every figure of it."),
    "validate": Entry(
        "validate.validate",
        "Check SCENARIOS: keys, plug-ins, parameters, selectors and rules, without running anything.",
    ),
    "lint": Entry(
        "lint.lint",
        "Find what is odd in SCENARIOS that are valid. Ends with 1 if there is a warning; notes are only told.",
    ),
    "explain": Entry(
        "explain.explain", "Explain TOPIC: a field of a scenario, a plug-in, one of its parameters, or a rule of lint."
    ),
    "schema": Entry("schema.schema", "Print the JSON Schema of a scenario, with every plug-in and its parameters."),
    "resolve": Entry("resolve.resolve", "Print SCENARIOS with every default written out, as YAML that means the same."),
    "diff": Entry("diff.diff", "Say what differs between OLD and NEW in what they mean; exits 1 where anything does."),
    "fmt": Entry(
        "fmt.fmt",
        "Lay FILES out anew: order of keys, indentation, spaces. Comments stay, and so does the meaning.",
    ),
    "new": Entry(
        "new.new",
        "Write a new scenario from a template, and beside it the schema with which an editor completes and checks it.",
    ),
    "migrate": Entry("migrate.migrate", "Bring FILES of older formats to today's, step by step. Comments stay."),
}
"""Every command, in the order in which `--help` tells them. A group of commands is a Typer app of its own."""

app = typer.Typer(
    name="swarmsec",
    help="A security testbed for consensus attacks on swarms of AI daemons.",
    cls=group_of(COMMANDS),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# The root of the errors that Typer raises for a command line that it does not understand.
_CommandLineError: Any = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"swarmsec {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Read the options that stand before a command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Args:
        arguments: What stands after `swarmsec`; the process's own unless given.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with _one_interrupt():
        code = _code_of(words)
    sys.exit(code)


@contextmanager
def _one_interrupt() -> Iterator[None]:
    """The first Ctrl-C interrupts; an impatient second one does not disturb the cleaning up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _code_of(words: list[str]) -> int:
    try:
        code = app(args=words, standalone_mode=False)
        sys.stdout.flush()
        if code == ExitCode.INTERRUPTED:  # Typer makes Ctrl-C an exit of its own.
            raise KeyboardInterrupt
        return int(code or ExitCode.DONE)
    except SwarmsecError as error:
        findings = [finding.to_dict() for finding in getattr(error, "findings", ())]
        return _complain(words, str(error), error.exit_code, kind=type(error).__name__, findings=findings)
    except (KeyboardInterrupt, typer.Abort):
        return _complain(words, "interrupted", ExitCode.INTERRUPTED, kind="Interrupted")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Whoever read us has heard enough.
        return 128 + signal.SIGPIPE
    except _CommandLineError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message())
            return ExitCode.USAGE
        return _complain(words, _said(error), ExitCode.USAGE, kind="UsageError")
    except Exception as error:
        if os.environ.get("SWARMSEC_DEBUG"):
            raise
        hint = "this is a bug of swarmsec; SWARMSEC_DEBUG=1 shows where"
        return _complain(words, f"{type(error).__name__}: {error} ({hint})", ExitCode.INTERNAL, kind="InternalError")


def _said(error: Any) -> str:
    """What Typer has to say, without the words of the library that told it."""
    return str(error.format_message()).replace("Value error, ", "")


def _complain(
    words: Sequence[str], message: str, code: ExitCode, *, kind: str, findings: Sequence[dict[str, Any]] = ()
) -> int:
    """Say what went wrong: as JSON on standard output where JSON was asked for, in one line on standard error else."""
    if "--json" in words or os.environ.get("SWARMSEC_JSON", "0") not in {"", "0", "false", "no"}:
        error = {"kind": kind, "message": message, "exit_code": int(code)}
        print_json({"error": error | ({"findings": list(findings)} if findings else {})})
    else:
        typer.echo(f"swarmsec: {message}", err=True)
    return int(code)

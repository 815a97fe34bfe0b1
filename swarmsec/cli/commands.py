"""The Typer app; every command ends with one of the documented exit codes, and never with a traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from swarmsec._version import __version__
from swarmsec.cli.lazy_commands import Command, group_of, help_mode
from swarmsec.cli.output import hint, print_json, say
from swarmsec.cli.signals import one_interrupt
from swarmsec.cli.streams import OutputLostError, guarded_streams
from swarmsec.errors import ExitCode, OutputError, SwarmsecError, out_of_memory
from swarmsec.visible import one_line

COMMANDS = {
    "list": Command("list_show.list_", "List attacks, defenses, protocols, worlds, topologies and scenarios."),
    "show": Command(
        "list_show.show", "Show a plug-in or scenario: mechanism, source, traits, parameters with bounds and units."
    ),
    "run": Command(
        "run.run",
        "Run SCENARIO in four paired arms, and report the attack's cost and how much of it the defense prevented.",
    ),
    "certify": Command(
        "certify.certify",
        "Certify SCENARIO without running it: how many faulty daemons its network and its defenses tolerate.",
    ),
    "tournament": Command(
        "tournament.tournament",
        "Run every attack against every defense in every SCENARIO, and report the defense with the best worst case.",
    ),
    "gauntlet": Command(
        "gauntlet.gauntlet",
        "Search for the attack that harms SCENARIO's defense most within its rules of engagement.",
    ),
    "claims": Command(
        "claims.claims",
        "Measure every published figure of the modeled systems, and compare it with what was published.",
    ),
    "results": Command(
        "results.results",
        "List the tournaments of STORE and their progress, or show one of them; also while it runs.",
    ),
    "export": Command(
        "export.export", "Write the tournaments, entries, runs and rounds of STORE as files for other programs."
    ),
    "report": Command(
        "report.report",
        "Make the HTML page of each PATH, a run's folder or a store of tournaments: one file that opens offline.",
    ),
    "replay": Command(
        "replay.replay",
        "Step through RUN round by round, compare it with a changed run, or attribute its damage.",
    ),
    "verify": Command("verify.verify", "Repeat RUN, or a sample of a store, and compare every figure."),
    "validate": Command(
        "validate.validate",
        "Check SCENARIOS: keys, plug-ins, parameters, selectors and rules, without running anything.",
    ),
    "lint": Command(
        "lint.lint",
        "Find likely mistakes in valid SCENARIOS. Ends with 1 if there is a warning, with 0 if there are only notes.",
    ),
    "explain": Command(
        "explain.explain", "Explain TOPIC: a field of a scenario, a plug-in, one of its parameters, or a lint rule."
    ),
    "schema": Command("schema.schema", "Print the JSON Schema of a scenario, with every plug-in and its parameters."),
    "resolve": Command("resolve.resolve", "Print SCENARIOS with every default written out, as equivalent YAML."),
    "diff": Command(
        "diff.diff", "List the differences in meaning between the scenarios OLD and NEW; ends with 1 if there is any."
    ),
    "fmt": Command(
        "fmt.fmt",
        "Format FILES: order of keys, indentation, spaces. Comments and meaning are kept.",
    ),
    "new": Command(
        "new.new",
        "Write a new scenario from a template, and the JSON Schema that editors complete and check it with.",
    ),
    "migrate": Command(
        "migrate.migrate", "Convert FILES of older formats to the current one, step by step. Comments are kept."
    ),
}
"""Every command, in the order of `--help`. A group of commands is a separate Typer app."""

app = typer.Typer(
    name="swarmsec",
    help="A security testbed for consensus attacks on swarms of AI daemons.",
    cls=group_of(COMMANDS),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=help_mode(),
    context_settings={"help_option_names": ["-h", "--help"]},
)

# The base class of the errors that Typer raises for a malformed command line.
_CommandLineError: Any = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"swarmsec {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Read the options before a command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, and end the process with its exit code.

    Args:
        arguments: The arguments after `swarmsec`; those of the process unless given.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with guarded_streams(), one_interrupt() as received:
        try:
            code = _code_of(words, received)
        except OutputLostError as lost:
            code = _without_output(lost)
    sys.exit(code)


def _without_output(lost: OutputLostError) -> int:
    """The exit code of a command whose standard output cannot be written, with a line on standard error."""
    if lost.closed_pipe:
        return 128 + signal.SIGPIPE
    message = f"cannot be written: {lost.error.strerror}; what was written to files is kept"
    error = OutputError(message, where="standard output")
    hint(f"swarmsec: {error}")
    return error.exit_code


def _code_of(words: list[str], received: Sequence[signal.Signals]) -> int:
    try:
        code = _call_app(words)
        sys.stdout.flush()
        if code == ExitCode.INTERRUPTED:  # Typer turns Ctrl-C into an exit code.
            raise KeyboardInterrupt
        return int(code or ExitCode.DONE)
    except SwarmsecError as error:
        findings = [finding.to_dict() for finding in getattr(error, "findings", ())]
        return _print_error(words, str(error), error.exit_code, kind=type(error).__name__, findings=findings)
    except KeyboardInterrupt:
        if not received:
            message = "a plug-in or a library raised KeyboardInterrupt; there was no signal"
            return _print_error(words, message, ExitCode.PLUGIN_FAILED, kind="PluginError")
        number = received[0]
        message = "interrupted" if number == signal.SIGINT else f"interrupted by {number.name}"
        return _print_error(words, message, 128 + number, kind="Interrupted")
    except MemoryError as error:
        too_large = out_of_memory(error)
        return _print_error(words, str(too_large), too_large.exit_code, kind=type(too_large).__name__)
    except RecursionError:
        return _print_error(words, "the input is nested too deeply", ExitCode.USAGE, kind="UsageError")
    except _CommandLineError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            say(error.format_message())
            return ExitCode.USAGE
        return _print_error(words, _message(error), ExitCode.USAGE, kind="UsageError")
    except Exception as error:
        if os.environ.get("SWARMSEC_DEBUG"):
            raise
        bug = "this is a bug of swarmsec; SWARMSEC_DEBUG=1 shows the traceback"
        message = one_line(f"{type(error).__name__}: {error} ({bug})")
        return _print_error(words, message, ExitCode.INTERNAL, kind="InternalError")


def _call_app(words: list[str]) -> Any:
    try:
        return app(args=words, standalone_mode=False)
    except typer.Abort as error:
        # Typer takes an end of file, such as that of a damaged pickle, for the answer to a prompt; we have none.
        if isinstance(error.__cause__, EOFError):
            raise error.__cause__ from None
        raise KeyboardInterrupt from error


def _message(error: Any) -> str:
    """Typer's message, without the prefix of the library that it comes from."""
    return str(error.format_message()).replace("Value error, ", "")


def _print_error(
    words: Sequence[str], message: str, code: int, *, kind: str, findings: Sequence[dict[str, Any]] = ()
) -> int:
    """Print an error: as JSON on standard output with --json, else in one line on standard error."""
    if "--json" in words or os.environ.get("SWARMSEC_JSON", "0") not in {"", "0", "false", "no"}:
        error = {"kind": kind, "message": message, "exit_code": int(code)}
        print_json({"error": error | ({"findings": list(findings)} if findings else {})})
    else:
        hint(f"swarmsec: {message}")
    return int(code)

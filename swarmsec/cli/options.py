"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from swarmsec.cli.output import hint
from swarmsec.errors import ParameterError, UsageError

if TYPE_CHECKING:
    from swarmsec.runs.executors import Executor
    from swarmsec.runs.recorded_plugins import AllowedFolders
    from swarmsec.runs.simulation import EachRound

Plugins = Annotated[
    list[Path] | None,
    typer.Option("--plugins", help="A folder with your own plug-ins.", envvar="SWARMSEC_PLUGINS", metavar="DIR"),
]
ExtendsFrom = Annotated[
    list[Path] | None,
    typer.Option(
        "--extends-from",
        help="A folder with scenarios that SCENARIO may extend, beside its own.",
        envvar="SWARMSEC_EXTENDS_FROM",
        metavar="DIR",
    ),
]
Trust = Annotated[
    bool,
    typer.Option(
        "--trust", help="Also load plug-ins from the folders that the run names, if they have not changed since."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.", envvar="SWARMSEC_JSON")]

Jobs = Annotated[int, typer.Option(help="The number of processes; results are the same.", envvar="SWARMSEC_JOBS")]
Timeout = Annotated[
    float | None,
    typer.Option(help="The time limit for an arm of a seed, in seconds.", envvar="SWARMSEC_TIMEOUT", metavar="S"),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        help="A dask cluster: tcp://HOST:PORT, a scheduler file, local:N or slurm.", envvar="SWARMSEC_CLUSTER"
    ),
]

Limit = Annotated[
    str | None,
    typer.Option(
        help="The most memory that a run may take, by estimate; what is available unless given.",
        envvar="SWARMSEC_LIMIT",
        metavar="4GB",
    ),
]

FindingsFormat = Annotated[
    Literal["text", "json", "github", "sarif"],
    typer.Option("--format", help="github annotates a pull request; sarif is for code scanning."),
]

STORE = Path("runs/tournaments.sqlite")
"""The default store of tournaments."""


def allowed_folders(plugins: list[Path] | None, *, trust: bool) -> AllowedFolders:
    """The folders of --plugins and --trust; each folder that a run names is announced on standard error."""
    from swarmsec.runs.recorded_plugins import AllowedFolders

    def announce(folder: Path, names: Sequence[str]) -> None:
        hint(f"loading {', '.join(names)} from {folder}, which the run names")

    return AllowedFolders(tuple(plugins or ()), trust, announce)


@contextmanager
def executor_of(
    *, jobs: int, cluster: str | None, timeout: float | None, each_round: EachRound | None = None
) -> Iterator[Executor]:
    """The executor that --jobs, --cluster and --timeout describe.

    Raises:
        UsageError: One of them is invalid.
        ExecutorError: The cluster does not answer.
    """
    from swarmsec.runs.executors import open_executor

    check_executor_options(jobs=jobs, timeout=timeout)
    with open_executor(jobs=jobs, cluster=cluster, timeout_s=timeout, each_round=each_round) as executor:
        yield executor


def check_executor_options(*, jobs: int, timeout: float | None) -> None:
    """Check that the options are in range, before other work.

    Raises:
        UsageError: One is out of range.
    """
    if jobs < 1:
        raise UsageError(f"{jobs} given; must be at least 1", where="--jobs")
    if timeout is not None and not timeout > 0:
        raise UsageError(f"{timeout:g} given; must be more than 0 seconds", where="--timeout")


def seeds_of(text: str) -> tuple[int, ...]:
    """The seeds of an option: `5` is a count, `3,4,9` are seeds, and `3,` is one seed.

    Raises:
        UsageError: The text is neither, or a seed is negative, repeated or one too many.
    """
    from swarmsec.scenario import seed_list

    try:
        return seed_list([int(word) for word in text.split(",") if word.strip()] if "," in text else int(text))
    except ValueError:
        raise UsageError(
            f"{text!r} given; must be a count such as 5, or seeds such as 3,4,9", where="--seeds"
        ) from None
    except ParameterError as error:
        raise UsageError(error.message, where="--seeds") from None


def settings_of(options: list[str] | None) -> dict[str, object]:
    """The options PATH=VALUE as path → value."""
    from swarmsec.scenario import parse_value

    settings = {}
    for option in options or ():
        path, equals, value = option.partition("=")
        if not equals:
            raise UsageError(f"{option!r} given; must be PATH=VALUE, such as attacks[0].bias=-3", where="--set")
        try:
            settings[path.strip()] = parse_value(value)
        except UsageError as error:
            raise UsageError(error.message, where=f"--set {path.strip()}") from None
    return settings

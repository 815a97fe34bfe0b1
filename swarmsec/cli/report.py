"""`swarmsec report`: the HTML page of a run or a tournament, from stored files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swarmsec.cli.options import Plugins
from swarmsec.cli.output import say
from swarmsec.errors import ExitCode, OutputError, UsageError
from swarmsec.files import read_json_mapping, write_atomically
from swarmsec.visible import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LATEST = [Path("runs/latest")]
"""The default source."""


def report(
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Runs' folders, stores, or a tournament's JSON; runs/latest unless given.", metavar="PATH.."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the page; beside its source unless given.")] = None,
    tournament: Annotated[
        str | None,
        typer.Option(help="A tournament of the store, by its name or the start of its id; the latest unless given."),
    ] = None,
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    plugins: Plugins = None,
) -> int:
    """Make the HTML page of each PATH, a run's folder or a store of tournaments: one file that opens offline."""
    from swarmsec.runs.read_folder import follow_latest

    paths = [follow_latest(path) for path in sources or LATEST]
    if out is not None and len(paths) > 1:
        raise UsageError(f"{len(paths)} pages do not go into one file; give one source", where="--out")
    for path in paths:
        page, usual = _page(path, tournament, plugins or [])
        target = out or usual
        if out is None and os.path.lexists(usual) and (usual.is_symlink() or not usual.is_file()):
            raise OutputError("is not a regular file; name another file with --out", where=str(usual))
        try:
            write_atomically(target, page)
        except OutputError as error:
            raise OutputError(f"{error.message}; name another file with --out", where=error.where) from None
        say(one_line(str(target)))
        if open_:
            typer.launch(target.resolve().as_uri())
    return ExitCode.DONE


def _page(path: Path, tournament: str | None, plugins: Sequence[Path]) -> tuple[str, Path]:
    """The page of a source, and its default file."""
    from swarmsec.report.html import run_page, tournament_page
    from swarmsec.store.connect import is_store

    if path.is_dir():
        if tournament is not None:
            raise UsageError("a run's folder has no tournaments; give a store", where="--tournament")
        return run_page(path, plugins=plugins), path / "report.html"
    if not path.exists():
        raise UsageError("no such folder or file; give a run's folder, or a store of tournaments", where=str(path))
    if not is_store(path):
        document = _tournament_document(path)
        with _naming(path, f"is not what `swarmsec tournament --json` prints ({document['schema']})"):
            return tournament_page(document), path.with_suffix(".html")
    document = _stored(path, tournament)
    return tournament_page(document), path.with_name(f"{path.stem}-{document['id'][:10]}.html")


@contextmanager
def _naming(path: Path, what: str) -> Iterator[None]:
    """Convert the error of a page's maker for a document with other keys or types to ours."""
    from jinja2 import UndefinedError

    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, UndefinedError) as error:
        raise UsageError(f"{what}: {type(error).__name__}: {error}", where=str(path)) from error


def _tournament_document(path: Path) -> Mapping[str, Any]:
    """The document that `swarmsec tournament --json` printed."""
    from swarmsec.tournament.result import SCHEMA

    what = f"neither a run's folder, nor a store, nor what `swarmsec tournament --json` prints ({SCHEMA})"
    try:
        found = read_json_mapping(path)
    except UsageError as error:
        raise UsageError(f"{what}: {error.message}", where=str(path)) from None
    if found.get("schema") != SCHEMA:
        raise UsageError(what, where=str(path))
    return found


def _stored(path: Path, wanted: str | None) -> Mapping[str, Any]:
    from swarmsec.cli.results import find_tournament
    from swarmsec.store import Store
    from swarmsec.tournament.from_store import stored_outcome

    with Store.open(path, read_only=True) as store, _naming(path, "the store is damaged"):
        return stored_outcome(store, find_tournament(store, wanted)).to_dict()

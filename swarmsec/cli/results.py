"""`swarmsec results`: the contents of a store of tournaments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swarmsec.cli.options import STORE, Json
from swarmsec.cli.output import print_json, print_report
from swarmsec.errors import ExitCode, UsageError, did_you_mean

if TYPE_CHECKING:
    from swarmsec.store import Store, Tournament
    from swarmsec.tournament.cells import CellFilter

Names = list[str] | None


def results(
    store: Annotated[Path, typer.Argument(help="A store of tournaments.", envvar="SWARMSEC_STORE")] = STORE,
    tournament: Annotated[
        str | None, typer.Option(help="A tournament by its name or the start of its id; the latest unless given.")
    ] = None,
    leaderboard: Annotated[
        bool, typer.Option("--leaderboard", help="Defenses and attacks by rating, best first.")
    ] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help="Attacks × defenses: the share prevented (DL).")] = False,
    damage: Annotated[bool, typer.Option("--damage", help="With --matrix: the damage in place of the share.")] = False,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two defenses, paired by seed, with 95% intervals.", metavar="A B"),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Runs that failed, crashed or timed out.")] = False,
    sql: Annotated[
        str | None,
        typer.Option(help="One SELECT over tournaments, entries, runs and rounds; by DuckDB where it is installed."),
    ] = None,
    scenario: Annotated[Names, typer.Option(help="Only this scenario.", metavar="NAME")] = None,
    attack: Annotated[Names, typer.Option(help="Only this attack: a label, or a kind.", metavar="NAME")] = None,
    defense: Annotated[Names, typer.Option(help="Only this defense: a label, or a kind.", metavar="NAME")] = None,
    as_json: Json = False,
) -> int:
    """List the tournaments of STORE and their progress, or show one of them; also while it runs."""
    from swarmsec.store import Store
    from swarmsec.tournament.cells import CellFilter

    options = {
        "--leaderboard": leaderboard,
        "--matrix": matrix,
        "--compare": bool(compare),
        "--failed": failed,
        "--sql": sql is not None,
    }
    asked = [name for name, on in options.items() if on]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} given; give one of them")
    if damage and not matrix:
        raise UsageError("only with --matrix", where="--damage")
    cell_filter = CellFilter(tuple(scenario or ()), tuple(attack or ()), tuple(defense or ()))
    with Store.open(store, read_only=True) as opened:
        if sql is not None:
            _refuse_filters(cell_filter, "--sql")
            page, text = _answer(opened, sql)
        elif not asked:
            _refuse_filters(cell_filter, "a list of tournaments")
            page, text = _list(opened, tournament)
        else:
            one = find_tournament(opened, tournament)
            show = {"--leaderboard": _leaderboard, "--matrix": _matrix, "--failed": _failed}
            if compare:
                page, text = _compared(opened, one, cell_filter, compare)
            elif matrix and damage:
                page, text = _matrix(opened, one, cell_filter, damage=True)
            else:
                page, text = show[asked[0]](opened, one, cell_filter)
            page = {"tournament": {"id": one.id, "name": one.name}, **page}
    if as_json:
        # The answer to an SQL query can contain dates and other objects.
        print_json({"schema": "swarmsec.results/v1", "store": str(store), **page}, default=str)
    else:
        print_report(text)
    return ExitCode.DONE


_Shown = tuple[dict[str, Any], str]
"""The JSON document and the text."""


def _list(store: Store, wanted: str | None) -> _Shown:
    from swarmsec.report.results import tournament_lines

    found = store.tournaments() if wanted is None else [find_tournament(store, wanted)]
    return {"tournaments": [one.to_dict() for one in found]}, tournament_lines(found)


def _leaderboard(store: Store, tournament: Tournament, cell_filter: CellFilter) -> _Shown:
    from swarmsec.report.results import leaderboard_lines
    from swarmsec.tournament.leaderboard import leaderboard
    from swarmsec.tournament.scores import score_cells

    found = score_cells(store, tournament.id, cell_filter)
    defenses, attacks = leaderboard(found, "blue"), leaderboard(found, "red")
    page = {"defenses": [one.to_dict() for one in defenses], "attacks": [one.to_dict() for one in attacks]}
    return page, f"{leaderboard_lines('defense', defenses)}\n\n{leaderboard_lines('attack', attacks)}"


def _matrix(store: Store, tournament: Tournament, cell_filter: CellFilter, *, damage: bool = False) -> _Shown:
    from swarmsec.report.results import matrix_lines
    from swarmsec.tournament.scores import score_cells

    found = score_cells(store, tournament.id, cell_filter)
    return {"cells": [one.to_dict() for one in found]}, matrix_lines(found, damage=damage)


def _compared(store: Store, tournament: Tournament, cell_filter: CellFilter, defenses: tuple[str, str]) -> _Shown:
    from swarmsec.report.results import comparison_lines
    from swarmsec.tournament.comparison import compare

    first, second = defenses
    found = compare(store, tournament.id, first, second, cell_filter)
    page = {"first": first, "second": second, "differences": [one.to_dict() for one in found]}
    return page, comparison_lines(first, second, found)


def _failed(store: Store, tournament: Tournament, cell_filter: CellFilter) -> _Shown:
    from swarmsec.report.results import failure_lines
    from swarmsec.tournament.cells import cells_of
    from swarmsec.tournament.failures import failures

    cells = cells_of(store.entries(tournament.id))
    cell_filter.refuse_unknown(cells)
    selected = {key: runs for key, runs in cells.items() if cell_filter.selects(key)}
    found = failures(selected, store.summaries(tournament.id))
    return {"failed": [one._asdict() for one in found]}, failure_lines(found)


def _answer(store: Store, sql: str) -> _Shown:
    from swarmsec.report.results import answer_lines
    from swarmsec.store.query import run_query

    answer = run_query(store, sql)
    return {**answer._asdict()}, answer_lines(answer)


def find_tournament(store: Store, wanted: str | None) -> Tournament:
    """The tournament with that name or start of an id; the latest if None.

    Raises:
        UsageError: No tournament matches, or several do.
    """
    there = store.tournaments()
    if wanted is None:
        if not there:
            raise UsageError("no tournament was begun in this store", where=str(store.path))
        return there[-1]
    found = [one for one in there if wanted and (one.name == wanted or one.id.startswith(wanted))]
    if len(found) > 1:
        raise UsageError(f"{wanted!r} matches several: {', '.join(one.id for one in found)}", where="--tournament")
    if not found:
        hint = did_you_mean(wanted, [one.name for one in there])
        raise UsageError(f"no tournament {wanted!r} in {store.path}; {hint}", where="--tournament")
    return found[0]


def _refuse_filters(cell_filter: CellFilter, what: str) -> None:
    for option, names in (
        ("scenario", cell_filter.scenarios),
        ("attack", cell_filter.attacks),
        ("defense", cell_filter.defenses),
    ):
        if names:
            raise UsageError(f"{what} has no such filter", where=f"--{option}")

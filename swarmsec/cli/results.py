"""`swarmsec results`: what a store of tournaments holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from swarmsec.cli.options import STORE, Json
from swarmsec.cli.output import print_json
from swarmsec.errors import ExitCode, UsageError, did_you_mean

if TYPE_CHECKING:
    from swarmsec.store import Picked, Store, Tournament

Names = list[str] | None


def results(
    store: Annotated[Path, typer.Argument(help="A store of tournaments.", envvar="SWARMSEC_STORE")] = STORE,
    tournament: Annotated[
        str | None, typer.Option(help="Which one, by its name or the start of its id; the latest unless said.")
    ] = None,
    leaderboard: Annotated[bool, typer.Option("--leaderboard", help="Defenses and attacks, the best first.")] = False,
    matrix: Annotated[bool, typer.Option("--matrix", help="Attacks × defenses: the share prevented (DL).")] = False,
    damage: Annotated[bool, typer.Option("--damage", help="With --matrix: the damage and not the share.")] = False,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(help="Two defenses, paired over seeds, with 95% intervals.", metavar="A B"),
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="Runs that failed, crashed or took too long.")] = False,
    sql: Annotated[
        str | None,
        typer.Option(help="One SELECT over tournaments, entries, runs and rounds; by DuckDB where it is installed."),
    ] = None,
    scenario: Annotated[Names, typer.Option(help="Only this scenario.", metavar="NAME")] = None,
    attack: Annotated[Names, typer.Option(help="Only this attack: a label, or a kind.", metavar="NAME")] = None,
    defense: Annotated[Names, typer.Option(help="Only this defense: a label, or a kind.", metavar="NAME")] = None,
    as_json: Json = False,
) -> int:
    """List the tournaments of STORE and how far they are, or look into one of them; also while it is played."""
    from swarmsec.store import Picked, Store

    options = {
        "--leaderboard": leaderboard,
        "--matrix": matrix,
        "--compare": bool(compare),
        "--failed": failed,
        "--sql": sql is not None,
    }
    asked = [name for name, on in options.items() if on]
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} given; one at a time")
    if damage and not matrix:
        raise UsageError("it belongs to --matrix", where="--damage")
    picked = Picked(tuple(scenario or ()), tuple(attack or ()), tuple(defense or ()))
    with Store.open(store, read_only=True) as opened:
        if sql is not None:
            _refuse_filters(picked, "--sql")
            page, text = _answer(opened, sql)
        elif not asked:
            _refuse_filters(picked, "a list of tournaments")
            page, text = _list(opened, tournament)
        else:
            one = chosen(opened, tournament)
            show = {"--leaderboard": _leaderboard, "--matrix": _matrix, "--failed": _failed}
            if compare:
                page, text = _compared(opened, one, picked, compare)
            elif matrix and damage:
                page, text = _matrix(opened, one, picked, damage=True)
            else:
                page, text = show[asked[0]](opened, one, picked)
            page = {"tournament": {"id": one.id, "name": one.name}, **page}
    if as_json:
        # An answer to SQL may hold dates and other objects.
        print_json({"schema": "swarmsec.results/v1", "store": str(store), **page}, default=str)
    else:
        typer.echo(text)
    return ExitCode.DONE


_Shown = tuple[dict[str, Any], str]
"""What is printed as JSON, and what as text."""


def _list(store: Store, wanted: str | None) -> _Shown:
    from swarmsec.report.results import tournament_lines

    found = store.tournaments() if wanted is None else [chosen(store, wanted)]
    return {"tournaments": [one.to_dict() for one in found]}, tournament_lines(found)


def _leaderboard(store: Store, tournament: Tournament, picked: Picked) -> _Shown:
    from swarmsec.report.results import leaderboard_lines
    from swarmsec.store import outcomes
    from swarmsec.store.leaderboard import leaderboard

    found = outcomes(store, tournament.id, picked)
    defenses, attacks = leaderboard(found, "blue"), leaderboard(found, "red")
    page = {"defenses": [one.to_dict() for one in defenses], "attacks": [one.to_dict() for one in attacks]}
    return page, f"{leaderboard_lines('defense', defenses)}\n\n{leaderboard_lines('attack', attacks)}"


def _matrix(store: Store, tournament: Tournament, picked: Picked, *, damage: bool = False) -> _Shown:
    from swarmsec.report.results import matrix_lines
    from swarmsec.store import outcomes

    found = outcomes(store, tournament.id, picked)
    return {"cells": [one.to_dict() for one in found]}, matrix_lines(found, damage=damage)


def _compared(store: Store, tournament: Tournament, picked: Picked, defenses: tuple[str, str]) -> _Shown:
    from swarmsec.report.results import comparison_lines
    from swarmsec.store import compare

    first, second = defenses
    found = compare(store, tournament.id, first, second, picked)
    page = {"first": first, "second": second, "differences": [one.to_dict() for one in found]}
    return page, comparison_lines(first, second, found)


def _failed(store: Store, tournament: Tournament, picked: Picked) -> _Shown:
    from swarmsec.report.results import failure_lines
    from swarmsec.store import cells_of
    from swarmsec.store.failures import failures

    picked.refuse_unknown(cells_of(store.entries(tournament.id)))
    found = failures(store, tournament.id, picked)
    return {"failed": [one._asdict() for one in found]}, failure_lines(found)


def _answer(store: Store, sql: str) -> _Shown:
    from swarmsec.report.results import answer_lines
    from swarmsec.store.query import query

    answer = query(store, sql)
    return {**answer._asdict()}, answer_lines(answer)


def chosen(store: Store, wanted: str | None) -> Tournament:
    """The tournament of that name or beginning of an id; the latest unless said.

    Raises:
        UsageError: There is none, or there are several.
    """
    there = store.tournaments()
    if wanted is None:
        if not there:
            raise UsageError("no tournament was begun in this store", where=str(store.path))
        return there[-1]
    found = [one for one in there if wanted and (one.name == wanted or one.id.startswith(wanted))]
    if len(found) > 1:
        raise UsageError(f"{wanted!r} is several: {', '.join(one.id for one in found)}", where="--tournament")
    if not found:
        hint = did_you_mean(wanted, [one.name for one in there])
        raise UsageError(f"no tournament {wanted!r} in {store.path}; {hint}", where="--tournament")
    return found[0]


def _refuse_filters(picked: Picked, what: str) -> None:
    for option, names in (("scenario", picked.scenarios), ("attack", picked.attacks), ("defense", picked.defenses)):
        if names:
            raise UsageError(f"{what} has no such filter", where=f"--{option}")

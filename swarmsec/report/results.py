"""The contents of a store as text tables, the same on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from swarmsec.report.numbers import amount, share, share_interval
from swarmsec.report.tables import plain_table
from swarmsec.scoring import Interval
from swarmsec.store import Tournament
from swarmsec.store.query import Answer
from swarmsec.tournament.comparison import PairedDifference
from swarmsec.tournament.failures import Failure
from swarmsec.tournament.leaderboard import Rank
from swarmsec.tournament.scores import CellScore

_UNKNOWN = "–"


def tournament_lines(tournaments: Sequence[Tournament]) -> str:
    """One line per tournament: its counts of runs, and its dates."""
    if not tournaments:
        return "no tournament was begun in this store"
    rows = [["tournament", "id", "runs", "done", "failed", "crashed", "timed out", "left", "begun", "changed"]]
    for one in tournaments:
        counts = (one.planned, one.done, one.failed, one.crashed, one.timed_out, one.left)
        rows.append([one.name, one.id[:12], *(f"{count:,}" for count in counts), one.begun, one.changed])
    return plain_table(rows, left={0, 1})


def matrix_lines(found: Sequence[CellScore], *, damage: bool = False) -> str:
    """One table of attacks × defenses per scenario.

    Args:
        found: The cells.
        damage: Show damage(defended) instead of the prevented share.
    """
    blocks = []
    for scenario in dict.fromkeys(one.key.scenario for one in found):
        here = [one for one in found if one.key.scenario == scenario]
        unit = next((one.unit for one in here if one.unit), "")
        what = f"damage(defended) in {unit}" if damage else "share of the damage prevented (DL)"
        blocks.append(f"{scenario}  ·  {what}, mean [95% interval]\n\n{_matrix(here, damage=damage)}")
    notes = _notes_on_missing_seeds(found)
    return "\n\n".join([*blocks, *notes])


def comparison_lines(first: str, second: str, found: Sequence[PairedDifference]) -> str:
    """Two defenses, attack by attack: the first minus the second."""
    if not found:
        return f"{first} and {second} were not run against the same attack in the same scenario with the same seeds"
    rows = [["scenario", "attack", "seeds", "Δ damage", "Δ DL", "Δ cost in peace", "less damage"]]
    for one in found:
        less = {"first": first, "second": second, None: "undecided"}[one.better]
        damage, cost = (_amounts(value, one.unit) for value in (one.damage, one.autoimmune_cost))
        limited = share_interval(one.damage_limited) if one.damage_limited else _UNKNOWN
        rows.append([one.scenario, one.attack, str(len(one.seeds)), damage, limited, cost, less])
    won = [sum(one.better == side for one in found) for side in ("first", "second")]
    return "\n".join(
        [
            f"{first} minus {second}, paired by seed, mean [95% interval]",
            "",
            plain_table(rows, left={0, 1, 6}),
            "",
            f"  {first} leaves less damage in {won[0]} of {len(found)}, {second} in {won[1]}; "
            "each 95% interval holds on its own, not all of them jointly",
        ]
    )


def failure_lines(failures: Sequence[Failure]) -> str:
    """One line for each failed run, with its error."""
    if not failures:
        return "no run failed, crashed or timed out"
    rows = [["run", "status", "scenario", "attack", "defense", "seed", "arm", "error"]]
    for one in failures:
        rows.append([one.run[:12], *(str(value) for value in one[1:])])
    return plain_table(rows, left={0, 1, 2, 3, 4, 6, 7})


def leaderboard_lines(title: str, ranks: Sequence[Rank]) -> str:
    """A leaderboard, best first."""
    rows = [["", title, "rating", "95%", "won", "lost", "tied", "DL", "limited", "worst DL", "against"]]
    for place, one in enumerate(ranks, 1):
        counts = [f"{count:,}" for count in (one.wins, one.losses, one.ties)]
        shares = [_UNKNOWN if value is None else share(value) for value in (one.damage_limited, one.worst)]
        limited = f"{one.limited} of {one.cells}"
        rows.append([str(place), one.label, *_points(one.points), *counts, shares[0], limited, shares[1], one.against])
    return plain_table(rows, left={1, 10})


def answer_lines(answer: Answer) -> str:
    """The rows of the answer to an SQL query."""
    rows = [list(answer.columns), *([_sql_value(value) for value in row] for row in answer.rows)]
    left = {column for column in range(len(answer.columns)) if any(isinstance(row[column], str) for row in answer.rows)}
    return plain_table(rows, left=left)


def _matrix(found: Sequence[CellScore], *, damage: bool) -> str:
    attacks = list(dict.fromkeys(one.key.attack for one in found))
    defenses = list(dict.fromkeys(one.key.defense for one in found))
    cells = {(one.key.attack, one.key.defense): one for one in found}
    rows = [["", *defenses]]
    for attack in attacks:
        shown = [cells.get((attack, defense)) for defense in defenses]
        rows.append([attack, *(_cell(one, damage=damage) if one else "" for one in shown)])
    return plain_table(rows, left={0})


def _cell(one: CellScore, *, damage: bool) -> str:
    found = one.score
    if found is None:
        return _UNKNOWN
    mark = "*" if one.missing else ""
    if damage:
        return _amounts(found.damage.get("defended"), one.unit) + mark
    if found.damage_limited is None:
        return ("no bite" if len(one.seeds) > 1 else _UNKNOWN) + mark
    return share_interval(found.damage_limited) + mark


def _notes_on_missing_seeds(found: Sequence[CellScore]) -> list[str]:
    partial = sum(bool(one.missing and one.seeds) for one in found)
    empty = sum(one.score is None for one in found)
    notes = [f"  * {partial} cells are scored without some of their seeds"] if partial else []
    return notes + ([f"  {_UNKNOWN} {empty} cells have no seed of which every arm is done"] if empty else [])


def _amounts(interval: Interval | None, unit: str) -> str:
    if interval is None:
        return _UNKNOWN
    if interval.low is None or interval.high is None:
        return amount(interval.mean, unit)
    return f"{amount(interval.mean, unit)}  [{amount(interval.low, unit)}, {amount(interval.high, unit)}]"


def _points(points: Interval | None) -> tuple[str, str]:
    if points is None:
        return _UNKNOWN, ""
    if points.low is None or points.high is None:
        return f"{points.mean:.0f}", ""
    return f"{points.mean:.0f}", f"[{points.low:.0f}, {points.high:.0f}]"


def _sql_value(value: Any) -> str:
    if value is None:
        return _UNKNOWN
    return f"{value:.6g}" if isinstance(value, float) else str(value)

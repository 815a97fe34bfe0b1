"""The standing in a scenario: the matrix, worst cases, the equilibrium, and candidates that plainer defenses beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.scoring import Interval, Result
from swarmsec.scoring.game import minimax, nash
from swarmsec.scoring.intervals import of_mean
from swarmsec.scoring.significance import holm, student
from swarmsec.tournament.contestants import Contestant
from swarmsec.tournament.result import Nash, ScenarioStanding, Upset, WorstCase
from swarmsec.tournament.scores import CellScore

_VANTAGES = ("local", "gossip", "monitor", "oracle")
_KNOWS_THE_TRUTH = "oracle"
_NEGLIGIBLE = 1e-9


class _Worst(NamedTuple):
    """The worst case of a defense: the attack, and (k,) the damage against it, one a seed."""

    attack: str
    damage: Floats


def standing(
    scenario: str, title: str, scores: Sequence[CellScore], contestants: Sequence[Contestant]
) -> ScenarioStanding:
    """The standing in a scenario, from its cells.

    Worst cases and the equilibrium use full rows and columns only: attacks with a cell that is done, and defenses whose
    cells against those attacks are all done. Other cells appear in the matrix alone.

    Args:
        scenario: The scenario's name.
        title: Its title.
        scores: Its cells.
        contestants: Blue's contestants, in the order of the columns.
    """
    cells = {(one.key.attack, one.key.defense): one for one in scores}
    rows = list(dict.fromkeys(one.key.attack for one in scores))
    blue = {one.label: one for one in contestants if any(one.label == cell[1] for cell in cells)}
    whole_rows = [row for row in rows if any(cells[row, column].status == "done" for column in blue)]
    whole = [column for column in blue if whole_rows and all(cells[row, column].status == "done" for row in whole_rows)]
    worst = {column: _worst(column, whole_rows, cells) for column in whole}
    candidates = [column for column in whole if not blue[column].null]
    payoff = _payoff(whole_rows, candidates, cells)
    best = candidates[minimax(payoff)[1]] if candidates else None
    results = {key: one.result for key, one in cells.items()}
    return ScenarioStanding(
        scenario=scenario,
        title=title,
        unit=next((result.unit for result in results.values() if result), ""),
        attacks=tuple(rows),
        defenses=tuple(blue),
        bites=tuple(any(result.bites for column in blue if (result := results[row, column])) for row in rows),
        undefended=tuple(_first(results, [(row, column) for column in blue], "attacked") for row in rows),
        damage=tuple(tuple(_damage(results[row, column], "defended") for column in blue) for row in rows),
        damage_limited=tuple(
            tuple(result.damage_limited if (result := results[row, column]) else None for column in blue)
            for row in rows
        ),
        autoimmune=tuple(_peace([results[row, column] for row in rows]) for column in blue),
        worst_case=_worst_cases(worst, best),
        best=best,
        lead=_lead(worst, best, candidates),
        nash=_nash(payoff, whole_rows, candidates) if candidates else None,
        upsets=_upsets(worst, blue, {column: results[whole_rows[0], column] for column in whole}),
    )


def _worst(column: str, rows: Sequence[str], cells: Mapping[tuple[str, str], CellScore]) -> _Worst:
    damages = [cells[row, column].damage_by_seed["defended"] for row in rows]
    hardest = int(_with_exact_ties(np.array([damage.mean() for damage in damages])).argmax())
    return _Worst(rows[hardest], damages[hardest])


def _payoff(rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], CellScore]) -> Floats:
    """(r, c) the mean damage(defended)."""
    means = [[float(cells[row, column].damage_by_seed["defended"].mean()) for column in columns] for row in rows]
    return _with_exact_ties(np.array(means).reshape(len(rows), len(columns)))


def _with_exact_ties(damage: Floats) -> Floats:
    """The damages, rounded so that those which differ by the rounding errors of sums are equal."""
    size = float(np.abs(damage).max(initial=0.0))
    return np.round(damage / size, 12) * size if size else damage


def _worst_cases(worst: Mapping[str, _Worst], best: str | None) -> tuple[WorstCase, ...]:
    ranked = sorted(worst, key=lambda column: (float(worst[column].damage.mean()), column != best))
    return tuple(
        WorstCase(
            column,
            worst[column].attack,
            of_mean(worst[column].damage),
            None if best in (None, column) else of_mean(worst[column].damage - worst[best].damage),
        )
        for column in ranked
    )


def _lead(worst: Mapping[str, _Worst], best: str | None, candidates: Sequence[str]) -> Interval | None:
    rivals = [column for column in candidates if column != best]
    if best is None or not rivals:
        return None
    second = min(rivals, key=lambda column: float(worst[column].damage.mean()))
    return of_mean(worst[second].damage - worst[best].damage)


def _nash(payoff: Floats, rows: Sequence[str], columns: Sequence[str]) -> Nash:
    found = nash(payoff)
    return Nash(
        found.value,
        {row: float(share) for row, share in zip(rows, found.rows, strict=True) if share > 0},
        {column: float(share) for column, share in zip(columns, found.columns, strict=True) if share > 0},
        found.pure,
    )


def _upsets(
    worst: Mapping[str, _Worst], blue: Mapping[str, Contestant], results: Mapping[str, Result | None]
) -> tuple[Upset, ...]:
    """For each candidate the first null that does better, or else the best of the plainer candidates that do.

    All pairs are tested together: Student's t for the paired damages, with Holm's correction, so that with equal
    defenses the chance of any upset is at most 0.05.
    """
    pairs = [
        (loser, rival) for loser in worst if not blue[loser].null for rival in _rivals(loser, worst, blue, results)
    ]
    by = {pair: worst[pair[0]].damage - worst[pair[1]].damage for pair in pairs}
    found: dict[str, Upset] = {}
    tested = holm([student(values) if len(values) > 1 else 1.0 for values in by.values()])
    for (loser, rival), worse in zip(pairs, tested, strict=True):
        size = 1.0 + max(float(np.abs(worst[one].damage).max()) for one in (loser, rival))
        margin = of_mean(by[loser, rival])
        if worse and loser not in found and margin.mean > _NEGLIGIBLE * size:
            found[loser] = Upset(loser, rival, margin, blue[rival].null)
    return tuple(sorted(found.values(), key=lambda upset: -upset.by.mean))


def _rivals(
    loser: str, worst: Mapping[str, _Worst], blue: Mapping[str, Contestant], results: Mapping[str, Result | None]
) -> list[str]:
    """The nulls that do not know the truth, then the plainer candidates, the best first."""
    nulls = [rival for rival in worst if blue[rival].null and blue[rival].vantage != _KNOWS_THE_TRUTH]
    price = _price(loser, blue, results)
    plainer = [rival for rival in worst if not blue[rival].null and _price(rival, blue, results) < price]
    return [*nulls, *sorted(plainer, key=lambda rival: float(worst[rival].damage.mean()))]


def _price(label: str, blue: Mapping[str, Contestant], results: Mapping[str, Result | None]) -> tuple[int, float]:
    """What a defense sees, and the messages that it costs: the lower of both is the plainer defense."""
    vantages = [_VANTAGES.index(vantage) for vantage in blue[label].vantage.split(" + ") if vantage]
    result = results[label]
    messages = result.overhead.messages if result else None
    return max(vantages, default=0), round(messages or 1.0, 6)


def _damage(result: Result | None, arm: str) -> Interval | None:
    return result.damage[arm] if result else None


def _peace(results: Sequence[Result | None]) -> Interval | None:
    """The largest of a defense's damages without an attack; the bill leaves out the daemons that each aims at."""
    found = [result.damage["guarded"] for result in results if result]
    return max(found, key=lambda damage: damage.mean, default=None)


def _first(
    results: Mapping[tuple[str, str], Result | None], keys: Sequence[tuple[str, str]], arm: str
) -> Interval | None:
    """The damage of an arm that these cells share, from the first cell with the most seeds."""
    scored = [result for key in keys if (result := results[key])]
    return max(scored, key=lambda result: len(result.seeds)).damage[arm] if scored else None

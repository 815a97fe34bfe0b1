"""The content of a tournament's page, in the order of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.report.html.cited_numbers import Cited, CitedInterval, Write, amounts_in, cite, cite_interval, look_up
from swarmsec.report.html.forest import Forest, forest
from swarmsec.report.html.render import render_page
from swarmsec.report.numbers import amount, share, share_interval
from swarmsec.scoring import Interval

Document = Mapping[str, Any]

CELLS_MAX = 600
FAILURES_MAX = 200
"""The greatest number of rows of a table, so that a page is smaller than a megabyte; it states where the others are."""

_INTERVALS_MAX = 2_000
"""With more cells than this in all, the matrices show means without intervals."""


class HeatCell(NamedTuple):
    """One attack against one defense.

    Attributes:
        shade: Its color: `b0` to `b4` for more damage prevented, `w1` to `w3` for more damage done by the defense,
            `none` if DL is unknown.
        limited: DL, the share of the damage that was prevented.
        damage: The damage that is left.
        text: The text of a cell without DL.
    """

    shade: str
    limited: CitedInterval | None
    damage: CitedInterval | None
    text: str


class HeatRow(NamedTuple):
    """One attack against every defense: its name, its damage to an undefended swarm, and its cells."""

    name: str
    label: str
    bites: bool
    undefended: CitedInterval | None
    cells: Sequence[HeatCell]


class WorstRow(NamedTuple):
    """The worst case of a defense: the attack, the damage, and the difference from the best defense."""

    name: str
    null: bool
    attack: str
    damage: CitedInterval | None
    regret: CitedInterval | None
    best: bool


class UpsetRow(NamedTuple):
    """A candidate that a plainer defense beats: both names, the difference, and whether the winner is a null."""

    loser: str
    winner: str
    by: CitedInterval | None
    null: bool


class Arena(NamedTuple):
    """The standing in one scenario.

    Attributes:
        id: The anchor of its section.
        title: The scenario's title.
        scenario: The scenario's name.
        unit: The unit of damage.
        defenses: The column headings: name, label, whether it is a null.
        rows: One for each attack.
        autoimmune: For each column, the cost in peace.
        worst: The worst cases of defenses, best first.
        verdict: The verdict in one sentence.
        value: The damage in equilibrium; None without one.
        pure: Whether it is a saddle point.
        red: Red's mixed strategy: names and probabilities.
        blue: Blue's mixed strategy.
        upsets: Candidates that plainer defenses beat.
    """

    id: str
    title: str
    scenario: str
    unit: str
    defenses: Sequence[tuple[str, str, bool]]
    rows: Sequence[HeatRow]
    autoimmune: Sequence[CitedInterval | None]
    worst: Sequence[WorstRow]
    verdict: str
    value: Cited | None
    pure: bool
    red: Sequence[tuple[str, Cited]]
    blue: Sequence[tuple[str, Cited]]
    upsets: Sequence[UpsetRow]


class RatingRow(NamedTuple):
    """A contestant's rating."""

    name: str
    label: str
    null: bool
    points: CitedInterval | None
    wins: Cited
    losses: Cited
    ties: Cited


class CellRow(NamedTuple):
    """A row of the table of all cells."""

    scenario: str
    attack: str
    defense: str
    status: str
    verdict: str
    seeds: int
    failed: int
    unit: str
    attacked: CitedInterval | None
    defended: CitedInterval | None
    limited: CitedInterval | None
    cost: CitedInterval | None
    messages: Cited | None


def tournament_page(document: Document) -> str:
    """The HTML page of a tournament: equal for equal outcomes.

    Args:
        document: The outcome, from `TournamentResult.to_dict`.
    """
    return render_page("tournament.html", _content(document))


def _content(document: Document) -> dict[str, Any]:
    names = _names(document)
    arenas = [_arena(document, at, names) for at in range(len(document["standings"]))]
    return {
        "document": document,
        "verdict": tournament_sentence(document),
        "with_intervals": len(document["cells"]) <= _INTERVALS_MAX,
        "cells_count": len(document["cells"]),
        "counts": document["counts"],
        "plan": document["plan"],
        "arenas": arenas,
        "ratings": {team: _ratings(document, team, names) for team in document["ratings"]},
        "rating_charts": {team: _rating_chart(document, team, names) for team in document["ratings"]},
        "cells": [_cell(document, at, names) for at in range(min(len(document["cells"]), CELLS_MAX))],
        "failures": [
            {
                **failure,
                "attack": _short_name(failure["attack"], names),
                "defense": _short_name(failure["defense"], names),
            }
            for failure in document["failures"][:FAILURES_MAX]
        ],
        "drops": [
            (cite(document, "drops", at, "left", write=share), drop, _short_name(drop["defense"], names))
            for at, drop in enumerate(document["drops"])
        ],
        "contestants": [*document["attacks"], *document["defenses"]],
    }


def _names(document: Document) -> dict[str, Mapping[str, Any]]:
    """Label → contestant; a label of both teams, such as `none`, has the same name in both."""
    return {one["label"]: one for one in [*document["attacks"], *document["defenses"]]}


def _short_name(label: str, names: Mapping[str, Mapping[str, Any]]) -> str:
    return str(names[label]["name"]) if label in names else label


def _is_null(label: str, document: Document) -> bool:
    return any(one["label"] == label and one["null"] for one in document["defenses"])


def _arena(document: Document, at: int, names: Mapping[str, Mapping[str, Any]]) -> Arena:
    here = document["standings"][at]
    write = amounts_in(here["unit"])
    place = ("standings", at)
    nash = here["nash"]
    return Arena(
        id=f"arena-{at}",
        title=here["title"],
        scenario=here["scenario"],
        unit=here["unit"],
        defenses=[(_short_name(label, names), label, _is_null(label, document)) for label in here["defenses"]],
        rows=[_heat_row(document, at, row, names) for row in range(len(here["attacks"]))],
        autoimmune=[
            cite_interval(document, *place, "autoimmune", column, write=write)
            for column in range(len(here["defenses"]))
        ],
        worst=[
            WorstRow(
                _short_name(one["defense"], names),
                _is_null(one["defense"], document),
                _short_name(one["attack"], names),
                cite_interval(document, *place, "worst_case", number, "damage", write=write),
                cite_interval(document, *place, "worst_case", number, "regret", write=write),
                one["defense"] == here["best"],
            )
            for number, one in enumerate(here["worst_case"])
        ],
        verdict=standing_sentence(here, names),
        value=cite(document, *place, "nash", "value", write=write) if nash else None,
        pure=bool(nash and nash["pure"]),
        red=_mixture(document, at, "red", names) if nash else [],
        blue=_mixture(document, at, "blue", names) if nash else [],
        upsets=[
            UpsetRow(
                _short_name(one["loser"], names),
                _short_name(one["winner"], names),
                cite_interval(document, *place, "upsets", number, "by", write=write),
                one["null"],
            )
            for number, one in enumerate(here["upsets"])
        ],
    )


def tournament_sentence(document: Document) -> str:
    """The outcome of a tournament in one sentence.

    Args:
        document: The outcome, from `TournamentResult.to_dict`.
    """
    names, standings = _names(document), document["standings"]
    if len(standings) == 1:
        return standing_sentence(standings[0], names)
    bitten = [standing for standing in standings if any(standing["bites"])]
    if not bitten:
        return f"No attack bites in any of {len(standings)} scenarios, so there is no verdict on any defense"
    wins = Counter(_short_name(standing["best"], names) for standing in bitten if standing["best"] is not None)
    won = ", ".join(f"{name} in {count}" for name, count in sorted(wins.items(), key=lambda win: (-win[1], win[0])))
    where = f"{len(bitten)} of {len(standings)} scenarios"
    best = won or "none, as none was scored against every attack"
    return f"Attacks bite in {where}; judged by its worst case, the best defense is {best}"


def standing_sentence(standing: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]) -> str:
    """The standing in one scenario in one sentence.

    Args:
        standing: The standing, from `ScenarioStanding.to_dict`.
        names: Label → contestant.
    """
    if not any(standing["bites"]):
        return "No attack bites, so there is no verdict on any defense"
    if standing["best"] is None:
        return "No defense was scored against every attack"
    best = _short_name(standing["best"], names)
    worst = next(one for one in standing["worst_case"] if one["defense"] == standing["best"])
    damage = amount(worst["damage"]["mean"], standing["unit"])
    unit = "" if standing["unit"] == "USD" else f" {standing['unit']}"
    sentence = f"{best} has the best worst case: {damage}{unit} of damage against {_short_name(worst['attack'], names)}"
    limited = _limited_there(standing, worst)
    if limited:
        sentence += f", {share_interval(Interval(**limited)).replace('  ', ' ')} of it prevented"
    better = [one["winner"] for one in standing["upsets"] if one["loser"] == standing["best"] and one["null"]]
    return f"{sentence}; and {_short_name(better[0], names)}, a null, does better" if better else sentence


def _limited_there(standing: Mapping[str, Any], worst: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """DL in the worst case of a defense, as plain data."""
    row = standing["attacks"].index(worst["attack"])
    column = standing["defenses"].index(worst["defense"])
    found: Mapping[str, Any] | None = standing["damage_limited"][row][column]
    return found


def _heat_row(document: Document, at: int, row: int, names: Mapping[str, Mapping[str, Any]]) -> HeatRow:
    here = document["standings"][at]
    write = amounts_in(here["unit"])
    return HeatRow(
        name=_short_name(here["attacks"][row], names),
        label=here["attacks"][row],
        bites=here["bites"][row],
        undefended=cite_interval(document, "standings", at, "undefended", row, write=write),
        cells=[_heat_cell(document, at, row, column, write) for column in range(len(here["defenses"]))],
    )


def _heat_cell(document: Document, at: int, row: int, column: int, write: Write) -> HeatCell:
    place = ("standings", at)
    limited = cite_interval(document, *place, "damage_limited", row, column, write=share)
    damage = cite_interval(document, *place, "damage", row, column, write=write)
    text = "no bite" if damage else "not scored"
    return HeatCell(_shade(limited), limited, damage, text)


def _shade(limited: CitedInterval | None) -> str:
    if limited is None or limited.mean.value is None:
        return "none"
    part = limited.mean.value
    if part < 0:
        return "w1" if part > -0.1 else "w2" if part > -0.5 else "w3"
    return "b0" if part < 0.1 else "b1" if part < 0.4 else "b2" if part < 0.7 else "b3" if part < 0.9 else "b4"


def _mixture(document: Document, at: int, team: str, names: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Cited]]:
    mixed = document["standings"][at]["nash"][team]
    return [
        (_short_name(label, names), cite(document, "standings", at, "nash", team, label, write=share))
        for label in sorted(mixed, key=lambda label: -mixed[label])
    ]


def _ratings(document: Document, team: str, names: Mapping[str, Mapping[str, Any]]) -> list[RatingRow]:
    return [
        RatingRow(
            _short_name(one["label"], names),
            one["label"],
            team == "defenses" and _is_null(one["label"], document),
            cite_interval(document, "ratings", team, at, "points", write=_points),
            *(cite(document, "ratings", team, at, kind, write=_count) for kind in ("wins", "losses", "ties")),
        )
        for at, one in enumerate(document["ratings"][team])
    ]


def _rating_chart(document: Document, team: str, names: Mapping[str, Mapping[str, Any]]) -> Forest | None:
    arm = {"attacks": "attacked", "defenses": "defended"}[team]
    rows = [(one.name, "null" if one.null else arm, one.points) for one in _ratings(document, team, names)]
    there = [(name, kind, points) for name, kind, points in rows if points]
    return forest(there, "", reach=None) if there else None


def _cell(document: Document, at: int, names: Mapping[str, Mapping[str, Any]]) -> CellRow:
    cell = document["cells"][at]
    result = cell["result"]
    unit = str(result["unit"]) if result else ""

    def interval(*steps: str, write: Write) -> CitedInterval | None:
        if not result or (len(steps) > 1 and steps[-1] not in look_up(result, *steps[:-1])):
            return None
        return cite_interval(document, "cells", at, "result", *steps, write=write)

    return CellRow(
        scenario=cell["scenario"],
        attack=_short_name(cell["attack"], names),
        defense=_short_name(cell["defense"], names),
        status=cell["status"],
        verdict=str(result["verdict"]).replace("_", " ") if result else "–",
        seeds=len(cell["seeds"]),
        failed=cell["failed"],
        unit=unit,
        attacked=interval("damage", "attacked", write=amounts_in(unit)),
        defended=interval("damage", "defended", write=amounts_in(unit)),
        limited=interval("damage_limited", write=share),
        cost=interval("autoimmune_cost", write=amounts_in(unit)),
        messages=cite(document, "cells", at, "result", "overhead", "messages", write="{:.2f}".format)
        if result
        else None,
    )


def _points(value: float) -> str:
    return f"{value:,.0f}".replace("-", "−")


def _count(value: float) -> str:
    return f"{value:,}"

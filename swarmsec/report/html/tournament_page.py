"""What the page of a tournament shows, in the order in which it shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.report.html.cited_figures import Cited, CitedInterval, Write, amounts_in, cite, cite_interval, look_up
from swarmsec.report.html.forest import Forest, forest
from swarmsec.report.html.render import render_page
from swarmsec.report.numbers import amount, share, share_interval
from swarmsec.scoring import Interval

Document = Mapping[str, Any]

CELLS_MAX = 600
FAILURES_MAX = 200
"""The tables name so many, and say where the others are, so that the page stays under a megabyte."""

_INTERVALS_MAX = 2_000
"""With more cells than this in all, the matrices tell means alone."""


class HeatCell(NamedTuple):
    """One attack against one defense.

    Attributes:
        shade: How it is colored: `b1` to `b4` the more is prevented, `w1` to `w3` the more harm the defense does,
            `none` where there is nothing to prevent or nothing was scored.
        limited: The share of the damage that was prevented.
        damage: The damage that is left.
        said: What stands there without a share.
    """

    shade: str
    limited: CitedInterval | None
    damage: CitedInterval | None
    said: str


class HeatRow(NamedTuple):
    """One attack against every defense: its name, what it harms an undefended swarm, and its cells."""

    name: str
    label: str
    bites: bool
    undefended: CitedInterval | None
    cells: Sequence[HeatCell]


class WorstRow(NamedTuple):
    """A defense where it does worst: against whom, the damage there, and what that is more than the best one's."""

    name: str
    null: bool
    attack: str
    damage: CitedInterval | None
    regret: CitedInterval | None
    best: bool


class Upset(NamedTuple):
    """A candidate that loses to something plainer: who, to whom, by how much, and whether that is a null."""

    loser: str
    winner: str
    by: CitedInterval | None
    null: bool


class Arena(NamedTuple):
    """How things stand in one scenario.

    Attributes:
        id: A name for links.
        title: The scenario's name for people.
        scenario: Its name.
        unit: Of damage.
        defenses: The heads of the columns: name, label, whether it is a null.
        rows: An attack each.
        autoimmune: Under each column, the cost in peace.
        worst: Defenses, the best first.
        verdict: In one sentence.
        value: The damage in equilibrium; None without one.
        pure: Whether it is a saddle point.
        red: Red's mixture: name and probability.
        blue: Blue's.
        upsets: Candidates that lose to something plainer.
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
    upsets: Sequence[Upset]


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
    """A cell of the table of all cells."""

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
    """The HTML of a tournament: the same for the same outcome.

    Args:
        document: What `TournamentResult.to_dict` gives.
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
            {**failure, "attack": _short(failure["attack"], names), "defense": _short(failure["defense"], names)}
            for failure in document["failures"][:FAILURES_MAX]
        ],
        "drops": [
            (cite(document, "drops", at, "left", write=share), drop, _short(drop["defense"], names))
            for at, drop in enumerate(document["drops"])
        ],
        "contestants": [*document["attacks"], *document["defenses"]],
    }


def _names(document: Document) -> dict[str, Mapping[str, Any]]:
    """Contestants by their label; what the two teams share, such as `none`, means the same in both."""
    return {one["label"]: one for one in [*document["attacks"], *document["defenses"]]}


def _short(label: str, names: Mapping[str, Mapping[str, Any]]) -> str:
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
        defenses=[(_short(label, names), label, _is_null(label, document)) for label in here["defenses"]],
        rows=[_heat_row(document, at, row, names) for row in range(len(here["attacks"]))],
        autoimmune=[
            cite_interval(document, *place, "autoimmune", column, write=write)
            for column in range(len(here["defenses"]))
        ],
        worst=[
            WorstRow(
                _short(one["defense"], names),
                _is_null(one["defense"], document),
                _short(one["attack"], names),
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
            Upset(
                _short(one["loser"], names),
                _short(one["winner"], names),
                cite_interval(document, *place, "upsets", number, "by", write=write),
                one["null"],
            )
            for number, one in enumerate(here["upsets"])
        ],
    )


def tournament_sentence(document: Document) -> str:
    """The outcome of a whole tournament in one sentence.

    Args:
        document: What `TournamentResult.to_dict` gives.
    """
    names, standings = _names(document), document["standings"]
    if len(standings) == 1:
        return standing_sentence(standings[0], names)
    bitten = [standing for standing in standings if any(standing["bites"])]
    if not bitten:
        return f"No attack bites in any of {len(standings)} scenarios, so there is no verdict on any defense"
    wins = Counter(_short(standing["best"], names) for standing in bitten if standing["best"] is not None)
    told = ", ".join(f"{name} in {count}" for name, count in sorted(wins.items(), key=lambda win: (-win[1], win[0])))
    where = f"{len(bitten)} of {len(standings)} scenarios"
    best = told or "none, as none was scored against every attack"
    return f"Attacks bite in {where}; judged by its worst case, the best defense is {best}"


def standing_sentence(standing: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]) -> str:
    """How things stand in one scenario, in one sentence.

    Args:
        standing: What `Standing.to_dict` gives.
        names: Contestants by label.
    """
    if not any(standing["bites"]):
        return "No attack bites, so there is no verdict on any defense"
    if standing["best"] is None:
        return "No defense was scored against every attack"
    best = _short(standing["best"], names)
    worst = next(one for one in standing["worst_case"] if one["defense"] == standing["best"])
    damage = amount(worst["damage"]["mean"], standing["unit"])
    unit = "" if standing["unit"] == "USD" else f" {standing['unit']}"
    told = f"{best} does best where it does worst: {damage}{unit} of damage against {_short(worst['attack'], names)}"
    limited = _limited_there(standing, worst)
    if limited:
        told += f", {share_interval(Interval(**limited)).replace('  ', ' ')} of it prevented"
    better = [one["winner"] for one in standing["upsets"] if one["loser"] == standing["best"] and one["null"]]
    return f"{told}; and {_short(better[0], names)}, a null, does better" if better else told


def _limited_there(standing: Mapping[str, Any], worst: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The share that was prevented in a defense's worst case."""
    row = standing["attacks"].index(worst["attack"])
    column = standing["defenses"].index(worst["defense"])
    found: Mapping[str, Any] | None = standing["damage_limited"][row][column]
    return found


def _heat_row(document: Document, at: int, row: int, names: Mapping[str, Mapping[str, Any]]) -> HeatRow:
    here = document["standings"][at]
    write = amounts_in(here["unit"])
    return HeatRow(
        name=_short(here["attacks"][row], names),
        label=here["attacks"][row],
        bites=here["bites"][row],
        undefended=cite_interval(document, "standings", at, "undefended", row, write=write),
        cells=[_heat_cell(document, at, row, column, write) for column in range(len(here["defenses"]))],
    )


def _heat_cell(document: Document, at: int, row: int, column: int, write: Write) -> HeatCell:
    place = ("standings", at)
    limited = cite_interval(document, *place, "damage_limited", row, column, write=share)
    damage = cite_interval(document, *place, "damage", row, column, write=write)
    said = "no bite" if damage else "not scored"
    return HeatCell(_shade(limited), limited, damage, said)


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
        (_short(label, names), cite(document, "standings", at, "nash", team, label, write=share))
        for label in sorted(mixed, key=lambda label: -mixed[label])
    ]


def _ratings(document: Document, team: str, names: Mapping[str, Mapping[str, Any]]) -> list[RatingRow]:
    return [
        RatingRow(
            _short(one["label"], names),
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
        attack=_short(cell["attack"], names),
        defense=_short(cell["defense"], names),
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

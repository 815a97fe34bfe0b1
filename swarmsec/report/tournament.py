"""A tournament on a terminal: verdicts, then matrices, ratings, failures, and the command that repeats it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from swarmsec.report.fitting import FittingTable
from swarmsec.report.numbers import amount, share
from swarmsec.scoring import Interval
from swarmsec.tournament import TournamentResult
from swarmsec.tournament.leaderboard import Rank
from swarmsec.tournament.result import Counts, Drop, Nash, ScenarioStanding, WorstCase
from swarmsec.visible import one_line

FAILURES_SHOWN_MAX = 10

_NEGLIGIBLE = 1e-9

Names = Mapping[str, str]
"""Label → the short name for tables."""


def render(result: TournamentResult) -> RenderableType:
    """The whole report."""
    names = names_of(result)
    several = len(result.standings) > 1
    parts: list[RenderableType] = [heading(result), Text()]
    for standing in result.standings:
        before = f"{standing.title}: " if several else ""
        sentence, style = verdict(standing, names)
        parts.append(Text(f"  {before}{sentence}", style=style))
        parts += [Text(f"  {before}{line}", style="red") for line in upset_lines(standing, names)]
    for standing in result.standings:
        parts += [Text(), FittingTable(matrix(result, standing))]
        if standing.nash:
            parts.append(Text(f"  {nash_line(standing.nash, standing, names)}"))
    for title, team in (("rating of blue", "defenses"), ("rating of red", "attacks")):
        if ratings := result.ratings[team]:
            parts += [Text(), FittingTable(ratings_table(title, ratings, names))]
    return Group(*parts, Text(), FittingTable(notes(result)))


def names_of(result: TournamentResult) -> Names:
    """The short name of every label; an attack and a defense with the same label share it."""
    return {one.label: one.name for one in (*result.attacks, *result.defenses)}


def heading(result: TournamentResult) -> Text:
    """The name of the tournament, and its size."""
    candidates = sum(not one.null for one in result.defenses)
    size = [
        _count(len(result.standings), "scenario"),
        _count(len(result.attacks), "attack"),
        _count(candidates, "defense"),
        _count(len(result.defenses) - candidates, "null"),
        _count(max((len(cell.seeds) for cell in result.cells), default=0), "seed"),
    ]
    return Text.assemble((result.name, "bold"), f"  ·  {', '.join(size)}  ·  {counts_line(result.counts)}")


def counts_line(counts: Counts) -> str:
    """The numbers of runs that are done, failed and left.

    Examples:
        >>> counts_line(Counts(1200, 1196, 3, 1))
        '1,196 runs done, 3 failed, 1 left'
    """
    parts = [f"{_count(counts.done, 'run')} done"]
    parts += [f"{counts.failed:,} failed"] if counts.failed else []
    return ", ".join(parts + ([f"{counts.left:,} left"] if counts.left else []))


def verdict(standing: ScenarioStanding, names: Names) -> tuple[str, str]:
    """The defense with the best worst case and its lead, in one sentence; and the color of the sentence."""
    if not any(standing.bites):
        return "No verdict: no attack bites", "yellow"
    if standing.best is None:
        return "No verdict: no defense completed its runs against every attack", "yellow"
    best = next(one for one in standing.worst_case if one.defense == standing.best)
    beaten = next((one for one in standing.upsets if one.loser == best.defense and one.null), None)
    worst = _worst(best, standing, names)
    if beaten:
        return f"No defense does better than every null: the best of them, {worst}", "red"
    if not _limits(best, standing):
        return f"No defense limits its worst case: the best of them, {worst}", "red"
    if standing.lead is None:
        return worst, "green"
    lead = _amounts(standing.lead, standing)
    if standing.lead.low is not None and standing.lead.low > 0:
        return f"Best in the worst case: {worst}; the next one leaves {lead} more", "green"
    return f"No single best: {worst}; the next one leaves {lead} more", "yellow"


def upset_lines(standing: ScenarioStanding, names: Names) -> list[str]:
    """One line for each defense with a worse worst case than a plainer one."""
    return [
        f"{names[one.loser]} loses to {'the null ' if one.null else 'the plainer '}{names[one.winner]}: "
        f"it leaves {_amounts(one.by, standing)} more in its worst case"
        for one in standing.upsets
    ]


def matrix(result: TournamentResult, standing: ScenarioStanding) -> Table:
    """Defenses × attacks: the damage left and the share prevented; the best worst case first."""
    names, nulls = names_of(result), {one.label for one in result.defenses if one.null}
    table = Table(box=None, padding=(0, 0, 0, 3), show_edge=False, pad_edge=False, title_justify="left")
    table.add_column(f"  {standing.title}, {standing.unit}", no_wrap=True)
    for attack, bites in zip(standing.attacks, standing.bites, strict=True):
        table.add_column(names[attack] + ("" if bites else " (no bite)"), justify="right")
    table.add_column("worst case", justify="right")
    table.add_column("peace", justify="right")
    table.add_row("  undefended", *(_mean(one, standing) for one in standing.undefended), "", "", style="bold")
    worst = {one.defense: one for one in standing.worst_case}
    ranked = [*worst, *(label for label in standing.defenses if label not in worst)]
    for label in sorted(ranked, key=lambda label: label in nulls):
        column = standing.defenses.index(label)
        cells = [
            _cell(damage[column], limited[column], standing)
            for damage, limited in zip(standing.damage, standing.damage_limited, strict=True)
        ]
        table.add_row(
            f"  {names[label]}{' (null)' if label in nulls else ''}",
            *cells,
            _amounts(worst[label].damage, standing) if label in worst else "not judged",
            _mean(standing.autoimmune[column], standing),
            style="dim" if label in nulls else "",
        )
    return table


def nash_line(found: Nash, standing: ScenarioStanding, names: Names) -> str:
    """The equilibrium in one line."""
    value = amount(_rounded(found.value, standing), standing.unit)
    if found.pure:
        return f"equilibrium: {names[next(iter(found.blue))]} against {names[next(iter(found.red))]}, worth {value}"
    red, blue = (
        ", ".join(f"{names[label]} {share(part)}" for label, part in mixture.items())
        for mixture in (found.red, found.blue)
    )
    return f"equilibrium: blue mixes {blue}; red mixes {red}; worth {value}"


def ratings_table(title: str, ratings: Sequence[Rank], names: Names) -> Table:
    """Contestants by rating, best first."""
    table = Table(box=None, padding=(0, 0, 0, 3), show_edge=False, pad_edge=False)
    table.add_column(f"  {title}", no_wrap=True)
    for head in ("points", "95%", "won", "lost", "tied"):
        table.add_column(head, justify="right")
    for one in ratings:
        assert one.points is not None, "the outcome has only rated contestants"
        low, high = one.points.low, one.points.high
        interval = "–" if low is None or high is None else f"[{low:.0f}, {high:.0f}]"
        figures = (f"{number:,}" for number in (one.wins, one.losses, one.ties))
        table.add_row(f"  {names[one.label]}", f"{one.points.mean:.0f}", interval, *figures)
    return table


def notes(result: TournamentResult) -> Table:
    """Labels behind short names, dropped defenses, failed runs, the command that repeats it, and the store."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    rows: list[tuple[str, list[str]]] = [
        ("  red", [one.label for one in result.attacks if one.label != one.name]),
        ("  blue", [one.label for one in result.defenses if one.label != one.name]),
        ("  dropped", [drop_line(drop, names_of(result)) for drop in result.drops]),
        ("  failed", failure_lines(result)),
        ("  repeat", [result.replay]),
        ("  digest", [result.digest]),
        ("  kept in", [result.store]),
    ]
    for head, lines in rows:
        for number, line in enumerate(lines):
            table.add_row(head if number == 0 else "", one_line(line))
    return table


def drop_line(drop: Drop, names: Names) -> str:
    """A dropped defense, the number of its seeds, and the reason.

    Examples:
        >>> drop_line(Drop(1, 3, "wmsr:f=2", 0.4), {"wmsr:f=2": "wmsr"})
        'wmsr after 3 seeds: it left 40% of the undefended worst case'
    """
    why = "one of its runs failed" if drop.left is None else f"it left {share(drop.left)} of the undefended worst case"
    return f"{names[drop.defense]} after {_count(drop.seeds, 'seed')}: {why}"


def failure_lines(result: TournamentResult) -> list[str]:
    """The first failed runs, and the number of the others."""
    lines = [
        f"{' against '.join(filter(None, [one.attack, one.defense])) or 'no team'} in {one.scenario}, "
        f"seed {one.seed}, {one.arm} arm: {one.status.replace('_', ' ')}: {one.error}"
        for one in result.failures[:FAILURES_SHOWN_MAX]
    ]
    more = len(result.failures) - len(lines)
    return lines + ([f"and {more:,} more: swarmsec results {result.store} --failed"] if more else [])


def _worst(one: WorstCase, standing: ScenarioStanding, names: Names) -> str:
    undefended = standing.undefended[standing.attacks.index(one.attack)]
    left = f"{names[one.defense]} leaves {_amounts(one.damage, standing)}"
    return f"{left} of {_mean(undefended, standing)} undefended, against {names[one.attack]}"


def _limits(one: WorstCase, standing: ScenarioStanding) -> bool:
    """Whether a defense prevents damage in its worst case, or the attack there does not bite."""
    row, column = standing.attacks.index(one.attack), standing.defenses.index(one.defense)
    limited = standing.damage_limited[row][column]
    return limited is None or (limited.low is not None and limited.low > _NEGLIGIBLE)


def _cell(damage: Interval | None, limited: Interval | None, standing: ScenarioStanding) -> str:
    if damage is None:
        return "–"
    return _mean(damage, standing) + (f" {share(limited.mean):>5}" if limited else "")


def _mean(interval: Interval | None, standing: ScenarioStanding) -> str:
    return "–" if interval is None else amount(_rounded(interval.mean, standing), standing.unit)


def _amounts(interval: Interval, standing: ScenarioStanding) -> str:
    """An amount with its interval: `$210,360 [$190,000, $230,000]`."""
    if interval.low is None or interval.high is None:
        return _mean(interval, standing)
    low, high = (amount(_rounded(end, standing), standing.unit) for end in (interval.low, interval.high))
    return f"{_mean(interval, standing)} [{low}, {high}]"


def _rounded(value: float, standing: ScenarioStanding) -> float:
    """The value, or 0 if it is only the rounding error of sums next to the damages of the scenario."""
    size = max((abs(one.mean) for one in standing.undefended if one), default=0.0)
    return 0.0 if abs(value) <= _NEGLIGIBLE * (1.0 + size) else value


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"

"""The results of a search for the worst attack, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swarmsec.report.numbers import amount, share
from swarmsec.report.tables import plain_table
from swarmsec.scoring import Interval
from swarmsec.search import Gauntlet, Query, Size, ToleranceMap, TolerancePoint, Witness

_DAEMONS_SHOWN = 6
"""The greatest number of listed daemons."""

_CURVE_WIDTH = 50
_BARS = "▁▂▃▄▅▆▇█"
_MARKS = {"inside": "*", "not known": "?"}


def gauntlet_lines(found: Gauntlet, *, title: str) -> str:
    """The verdict, the worst attack, and damage against budget.

    Args:
        found: The results of the search.
        title: The scenario's title.
    """
    kinds = ", ".join(str(spec["kind"]) for spec in found.defenses)
    seeds = f"{len(found.seeds)} seed{'s' if len(found.seeds) > 1 else ''}"
    knows = "known" if found.known else "hidden"
    refused = sum(query.harm is None for query in found.queries)
    tried = f"{len(found.queries):,} queries of {seeds}" + (f", {refused:,} refused" if refused else "")
    return "\n\n".join(
        [
            f"{title}  ·  the worst attack against {kinds} (parameters {knows}), {tried}",
            f"  {verdict_line(found)}",
            _figures(found),
            "\n".join(["  worst attack", *(f"    {line}" for line in attack_lines(found.best.attacks))]),
            _curve(found),
        ]
    )


def verdict_line(found: Gauntlet) -> str:
    """One sentence: whether there is a worse attack than the scenario's own, and how much worse."""
    worst, what = amount(found.worst.mean, found.unit), found.metric or "damage"
    if found.worst.mean <= 0:
        return f"No attack was found that does harm: {worst} of {what} on unseen seeds"
    if found.best.number == 0:
        return f"No attack was found that is worse than the scenario's own: {worst} of {what} on unseen seeds"
    if found.factor is None:
        return f"An attack was found that does {worst} of {what} on unseen seeds; the scenario's own does none"
    if found.factor.mean <= 1:
        return f"The worst attack found is no worse than the scenario's own on unseen seeds: {worst} of {what}"
    times = _interval(found.factor, lambda value: f"{value:.3g}")
    return f"An attack was found that does {times} times the harm of the scenario's own, on unseen seeds"


def progress_line(query: Query, best: float | None, *, budget: int, unit: str) -> str:
    """The progress of a search: queries done and the greatest damage so far."""
    found = "nothing could be run yet" if best is None else f"worst so far {amount(best, unit)}"
    return f"{query.number + 1:,} of {budget:,} queries, {found}"


def witness_lines(found: Witness, unit: str, *, keep: float) -> str:
    """The minimal attack for a share of the damage."""
    before, after = found.before, found.after
    part = "half" if keep == 0.5 else share(keep)
    least = "" if found.smallest else "; the tries ran out, so a smaller attack may suffice"
    return "\n".join(
        [
            f"  witness  {size_text(after)} {'are' if after.daemons > 1 else 'is'} enough for {part} of it: "
            f"{amount(found.harm, unit)} of {amount(found.of, unit)}",
            f"           minimized from {size_text(before)} in {found.tried:,} tries{least}",
            *(f"    {line}" for line in attack_lines(found.attacks)),
        ]
    )


def map_lines(found: ToleranceMap) -> str:
    """The prevented share of the damage by attacked share and strength, and where the defense's guarantee holds."""
    rows = [["share \\ strength", *(f"{strength:g}" for strength in found.strengths)]]
    wide = len(found.strengths)
    for number, part in enumerate(found.shares):
        cells = found.cells[number * wide : (number + 1) * wide]
        rows.append([share(part), *map(_cell, cells)])
    marks = "* inside the defense's own guarantee, ? not known, - no harm to prevent, x cannot be run"
    seeds = f"{len(found.seeds)} seed{'s' if len(found.seeds) > 1 else ''}"
    head = f"  map      prevented of {found.attack}, by the share of attacked daemons and strength, {seeds}"
    return "\n".join([head, plain_table(rows, left=()), f"  {marks}"])


def attack_lines(attacks: Sequence[Mapping[str, Any]]) -> list[str]:
    """Attacks as lines of YAML, with long lists of daemons shortened."""
    return [f"- {{{', '.join(f'{name}: {_as_yaml(value)}' for name, value in spec.items())}}}" for spec in attacks] or [
        "[]"
    ]


def size_text(size: Size) -> str:
    """The size of attacks: `2 daemons for 10 rounds at strength 0.5`."""
    daemons = f"{size.daemons:,} daemon{'s' if size.daemons != 1 else ''}"
    return f"{daemons} for {size.rounds:,} round{'s' if size.rounds != 1 else ''} at strength {size.strength:.3g}"


def _figures(found: Gauntlet) -> str:
    own = "cannot be run" if found.own is None else _interval(found.own, lambda value: amount(value, found.unit))
    worst = _interval(found.worst, lambda value: amount(value, found.unit))
    what = found.metric or "damage"
    seeds = f"{what}, mean [95% interval] over {len(found.fresh_seeds)} seeds that the search did not use"
    return f"  own attack    {own}\n  worst found   {worst}   query {found.best.number:,}\n                {seeds}"


def _curve(found: Gauntlet) -> str:
    """The greatest damage by number of queries: one line of bars, and the queries at which it rose."""
    curve = [0.0 if harm is None else max(0.0, harm) for harm in found.curve]
    width = min(_CURVE_WIDTH, len(curve))
    picked = [curve[(step + 1) * len(curve) // width - 1] for step in range(width)]
    top = max(curve) or 1.0
    bars = "".join(_BARS[min(len(_BARS) - 1, int(len(_BARS) * harm / top))] for harm in picked)
    marks = sorted({len(curve) * quarter // 4 or 1 for quarter in range(1, 5)} | {1})
    points = ", ".join(f"{mark:,}: {amount(curve[mark - 1], found.unit)}" for mark in marks)
    return f"  {found.metric or 'damage'} against budget   {bars}\n    worst within so many queries   {points}"


def _cell(cell: TolerancePoint) -> str:
    if cell.attacked is None or cell.defended is None:
        text = "x"
    else:
        text = "-" if cell.prevented is None else share(cell.prevented)
    return text + _MARKS.get(cell.promised, " ")


def _interval(interval: Interval, write: Any) -> str:
    mean = str(write(interval.mean))
    if interval.low is None or interval.high is None:
        return mean
    return f"{mean} [{write(interval.low)}, {write(interval.high)}]"


def _as_yaml(value: Any) -> str:
    if isinstance(value, list):
        named = ", ".join(map(str, value[:_DAEMONS_SHOWN]))
        return f"[{named}{f', … {len(value):,} in all' if len(value) > _DAEMONS_SHOWN else ''}]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:.6g}" if isinstance(value, float) else str(value)

"""The timeline of both teams' actions in one arm of one seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.report.html.axes import axis
from swarmsec.report.html.lines import Tick, round_ticks, windows

ROWS_MAX = 100
"""The greatest number of events in the table; the figure has them all."""

ACTION_TEXTS = {
    "attack_on": "attack begins",
    "attack_off": "attack ends",
    "hijacked": "hijacks",
    "joined": "joins",
    "alarm": "raises an alarm about",
    "isolated": "isolates",
    "released": "releases",
}
_COLUMNS = 240
"""The axis has this number of columns; marks in one column are drawn as one."""


class Mark(NamedTuple):
    """An event: its place on the axis, kind and round, and the number of affected daemons."""

    at: float
    kind: str
    round: int
    affected: int


class Lane(NamedTuple):
    """The actions of one plug-in.

    Attributes:
        team: Its team.
        plugin: Its kind.
        bars: The intervals in which it was on, as (start, width).
        marks: Its events.
        summary: The lane as text.
    """

    team: str
    plugin: str
    bars: Sequence[tuple[float, float]]
    marks: Sequence[Mark]
    summary: str


class EventRow(NamedTuple):
    """An event as text."""

    round: int
    team: str
    plugin: str
    what: str
    affected: int
    daemons: str


class Timeline(NamedTuple):
    """The events of one arm and seed.

    Attributes:
        seed: The seed.
        arm: The arm.
        lanes: One per plug-in.
        rounds: The ticks of the axis.
        rows: The first events.
        events_total: The number of all events.
    """

    seed: int
    arm: str
    lanes: Sequence[Lane]
    rounds: Sequence[Tick]
    rows: Sequence[EventRow]
    events_total: int


def timeline(events: Sequence[Mapping[str, Any]], rounds: int, seed: int, arm: str) -> Timeline:
    """The events of one arm and seed.

    Args:
        events: The events of all arms and seeds.
        rounds: The number of rounds.
        seed: The seed to show.
        arm: The arm to show.
    """
    ours = [event for event in events if (event["seed"], event["arm"]) == (seed, arm)]
    plugins = dict.fromkeys((str(event["team"]), str(event.get("plugin", ""))) for event in ours)
    return Timeline(
        seed=seed,
        arm=arm,
        lanes=[_lane(team, plugin, ours, rounds) for team, plugin in plugins],
        rounds=round_ticks(axis(0, rounds - 1, tight=True, whole=True, count=5)),
        rows=[_row(event) for event in ours[:ROWS_MAX]],
        events_total=len(ours),
    )


def _lane(team: str, plugin: str, events: Sequence[Mapping[str, Any]], rounds: int) -> Lane:
    own = [event for event in events if (event["team"], event.get("plugin", "")) == (team, plugin)]
    spans: list[tuple[int, int]] = []
    begun: list[int] = []
    for event in own:
        if event["kind"] == "attack_on":
            begun.append(event["round"])
        elif event["kind"] == "attack_off" and begun:
            spans.append((begun.pop(0), event["round"]))
    spans += [(begin, rounds) for begin in begun]
    acts = [event for event in own if event["kind"] not in {"attack_on", "attack_off"}]
    on = [f"on in rounds {begin} to {end - 1}" for begin, end in spans]
    done: dict[str, int] = {}
    for event in acts:
        done[event["kind"]] = done.get(event["kind"], 0) + event.get("count", 0)
    actions = [f"{ACTION_TEXTS.get(kind, kind)} {count:,}" for kind, count in done.items()]
    return Lane(team, plugin, windows(spans, rounds), _marks(acts, rounds), "; ".join(on + actions))


def _marks(acts: Sequence[Mapping[str, Any]], rounds: int) -> list[Mark]:
    """The marks of events; events of one kind that are too close to distinguish share a mark."""
    last = max(1, rounds - 1)
    found: dict[tuple[str, int], Mark] = {}
    for event in acts:
        at = event["round"] / last
        key = str(event["kind"]), int(at * _COLUMNS)
        before = found.get(key)
        affected = event.get("count", 0) + (before.affected if before else 0)
        found[key] = (before or Mark(at, key[0], event["round"], 0))._replace(affected=affected)
    return list(found.values())


def _row(event: Mapping[str, Any]) -> EventRow:
    daemons, count = list(event.get("daemons", ())), int(event.get("count", 0))
    named = ", ".join(map(str, daemons[:12]))
    return EventRow(
        round=int(event["round"]),
        team=str(event["team"]),
        plugin=str(event.get("plugin", "")),
        what=ACTION_TEXTS.get(str(event["kind"]), str(event["kind"])),
        affected=count,
        daemons=f"{named}, …" if count > len(daemons[:12]) else named,
    )

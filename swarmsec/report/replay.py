"""A recorded run as plain text: one round, several rounds in a table, or events."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from swarmsec.arrays import Floats, Ints
from swarmsec.replay import Frame, Recording
from swarmsec.replay.session import HELP
from swarmsec.report.numbers import amount
from swarmsec.report.tables import plain_table
from swarmsec.runs.ground_truth import spans
from swarmsec.swarm.trace import Event

WIDTH = 72
"""The width of the sparkline in characters."""

_BARS = "▁▂▃▄▅▆▇█"
_COMPONENTS_MOST = 4
_SPANS_MOST = 60
_EVENTS_MOST = 12


def round_lines(recording: Recording, round: int) -> str:
    """One round: a curve of the bill, the bill, changed metrics, the state of the swarm, and events.

    Args:
        recording: The recorded arm.
        round: The round.
    """
    frame, trace = recording.frame(round), recording.trace
    heading = f"round {round:,} of 0 to {recording.rounds - 1:,}  ·  {trace.arm} arm, seed {trace.seed}"
    on = f"  ·  on: {', '.join(frame.attacks)}" if frame.attacks else ""
    lines = [heading + on, "", *_curve(recording, round), ""]
    lines.append(f"  {recording.bill}  {amount(frame.bill, trace.unit)}{_step(frame.bill - frame.before, trace.unit)}")
    lines += [
        f"  {one.name}  {_number(one.before)} → {_number(one.after)}"
        for one in frame.changed
        if one.name != recording.bill
    ]
    lines += ["", *_state_lines(frame)]
    shown = frame.events[:_EVENTS_MOST]
    lines += ["", *(f"  {_event_text(event)}" for event in shown)] if shown else []
    more = len(frame.events) - len(shown)
    return "\n".join(lines + ([f"  … and {more:,} more events; `l` lists all"] if more else []))


def rows_lines(recording: Recording, frames: Sequence[Frame]) -> str:
    """One row per round: bill, its change, honest proposals, number of hijacked and isolated daemons, events."""
    unit = recording.trace.unit
    head = ["round", recording.bill, "step", "honest low", "median", "high", "hijacked", "isolated", "events"]
    rows = [head]
    for frame in frames:
        spread = [_number(float(values[0])) for values in (frame.low, frame.median, frame.high)]
        counts = [f"{len(frame.hijacked):,}", f"{len(frame.quarantined):,}"]
        events = ", ".join(f"{event.kind} {event.plugin} ({event.count:,})" for event in frame.events[:3])
        events += f", +{len(frame.events) - 3:,}" if len(frame.events) > 3 else ""
        step = _step(frame.bill - frame.before, unit).strip() or "·"
        rows.append([f"{frame.round:,}", amount(frame.bill, unit), step, *spread, *counts, events])
    note = "" if len(frames[0].low) == 1 else f"proposals: the first of {len(frames[0].low):,} components\n"
    return note + plain_table(rows, left={len(head) - 1}, indent=0)


def events_lines(events: Sequence[Event]) -> str:
    """One line per event."""
    if not events:
        return "no events in this arm"
    width = max(len(f"{event.round:,}") for event in events)
    return "\n".join(f"round {event.round:>{width},}  {_event_text(event)}" for event in events)


def daemons_lines(recording: Recording, round: int, daemons: Ints) -> str:
    """One line per daemon: its proposal at the end of a round, and whether it is hijacked or isolated."""
    frame, values = recording.frame(round), recording.proposals(round, daemons)
    hijacked, isolated = set(frame.hijacked.tolist()), set(frame.quarantined.tolist())
    lines = []
    for daemon, row in zip(daemons.tolist(), values, strict=True):
        proposal = ", ".join(_number(float(value)) for value in row[: 2 * _COMPONENTS_MOST])
        more = ", …" if len(row) > 2 * _COMPONENTS_MOST else ""
        marks = [mark for mark, marked in (("hijacked", hijacked), ("isolated", isolated)) if daemon in marked]
        state = f"  ({', '.join(marks)})" if marks else ""
        lines.append(f"  daemon {daemon:,}  {proposal}{more}{state}")
    return "\n".join(lines)


def help_lines() -> str:
    """The commands, one per line."""
    width = max(len(command) for command, _ in HELP)
    return "\n".join(f"  {command:<{width}}  {does}" for command, does in HELP)


def sparkline(values: Floats, width: int = WIDTH) -> str:
    """A curve of at most `width` characters; each shows the last value of its share of the rounds.

    Args:
        values: (rounds,) the curve; a non-finite value is drawn as a space.
        width: The number of characters.

    Examples:
        >>> sparkline(np.arange(8.0))
        '▁▂▃▄▅▆▇█'
        >>> sparkline(np.zeros(3))
        '▁▁▁'
    """
    shown = values[_ends(len(values), width)]
    finite = np.isfinite(shown)
    if not finite.any():
        return " " * len(shown)
    low, high = float(shown[finite].min()), float(shown[finite].max())
    scale = (high / 2 - low / 2) or 1.0  # Halves, since the difference of the largest numbers overflows.
    tops = len(_BARS) - 1
    return "".join(
        _BARS[round((value / 2 - low / 2) / scale * tops)] if math.isfinite(value) else " " for value in shown.tolist()
    )


def _ends(rounds: int, width: int) -> Ints:
    """(characters,) the round that each character shows: the last one of its share."""
    letters = min(rounds, width)
    return (np.arange(1, letters + 1) * rounds // letters - 1).astype(np.int32)


def _curve(recording: Recording, round: int) -> list[str]:
    """The curve of the bill, with the shown round and the events of both teams below it."""
    ends = _ends(recording.rounds, WIDTH)
    marks = [" "] * len(ends)
    for event in recording.trace.events:
        place = int(np.searchsorted(ends, event.round))
        mark = {"red": "!", "blue": "*"}.get(event.team, "·")
        marks[place] = mark if marks[place] in {" ", mark} else "#"
    cursor = " " * int(np.searchsorted(ends, round)) + "▲"
    marked = "".join(marks).rstrip()
    legend = [f"  {marked}", "  ! red  * blue  # both"] if marked else []
    return [f"  {sparkline(recording.trace.bill)}", f"  {cursor}", *legend]


def _state_lines(frame: Frame) -> list[str]:
    lines = []
    for component in range(min(len(frame.low), _COMPONENTS_MOST)):
        values = [float(side[component]) for side in (frame.low, frame.median, frame.high)]
        which = f" [{component}]" if len(frame.low) > 1 else ""
        spread = f"{_number(values[0])} … {_number(values[1])} … {_number(values[2])}"
        lines.append(f"  honest proposals{which}  {spread}  (spread {_number(values[2] - values[0])})")
    if len(frame.low) > _COMPONENTS_MOST:
        widest = int(np.nanargmax(frame.high - frame.low)) if frame.honest else 0
        lines.append(f"  … {len(frame.low):,} components; the widest is [{widest}]")
    for what, daemons in (("hijacked", frame.hijacked), ("isolated", frame.quarantined)):
        if len(daemons):
            lines.append(f"  {what}  {len(daemons):,}: {_daemon_text(daemons)}")
    return lines


def _daemon_text(daemons: Ints) -> str:
    mask = np.zeros(int(daemons.max()) + 1, dtype=bool)
    mask[daemons] = True
    text = spans(mask)
    return text if len(text) <= _SPANS_MOST else f"{text[:_SPANS_MOST].rpartition(',')[0]},…"


def _event_text(event: Event) -> str:
    first = ", ".join(f"{daemon:,}" for daemon in event.daemons[:8])
    more = ", …" if event.count > min(len(event.daemons), 8) else ""
    return f"{event.team:<5} {event.kind} by {event.plugin}: {event.count:,} daemons ({first}{more})"


def _step(change: float, unit: str) -> str:
    if change == 0:
        return ""
    text = amount(change, unit)
    return f"  {text if text.startswith('−') else f'+{text}'}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e15 else f"{value:,.6g}"

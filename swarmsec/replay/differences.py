"""Where what was kept of a run and what came of it again differ first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.runs.jobs import JobResult
from swarmsec.swarm.trace import Trace

_SHOWN = 120
"""Letters of a value that are shown."""


class Difference(NamedTuple):
    """One place at which two runs differ.

    Attributes:
        file: Which file, or which run of a store.
        where: The field in it.
        kept: What was kept.
        again: What came of it again.
    """

    file: str
    where: str
    kept: str
    again: str


class Line(NamedTuple):
    """A line of a file, and which it is, counted from 1."""

    number: int
    text: str


_NOTHING = "nothing"


def first_in_rounds(kept: Sequence[Line], again: Sequence[str], header: Sequence[str]) -> Difference | None:
    """Where rows of `rounds.csv` differ first: the line and the column.

    Args:
        kept: The rows that were kept.
        again: The rows as they are now.
        header: The names of the columns.
    """
    found = _first_line(kept, again)
    if found is None:
        return None
    line, was, now = found
    cells = was.split(","), now.split(",")
    if len(cells[0]) != len(header) or len(cells[1]) != len(header):
        return Difference("rounds.csv", line, _short(was), _short(now))
    column = next(place for place, pair in enumerate(zip(*cells, strict=True)) if pair[0] != pair[1])
    seed, arm, round, *_ = cells[1]
    where = f"{line} (seed {seed}, {arm} arm, round {round}), {header[column]}"
    return Difference("rounds.csv", where, cells[0][column], cells[1][column])


def first_in_events(kept: Sequence[Line], again: Sequence[str]) -> Difference | None:
    """Where lines of `events.jsonl` differ first: the line and the field."""
    found = _first_line(kept, again)
    if found is None:
        return None
    line, was, now = found
    try:
        inner = first_in_json("events.jsonl", json.loads(was), json.loads(now))
    except ValueError:
        inner = None
    if inner is None:
        return Difference("events.jsonl", line, _short(was), _short(now))
    return inner._replace(where=f"{line}, {inner.where}")


def first_in_json(file: str, kept: Any, again: Any, path: str = "") -> Difference | None:
    """Where two JSON values differ first, in the order of the one that came again; None where they are equal.

    Examples:
        >>> first_in_json("f", {"a": [1, 2.0]}, {"a": [1, 2.5]})
        Difference(file='f', where='a[1]', kept='2.0', again='2.5')
    """
    if isinstance(kept, dict) and isinstance(again, dict):
        for key in [*again, *(key for key in kept if key not in again)]:
            place = f"{path}.{key}" if path else str(key)
            if key not in kept or key not in again:
                return Difference(file, place, _value(kept, key), _value(again, key))
            if found := first_in_json(file, kept[key], again[key], place):
                return found
        return None
    if isinstance(kept, list) and isinstance(again, list) and len(kept) == len(again):
        pairs = enumerate(zip(kept, again, strict=True))
        return next((found for at, pair in pairs if (found := first_in_json(file, *pair, f"{path}[{at}]"))), None)
    if type(kept) is type(again) and kept == again:
        return None
    return Difference(file, path or "all of it", _short(json.dumps(kept)), _short(json.dumps(again)))


def first_in_run(name: str, kept: JobResult, last: JobResult, again: JobResult) -> Difference | None:
    """Where a run out of a store and the same one played again differ first; None where nothing does.

    Args:
        name: How the run is called.
        kept: As it was stored: its bill and last figures are exact, other rounds of other figures of float32.
        last: As it was stored, the last round alone, which scores are made from.
        again: As it came now.
    """
    if kept.trace is None or last.trace is None or again.trace is None:
        problem = again.error if again.trace is None else kept.error
        return Difference(name, "status", kept.status, f"{again.status}{f': {problem}' if problem else ''}")
    found = _in_figures(name, kept.trace, again.trace) or _in_last(name, last.trace, again.trace)
    if found := found or _in_told(name, kept, again):
        return found
    if kept.digest != again.digest:
        return Difference(name, "digest", kept.digest, again.digest)
    return None


def _in_figures(name: str, kept: Trace, again: Trace) -> Difference | None:
    if list(kept.metrics) != list(again.metrics) or len(kept.bill) != len(again.bill):
        shapes = [f"{len(one.bill)} rounds of {', '.join(one.metrics)}" for one in (kept, again)]
        return Difference(name, "figures", *map(_short, shapes))
    if found := _in_series(name, "bill", kept.bill, again.bill, exact=True):
        return found
    series = ((figure, kept.metrics[figure], again.metrics[figure]) for figure in again.metrics)
    return next((found for one in series if (found := _in_series(name, *one, exact=False))), None)


def _in_last(name: str, kept: Trace, again: Trace) -> Difference | None:
    """In the figures of the last round, which are stored once more by themselves."""
    stored = {"bill": kept.bill, **kept.metrics}
    now = {"bill": again.bill, **again.metrics}
    pairs = {key: [repr(float(side[key][-1])) for side in (stored, now)] for key in now if key in stored}
    return next((Difference(name, f"the last {key}", *pair) for key, pair in pairs.items() if pair[0] != pair[1]), None)


def _in_series(name: str, figure: str, kept: Floats, again: Floats, *, exact: bool) -> Difference | None:
    with np.errstate(over="ignore"):
        same = kept == again if exact else kept.astype(np.float32) == again.astype(np.float32)
    same = same | (np.isnan(kept) & np.isnan(again))
    same[-1] &= bool(kept[-1] == again[-1] or (np.isnan(kept[-1]) and np.isnan(again[-1])))
    if same.all():
        return None
    at = int(np.flatnonzero(~same)[0])
    return Difference(name, f"round {at}, {figure}", repr(float(kept[at])), repr(float(again[at])))


def _in_told(name: str, kept: JobResult, again: JobResult) -> Difference | None:
    assert kept.trace is not None and again.trace is not None
    return first_in_json(name, _told(kept, kept.trace), _told(again, again.trace))


def _told(played: JobResult, trace: Trace) -> Mapping[str, Any]:
    """All that is kept beside the figures, as plain data."""
    return {
        "unit": trace.unit,
        "events": [event.to_dict() for event in trace.events],
        "watch": asdict(trace.watch),
        "central": {key: repr(value) for key, value in trace.central.items()},
        "compromised": np.flatnonzero(trace.compromised).tolist(),
        "attacked": np.flatnonzero(trace.attacked).tolist(),
        "quarantine": [[round, bool(inside), daemons.tolist()] for round, inside, daemons in trace.quarantine_log],
        "guarantees": [[kind, found._asdict()] for kind, found in played.guarantees],
    }


def _first_line(kept: Sequence[Line], again: Sequence[str]) -> tuple[str, str, str] | None:
    """Which line differs first, and what it is on both sides."""
    for at in range(max(len(kept), len(again))):
        was = kept[at].text if at < len(kept) else _NOTHING
        now = again[at] if at < len(again) else _NOTHING
        if was != now:
            number = kept[at].number if at < len(kept) else (kept[-1].number + 1 if kept else 1)
            return f"line {number:,}", was, now
    return None


def _value(holder: Mapping[str, Any], key: str) -> str:
    return _short(json.dumps(holder[key])) if key in holder else _NOTHING


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"

"""The first difference between a stored run and the same run executed again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.files import parse_json
from swarmsec.runs.jobs import JobResult
from swarmsec.runs.read_folder import FileLine
from swarmsec.swarm.trace import Trace

SHOWN_MAX = 120
"""The greatest number of characters shown of a value."""


class RunDifference(NamedTuple):
    """One difference between a stored run and the same run executed again.

    Attributes:
        file: The file, or the run of a store.
        where: The line or field in it.
        kept: The stored value.
        again: The new value.
    """

    file: str
    where: str
    kept: str
    again: str


_NOTHING = "nothing"


def first_in_rounds(kept: Sequence[FileLine], again: Sequence[str], header: Sequence[str]) -> RunDifference | None:
    """The first difference between rows of `rounds.csv`: its line and column.

    Args:
        kept: The stored rows.
        again: The new rows.
        header: The names of the columns.
    """
    found = _first_line(kept, again)
    if found is None:
        return None
    line, was, now = found
    cells = was.split(","), now.split(",")
    if len(cells[0]) != len(header) or len(cells[1]) != len(header):
        return RunDifference("rounds.csv", line, _shortened(was), _shortened(now))
    column = next(place for place, pair in enumerate(zip(*cells, strict=True)) if pair[0] != pair[1])
    seed, arm, round, *_ = cells[1]
    where = f"{line} (seed {seed}, {arm} arm, round {round}), {header[column]}"
    return RunDifference("rounds.csv", where, cells[0][column], cells[1][column])


def first_in_events(kept: Sequence[FileLine], again: Sequence[str]) -> RunDifference | None:
    """The first difference between lines of `events.jsonl`: its line and field."""
    found = _first_line(kept, again)
    if found is None:
        return None
    line, was, now = found
    try:
        inner = first_in_json("events.jsonl", parse_json(was), parse_json(now))
    except ValueError:
        inner = None
    if inner is None:
        return RunDifference("events.jsonl", line, _shortened(was), _shortened(now))
    return inner._replace(where=f"{line}, {inner.where}")


def first_in_json(file: str, kept: Any, again: Any, path: str = "") -> RunDifference | None:
    """The first difference between two JSON values, in the order of the new one; None if they are equal.

    Examples:
        >>> first_in_json("f", {"a": [1, 2.0]}, {"a": [1, 2.5]})
        RunDifference(file='f', where='a[1]', kept='2.0', again='2.5')
    """
    if isinstance(kept, dict) and isinstance(again, dict):
        for key in [*again, *(key for key in kept if key not in again)]:
            place = f"{path}.{key}" if path else str(key)
            if key not in kept or key not in again:
                return RunDifference(file, place, _json_of(kept, key), _json_of(again, key))
            if found := first_in_json(file, kept[key], again[key], place):
                return found
        return None
    if isinstance(kept, list) and isinstance(again, list) and len(kept) == len(again):
        pairs = enumerate(zip(kept, again, strict=True))
        return next((found for at, pair in pairs if (found := first_in_json(file, *pair, f"{path}[{at}]"))), None)
    if type(kept) is type(again) and kept == again:
        return None
    return RunDifference(file, path or "the whole file", _shortened(json.dumps(kept)), _shortened(json.dumps(again)))


def first_in_run(name: str, kept: JobResult, last: JobResult, again: JobResult) -> RunDifference | None:
    """The first difference between a run of a store and the same run executed again; None if there is none.

    Args:
        name: The name of the run.
        kept: The stored run. Its bill and its last round are exact, other rounds of other metrics are float32.
        last: The stored last round, the input of scores.
        again: The new run.
    """
    if kept.trace is None or last.trace is None or again.trace is None:
        problem = again.error if again.trace is None else kept.error
        return RunDifference(name, "status", kept.status, f"{again.status}{f': {problem}' if problem else ''}")
    found = _in_metrics(name, kept.trace, again.trace) or _in_last(name, last.trace, again.trace)
    if found := found or _in_records(name, kept, again):
        return found
    if kept.digest != again.digest:
        return RunDifference(name, "digest", kept.digest, again.digest)
    return None


def _in_metrics(name: str, kept: Trace, again: Trace) -> RunDifference | None:
    if list(kept.metrics) != list(again.metrics) or len(kept.bill) != len(again.bill):
        shapes = [f"{len(one.bill)} rounds of {', '.join(one.metrics)}" for one in (kept, again)]
        return RunDifference(name, "figures", *map(_shortened, shapes))
    if found := _in_series(name, "bill", kept.bill, again.bill, exact=True):
        return found
    series = ((figure, kept.metrics[figure], again.metrics[figure]) for figure in again.metrics)
    return next((found for one in series if (found := _in_series(name, *one, exact=False))), None)


def _in_last(name: str, kept: Trace, again: Trace) -> RunDifference | None:
    """Compare the last round, which is also stored separately."""
    stored = {"bill": kept.bill, **kept.metrics}
    now = {"bill": again.bill, **again.metrics}
    pairs = {key: [repr(float(side[key][-1])) for side in (stored, now)] for key in now if key in stored}
    return next(
        (RunDifference(name, f"the last {key}", *pair) for key, pair in pairs.items() if pair[0] != pair[1]), None
    )


def _in_series(name: str, figure: str, kept: Floats, again: Floats, *, exact: bool) -> RunDifference | None:
    with np.errstate(over="ignore"):
        same = kept == again if exact else kept.astype(np.float32) == again.astype(np.float32)
    same = same | (np.isnan(kept) & np.isnan(again))
    same[-1] &= bool(kept[-1] == again[-1] or (np.isnan(kept[-1]) and np.isnan(again[-1])))
    if same.all():
        return None
    at = int(np.flatnonzero(~same)[0])
    return RunDifference(name, f"round {at}, {figure}", repr(float(kept[at])), repr(float(again[at])))


def _in_records(name: str, kept: JobResult, again: JobResult) -> RunDifference | None:
    assert kept.trace is not None and again.trace is not None
    return first_in_json(name, _records(kept, kept.trace), _records(again, again.trace))


def _records(result: JobResult, trace: Trace) -> Mapping[str, Any]:
    """All stored values other than metrics, as plain data."""
    return {
        "unit": trace.unit,
        "events": [event.to_dict() for event in trace.events],
        "watch": asdict(trace.watch),
        "spent": trace.spent,
        "central": {key: repr(value) for key, value in trace.central.items()},
        "compromised": np.flatnonzero(trace.compromised).tolist(),
        "attacked": np.flatnonzero(trace.attacked).tolist(),
        "quarantine": [[round, bool(inside), daemons.tolist()] for round, inside, daemons in trace.quarantine_log],
        "guarantees": [[kind, found._asdict()] for kind, found in result.guarantees],
    }


def _first_line(kept: Sequence[FileLine], again: Sequence[str]) -> tuple[str, str, str] | None:
    """The first line that differs: its name, the stored text, the new text."""
    for at in range(max(len(kept), len(again))):
        was = kept[at].text if at < len(kept) else _NOTHING
        now = again[at] if at < len(again) else _NOTHING
        if was != now:
            number = kept[at].number if at < len(kept) else (kept[-1].number + 1 if kept else 1)
            return f"line {number:,}", was, now
    return None


def _json_of(holder: Mapping[str, Any], key: str) -> str:
    return _shortened(json.dumps(holder[key])) if key in holder else _NOTHING


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"

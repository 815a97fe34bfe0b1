"""Encode a trace as the columns of a row, and decode it.

Everything that a score needs is exact: the scored bill of every round, the last value of every metric, and all counts.
The other rounds of the other metrics are stored as float32, unless a value is too large for it.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Literal, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.files import parse_json
from swarmsec.swarm.trace import DetectionCounts, Event, HonestMessages, Scores, Toggles, Trace

Stored = Literal["bill", "<f4", "<f8"]
"""The storage of a metric's rounds: equal to the bill, or an array of this NumPy type."""

_FAST = 1
"""The fastest level of zlib; slower levels save only 5% on shuffled bytes."""


_BLOCK_BYTES_MAX = 1 << 30
"""The largest block of a run."""

BLOCKS = ("events", "quarantine", "compromised", "attacked", "series")
"""The columns of a trace in the table `blocks`; the others are in `runs`."""


class Columns(NamedTuple):
    """A trace as columns of the tables `runs` and `blocks`."""

    unit: str
    bill: float
    rounds: int
    daemons: int
    finals: str
    central: str
    watch: str
    names: str
    events: bytes
    quarantine: bytes
    compromised: bytes
    attacked: bytes
    series: bytes


def encode(trace: Trace) -> Columns:
    """The columns of a trace, without states, decisions and the final state."""
    kinds = {name: _stored_as(values, trace.bill) for name, values in trace.metrics.items()}
    rows = [_packed(trace.bill, "<f8")]
    rows += [_packed(trace.metrics[name], kind) for name, kind in kinds.items() if kind != "bill"]
    return Columns(
        unit=trace.unit,
        bill=float(trace.bill[-1]),
        rounds=len(trace.bill),
        daemons=len(trace.compromised),
        finals=_figures_text({name: float(values[-1]) for name, values in trace.metrics.items()}),
        central=_figures_text(trace.central),
        watch=json.dumps({**asdict(trace.watch), "spent": trace.spent, "honest_messages": trace.honest_messages}),
        names=json.dumps(list(kinds.items())),
        events=_compressed(json.dumps([event.to_dict() for event in trace.events]).encode()),
        quarantine=_encoded_logs(trace),
        compromised=_compressed(np.packbits(trace.compromised).tobytes()),
        attacked=_compressed(np.packbits(trace.attacked).tobytes()),
        series=_compressed(b"".join(rows)),
    )


def decode(columns: Columns, *, arm: str, seed: int, last_only: bool = False) -> Trace:
    """The trace of a row.

    Args:
        columns: The columns of the row.
        arm: The arm of the run.
        seed: The seed of the run.
        last_only: Decode the last round alone, from the columns that store it a second time.
    """
    finals = figures_of(columns.finals)
    if last_only:
        bill, metrics = np.array([columns.bill]), {name: np.array([value]) for name, value in finals.items()}
    else:
        bill, metrics = _series(columns, finals)
    if metrics.keys() != finals.keys():
        raise ValueError("a metric is missing")
    watch = parse_json(columns.watch)
    logs = _decoded_logs(columns.quarantine, rounds=columns.rounds, daemons=columns.daemons)
    return Trace(
        arm=arm,
        seed=seed,
        unit=columns.unit,
        bill=bill,
        metrics=metrics,
        states=None,
        decisions=None,
        events=events_of(columns.events),
        compromised=_mask(columns.compromised, columns.daemons),
        final=np.empty((0, 0)),
        watch=DetectionCounts(**{field.name: watch[field.name] for field in fields(DetectionCounts)}),
        attacked=_mask(columns.attacked, columns.daemons),
        central=figures_of(columns.central),
        spent=watch.get("spent", {}),
        alarms=logs.alarms,
        changed=logs.changed,
        quarantine_log=logs.quarantine,
        scores=logs.scores,
        honest_messages=HonestMessages(*watch.get("honest_messages", ())),
    )


def figures_of(text: str) -> dict[str, float]:
    """Name → value, exactly; non-finite values are strings in the text, as JSON has no numbers for them.

    Examples:
        >>> figures_of('{"price": 0.1, "ratio": "inf"}')
        {'price': 0.1, 'ratio': inf}
    """
    return {name: float(value) for name, value in parse_json(text).items()}


def events_of(block: bytes) -> tuple[Event, ...]:
    """The events of a row, in order."""
    events = parse_json(decompressed(block))
    return tuple(Event(**{**event, **_tuples(event)}) for event in events)


def _tuples(event: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an event that are tuples, which are lists in JSON."""
    return {key: tuple(event[key]) for key in ("daemons", "note") if key in event}


def _series(columns: Columns, finals: Mapping[str, float]) -> tuple[Floats, dict[str, Floats]]:
    names, rounds = parse_json(columns.names), columns.rounds
    if rounds < 1:
        raise ValueError(f"{rounds} rounds")
    block = decompressed(columns.series, at_most=8 * rounds * (1 + len(names)))
    bill, at = _unpacked(block, 0, "<f8", rounds)
    metrics: dict[str, Floats] = {}
    for name, kind in names:
        if kind == "bill":
            metrics[name] = bill
            continue
        metrics[name], at = _unpacked(block, at, kind, rounds)
        metrics[name][-1] = finals[name]
    return bill, metrics


def _stored_as(values: Floats, bill: Floats) -> Stored:
    if values is bill or values.tobytes() == bill.tobytes():
        return "bill"
    with np.errstate(over="ignore"):
        fits = np.array_equal(np.isfinite(values.astype(np.float32)), np.isfinite(values))
    return "<f4" if fits else "<f8"


def _packed(values: Floats, kind: str) -> bytes:
    """Pack the first bytes of all values, then all second bytes, and so on, which compresses better."""
    narrow = np.ascontiguousarray(values, dtype=kind)
    return narrow.view(np.uint8).reshape(len(narrow), narrow.itemsize).T.tobytes()


def _unpacked(block: bytes, start: int, kind: str, rounds: int) -> tuple[Floats, int]:
    """The values at an offset of the block, and the offset after them."""
    itemsize = np.dtype(kind).itemsize
    planes = np.frombuffer(block, np.uint8, rounds * itemsize, start).reshape(itemsize, rounds)
    values = np.ascontiguousarray(planes.T).view(kind).reshape(rounds)
    return values.astype(np.float64), start + rounds * itemsize


def _figures_text(figures: Mapping[str, float]) -> str:
    plain = {name: value if math.isfinite(value) else str(value) for name, value in figures.items()}
    return json.dumps(plain, allow_nan=False)


def _mask(block: bytes, daemons: int) -> Bools:
    packed = np.frombuffer(decompressed(block, at_most=-(-max(daemons, 1) // 8)), np.uint8)
    if daemons < 1 or len(packed) != -(-daemons // 8):
        raise ValueError(f"a mask of {len(packed)} bytes for {daemons} daemons")
    return np.unpackbits(packed, count=daemons).astype(bool)


class _Logs(NamedTuple):
    """The records of masks over daemons, by their changes."""

    quarantine: tuple[tuple[int, bool, Ints], ...]
    alarms: Toggles | None
    changed: Toggles | None
    scores: Scores | None


_ALARMS, _CHANGED, _SCORED, _SCORES = 2, 3, 4, 5
"""In the column `quarantine`, the mark of a change of the alarms, or of the daemons that red changed; of the daemons
whose alarms have a score, and of these scores, as the integers with the bits of the float32, in the next line."""

_TOO_MANY = -1
"""The round of a change that stands for a record that is too large."""


def _encoded_logs(trace: Trace) -> bytes:
    """One line of JSON with [round, mark, count] for each change; then the daemons of all changes as int32.

    The mark is true or false for the quarantine: isolated or released.
    """
    log: list[tuple[int, bool | int, Ints]] = [
        (round, bool(inside), who) for round, inside, who in trace.quarantine_log
    ]
    for mark, toggles in _toggles_of(trace):
        none = np.empty(0, dtype=np.int32)
        log += [(_TOO_MANY, mark, none)] if toggles is None else [(round, mark, who) for round, who in toggles]
    lines = [[round, mark, len(daemons)] for round, mark, daemons in log]
    who = [np.asarray(daemons, dtype="<i4").tobytes() for _, _, daemons in log]
    return _compressed(json.dumps(lines).encode() + b"\n" + b"".join(who))


def _toggles_of(trace: Trace) -> list[tuple[int, Toggles | None]]:
    """Mark → record, in which scores are the integers of their bits."""
    scored = scores = None
    if trace.scores is not None:
        scored = tuple((round, who) for round, who, _ in trace.scores)
        scores = tuple((round, given.astype("<f4").view("<i4")) for round, _, given in trace.scores)
    return [(_ALARMS, trace.alarms), (_CHANGED, trace.changed), (_SCORED, scored), (_SCORES, scores)]


def _decoded_logs(block: bytes, *, rounds: int, daemons: int) -> _Logs:
    head, _, who = decompressed(block).partition(b"\n")
    quarantine: list[tuple[int, bool, Ints]] = []
    toggles: dict[int, list[tuple[int, Ints]] | None] = {_ALARMS: [], _CHANGED: [], _SCORED: [], _SCORES: []}
    everyone, at = np.frombuffer(who, "<i4").astype(np.int32), 0
    lines: list[Any] = parse_json(head)
    for round, mark, count in lines:
        if not (type(round) is type(count) is int and _TOO_MANY <= round < rounds and 0 <= count <= len(everyone) - at):
            raise ValueError("a change in no round, or of no daemons")
        changed = everyone[at : at + count]
        at += count
        if mark != _SCORES and count and changed.min() < 0:
            raise ValueError("a change of a daemon that does not exist")
        if isinstance(mark, bool):
            if count and changed.max() >= daemons:  # Alarms and changes can be about identities as well.
                raise ValueError("an isolation of a daemon that does not exist")
            quarantine.append((round, mark, changed))
        elif round == _TOO_MANY:
            toggles[mark] = None
        elif (log := toggles[mark]) is not None:
            log.append((round, changed))
    alarms, red = (None if log is None else tuple(log) for log in (toggles[_ALARMS], toggles[_CHANGED]))
    return _Logs(tuple(quarantine), alarms, red, _scores(toggles[_SCORED], toggles[_SCORES]))


def _scores(scored: list[tuple[int, Ints]] | None, bits: list[tuple[int, Ints]] | None) -> Scores | None:
    if scored is None or bits is None:
        return None
    if [(round, len(who)) for round, who in scored] != [(round, len(given)) for round, given in bits]:
        raise ValueError("scores of other alarms")
    return tuple((round, who, given.view(np.float32)) for (round, who), (_, given) in zip(scored, bits, strict=True))


def decompressed(block: bytes, *, at_most: int | None = None) -> bytes:
    """The content of a block; of a damaged or malicious one, never more than the limit."""
    unpacker = zlib.decompressobj()
    limit = _BLOCK_BYTES_MAX if at_most is None else at_most
    content = unpacker.decompress(block, limit + 1)
    if not unpacker.eof or len(content) > limit:
        raise ValueError("a block is cut off or too large")
    return content


def _compressed(block: bytes) -> bytes:
    return zlib.compress(block, _FAST)

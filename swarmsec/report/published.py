"""Published claims beside what was measured, as text."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from swarmsec.report.numbers import amount, share
from swarmsec.report.tables import folded, terminal_width
from swarmsec.runs.published import ClaimsReport, MeasuredClaim, Unmeasured
from swarmsec.scoring import Interval

_WIDTH = 120
"""The width of a line where there is no terminal."""


def claims_lines(report: ClaimsReport) -> str:
    """All claims, world by world; then what cannot be measured, and how often each verdict was given."""
    width = min(terminal_width() or _WIDTH, _WIDTH)
    lines: list[str] = []
    for world, rows in groupby(report.rows, key=lambda row: row.world):
        lines += [world, ""]
        for row in rows:
            lines += [*_claim_lines(row, width), ""]
    lines += [*_unmeasured_lines(report.unmeasured, width), _count_line(report.rows)]
    return "\n".join(lines)


def published_text(row: MeasuredClaim) -> str:
    """The published amount: `−22%`, `70% to 90%`, `more than 1`."""
    claim = row.claim
    low, high = _amount(claim.low, claim.unit), _amount(claim.high, claim.unit)
    if math.isinf(claim.high):
        return f"more than {low}"
    return low if claim.low == claim.high else f"{low} to {high}"


def measured_text(row: MeasuredClaim) -> str:
    """The measured amount with its interval; a dash if there is none."""
    return _interval(row.measured, row.claim.unit) if row.measured else "–"


def verdict_text(row: MeasuredClaim) -> str:
    """The verdict in words, with the parameter that was fitted or that decides the result."""
    if row.verdict != "by_construction":
        return row.verdict.replace("_", " ")
    if row.claim.calibrated:
        return f"by construction (calibrated by `{row.claim.calibrated}`)"
    return f"by construction (from `{row.claim.by_construction}`)"


def _claim_lines(row: MeasuredClaim, width: int) -> Iterator[str]:
    claim = row.claim
    yield from _folded(f"{claim.name}: {claim.text}", width, 2)
    yield from _folded(
        f"published {published_text(row)}  ·  measured {measured_text(row)}  ·  {verdict_text(row)}", width, 4
    )
    if row.against:
        yield from _folded(
            f"against {claim.baseline}: {amount(row.figure.mean, '')} to its {amount(row.against.mean, '')}"
            f" ({claim.figure}{f', {claim.baseline_figure}' if claim.baseline_figure else ''})",
            width,
            4,
        )
    sizes = f", {' to '.join(f'{end:,}' for end in (claim.sizes[0], claim.sizes[-1]))} daemons" if claim.sizes else ""
    seeds = f"{len(row.seeds)} seed{'s' if len(row.seeds) > 1 else ''}"
    yield from _folded(f"{claim.scenario}, {claim.arm}{sizes}, {seeds}. {row.error or claim.why}", width, 4)


def _unmeasured_lines(unmeasured: Sequence[Unmeasured], width: int) -> Iterator[str]:
    if unmeasured:
        yield from ("not measurable", "")
    for one in unmeasured:
        yield from _folded(f"{one.world}: {one.statement.text}", width, 2)
        yield from _folded(one.statement.why, width, 4)
        yield ""


def _count_line(rows: Sequence[MeasuredClaim]) -> str:
    if not rows:
        return "no claim to measure"
    counts = Counter(row.verdict.replace("_", " ") for row in rows)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    return f"{len(rows)} claim{'s' if len(rows) > 1 else ''}: {told}"


def _folded(text: str, width: int, indent: int) -> list[str]:
    return [" " * indent + line for line in folded(text, width - indent).splitlines()]


def _interval(interval: Interval, unit: str) -> str:
    mean = _amount(interval.mean, unit)
    if interval.low is None or interval.high is None:
        return mean
    low, high = _amount(interval.low, unit), _amount(interval.high, unit)
    return mean if low == high else f"{mean} [{low}, {high}]"


def _amount(value: float, unit: str) -> str:
    if unit == "share":
        return share(value)
    number = amount(value, unit)
    if unit in {"USD", "exponent"}:
        return number
    return f"{number}×" if unit == "times" else f"{number} {unit}"

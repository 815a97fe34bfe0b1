"""A sweep as text: one line per point."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from swarmsec.report.numbers import amount, share_interval
from swarmsec.report.tables import plain_table
from swarmsec.runs.sweeps import SweepPoint
from swarmsec.scenario import Scenario


def point_line(point: SweepPoint) -> str:
    """One point in one line: its values and its result."""
    settings = ", ".join(f"{path} {_value_text(value)}" for path, value in point.settings.items())
    damage, limited, _, verdict = _outcome(point)
    return f"point {point.number}: {settings}: damage {damage}, DL {limited}, {verdict.replace('_', ' ')}"


def sweep_lines(scenario: Scenario, points: Sequence[SweepPoint]) -> str:
    """The whole sweep as a table, with the command that runs one point again."""
    seeds = points[0].result.seeds
    rows = [["point", *points[0].settings, "damage attacked", "DL", "AC", "verdict"]]
    rows += [
        [str(point.number), *map(_value_text, point.settings.values()), *_outcome(point)[:3], _outcome(point)[3]]
        for point in points
    ]
    heading = f"{scenario.title}  ·  {len(points)} points, {len(seeds)} seed{'s' if len(seeds) > 1 else ''} each"
    table = plain_table(rows, left={len(rows[0]) - 1})
    return "\n".join([heading, "", table, "", f"  repeat one   {points[-1].result.replay}"])


def _outcome(point: SweepPoint) -> tuple[str, str, str, str]:
    """Damage, DL, AC and verdict."""
    result = point.result
    damage, limited, cost = result.damage["attacked"], result.damage_limited, result.autoimmune_cost
    return (
        amount(damage.mean, result.unit),
        "–" if limited is None else share_interval(limited),
        "–" if cost is None else amount(cost.mean, result.unit),
        result.verdict,
    )


def _value_text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}".replace("-", "−")
    if isinstance(value, (Mapping, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)

"""`sweep`: one scenario, run with every combination of the given values.

sweep:
  attacks[0].bias: [-0.5, -1.0, -1.5]
  defenses[0].threshold: {from: 3, to: 6, steps: 4}
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from swarmsec.errors import UsageError, did_you_mean
from swarmsec.parameters import Ge, Help, Le, Problem, problems, shown
from swarmsec.scenario.overrides import steps
from swarmsec.scenario.yaml_tree import YamlPath

POINTS_MAX = 10_000
PATHS_MAX = 50
NOT_SWEPT = frozenset({"apiVersion", "kind", "name", "version", "extends", "sweep"})
"""Keys that identify a scenario; a sweep cannot change them."""

CHECKED_VALUES_MAX = 50
"""At most this many values of each path are checked before a run."""


@dataclass(kw_only=True)
class SweepRange:
    """Evenly spaced numbers, both ends included; integers if both ends and the spacing are integers."""

    start: Annotated[float, Help("The first number (`from`).")]
    to: Annotated[float, Help("The last number.")]
    steps: Annotated[int, Ge(2), Le(POINTS_MAX), Help("How many numbers.")]


def points(sweep: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every combination of the values: path → value; the last path varies fastest. Without a sweep: one empty point."""
    axes = [[(path, value) for value in _values(values)] for path, values in sweep.items()]
    return [dict(point) for point in itertools.product(*axes)]


def check_sweep(sweep: Any, data: Mapping[str, Any]) -> list[Problem]:
    """The errors of a sweep over a document."""
    if not isinstance(sweep, Mapping):
        return []  # The check of the document reports a wrong type.
    found: list[Problem] = []
    size = 1
    for path, values in sweep.items():
        at = ("sweep", path)
        if problem := _no_such_place(path, data):
            found.append(Problem(at, *problem))
        elif isinstance(values, Mapping):
            wrong = problems(SweepRange, _renamed(values))
            found += [one._replace(path=(*at, *_unrenamed(one.path))) for one in wrong]
            size *= 1 if wrong else int(values["steps"])
        elif isinstance(values, list) and values:
            size *= len(values)
        else:
            found.append(Problem(at, f"{shown(values)} given; must be a list of values, or from, to and steps"))
    if len(sweep) > PATHS_MAX:
        found.append(Problem(("sweep",), f"{len(sweep):,} paths; must be at most {PATHS_MAX}"))
    if size > POINTS_MAX:
        found.append(Problem(("sweep",), f"{size:,} combinations; must be at most {POINTS_MAX:,}"))
    return found


def single_changes(sweep: Mapping[str, Any]) -> list[tuple[YamlPath, Any]]:
    """Each value of each path, with its path in the document; a check does not need every combination."""
    return [
        (("sweep", path) if isinstance(values, Mapping) else ("sweep", path, position), value)
        for path, values in sweep.items()
        for position, value in enumerate(_values(values)[:CHECKED_VALUES_MAX])
    ]


def _values(values: Any) -> list[Any]:
    if not isinstance(values, Mapping):
        return list(values)
    start, to, count = values["from"], values["to"], values["steps"]
    if isinstance(start, int) and isinstance(to, int) and (to - start) % (count - 1) == 0:
        return [start + (to - start) // (count - 1) * position for position in range(count)]
    step = (to - start) / (count - 1)
    return [*(position * step + float(start) for position in range(count - 1)), float(to)]


def check_point(number: int, count: int) -> int:
    """The number of a point, checked against the number of points.

    Raises:
        UsageError: There is no point of that number.
    """
    if not 0 <= number < count:
        points = "one point, 0" if count == 1 else f"{count:,} points, 0 to {count - 1:,}"
        raise UsageError(f"{number} given; the sweep has {points}", where="--point")
    return number


def _renamed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"start" if key == "from" else key: value for key, value in values.items()}


def _unrenamed(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    return tuple("from" if step == "start" else step for step in path)


def _no_such_place(path: str, data: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a sweep cannot use a path, and a hint; None if it can. A key with a default may be left out of the file."""
    holder: Any = data
    way = steps(path)
    if not way or way[0] in NOT_SWEPT:
        return "unknown path; must be a path such as attacks[0].bias", ""
    for step in way[:-1]:
        known = dict(enumerate(holder)) if isinstance(holder, list) else holder
        if not isinstance(known, Mapping) or step not in known:
            return f"unknown path; the scenario has no `{step}` there", did_you_mean(str(step), map(str, known or ()))
        holder = known[step]
    return None

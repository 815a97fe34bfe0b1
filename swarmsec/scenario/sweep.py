"""`sweep`: one scenario, played at every combination of some values.

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
"""Keys that say what a scenario is, and not how it is played."""

CHECKED_VALUES_MAX = 50
"""So many values of a path are looked at before anything is played; a range has its ends at least."""


@dataclass(kw_only=True)
class SweepRange:
    """Evenly spaced numbers, both ends among them; whole ones where ends and spacing are."""

    start: Annotated[float, Help("The first one (`from`).")]
    to: Annotated[float, Help("The last one.")]
    steps: Annotated[int, Ge(2), Le(POINTS_MAX), Help("How many.")]


def points(sweep: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every combination of a sweep's values: path → value; the last path varies fastest. One empty point without."""
    axes = [[(path, value) for value in _values(values)] for path, values in sweep.items()]
    return [dict(point) for point in itertools.product(*axes)]


def check_sweep(sweep: Any, data: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a sweep over a document."""
    if not isinstance(sweep, Mapping):
        return []  # Another shape is the document's own problem.
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
    """Each value of each path on its own, and where it stands: all are checked without every combination."""
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
    """The number of a point, if there is one of that number.

    Raises:
        UsageError: There is none.
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
    """Why a sweep cannot go along a path, and a hint; None if it can. What has a default may be swept."""
    holder: Any = data
    way = steps(path)
    if not way or way[0] in NOT_SWEPT:
        return "unknown path; a sweep goes along a path such as attacks[0].bias", ""
    for step in way[:-1]:
        known = dict(enumerate(holder)) if isinstance(holder, list) else holder
        if not isinstance(known, Mapping) or step not in known:
            return f"unknown path; there is no `{step}` on it", did_you_mean(str(step), map(str, known or ()))
        holder = known[step]
    return None

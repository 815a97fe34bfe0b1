"""Compare two scenarios by their resolved documents: key order, comments and explicit defaults do not count.

Plug-ins are matched by `name`, or by `kind` if they have none, so a plug-in at another position is reported as a
changed order and not as two changed plug-ins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.scenario.load import Scenario

_PLUGIN_LISTS = ("attacks", "defenses")


class _Absent:
    """The value of a side that does not have the key."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


class Change(NamedTuple):
    """One value that differs.

    Attributes:
        path: Its path: `attacks[false_signal].bias`.
        old: The value in the first scenario, or `ABSENT`.
        new: The value in the second scenario, or `ABSENT`.
    """

    path: str
    old: Any
    new: Any

    def to_dict(self) -> dict[str, Any]:
        """As plain data, without `old` or `new` if it is absent."""
        sides = {"old": self.old, "new": self.new}
        return {"path": self.path} | {side: value for side, value in sides.items() if value is not ABSENT}


class ScenarioDifference(NamedTuple):
    """The differences between two scenarios.

    Attributes:
        changes: The values that differ, in the order of the format's keys.
        same_runs: Whether runs of the same seed are equal, which is so if the digests are equal.
    """

    changes: tuple[Change, ...]
    same_runs: bool


def difference(old: Scenario, new: Scenario) -> ScenarioDifference:
    """Compare two scenarios."""
    return ScenarioDifference(tuple(_compare(old.document, new.document, "")), old.digest == new.digest)


def _compare(old: Any, new: Any, path: str) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if {"kind"} <= old.keys() & new.keys() and old["kind"] != new["kind"]:
            yield Change(path, dict(old), dict(new))  # Parameters of different kinds are not comparable.
            return
        for key in [*old, *(key for key in new if key not in old)]:
            way = f"{path}.{key}" if path else str(key)
            before, after = old.get(key, ABSENT), new.get(key, ABSENT)
            if not path and key in _PLUGIN_LISTS:
                yield from _compare_plugins(before, after, way)
            else:
                yield from _compare(before, after, way)
    elif not _same(old, new):
        yield Change(path, old, new)


def _compare_plugins(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    for name in [*before, *(name for name in after if name not in before)]:
        yield from _compare(before.get(name, ABSENT), after.get(name, ABSENT), f"{path}[{name}]")
    kept_before = [name for name in before if name in after]
    kept_after = [name for name in after if name in before]
    if kept_before != kept_after:
        yield Change(f"{path} (order)", kept_before, kept_after)


def _by_name(specs: Sequence[Any]) -> dict[str, Any]:
    """Plug-ins by name; a second plug-in of the same name is `name#2`."""
    found: dict[str, Any] = {}
    for spec in specs:
        name = str(spec.get("name", spec["kind"]))
        count = 2
        unique = name
        while unique in found:
            unique, count = f"{name}#{count}", count + 1
        found[unique] = spec
    return found


def _same(old: Any, new: Any) -> bool:
    """Whether two values are equal and of the same type, unlike `1`, `1.0` and `True`."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(*pair) for pair in zip(old, new, strict=True))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    return type(old) is type(new) and bool(old == new)

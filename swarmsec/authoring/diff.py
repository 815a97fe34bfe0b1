"""What differs between two scenarios in what they mean: key order, comments and written-out defaults do not count.

Plug-ins are matched by `name`, or by `kind` where they have none, so that one that moved is told as moved and not as
two that changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from swarmsec.scenario.load import Scenario

_PLUGIN_LISTS = ("attacks", "defenses")


class _Absent:
    """What stands on the side that has no such value."""

    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()


class Change(NamedTuple):
    """One value that differs.

    Attributes:
        path: Where: `attacks[false_signal].bias`.
        old: What the first scenario has there; `ABSENT` for nothing.
        new: What the second one has there; `ABSENT` for nothing.
    """

    path: str
    old: Any
    new: Any

    def to_dict(self) -> dict[str, Any]:
        """As plain data: `old` or `new` is left out where there is none."""
        sides = {"old": self.old, "new": self.new}
        return {"path": self.path} | {side: value for side, value in sides.items() if value is not ABSENT}


class ScenarioDifference(NamedTuple):
    """All that differs between two scenarios.

    Attributes:
        changes: In the order of the format's keys.
        same_runs: Whether a run of one seed is the same in both: their digests are equal.
    """

    changes: tuple[Change, ...]
    same_runs: bool


def difference(old: Scenario, new: Scenario) -> ScenarioDifference:
    """What differs between two scenarios."""
    return ScenarioDifference(tuple(_compare(old.document, new.document, "")), old.digest == new.digest)


def _compare(old: Any, new: Any, path: str) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if {"kind"} <= old.keys() & new.keys() and old["kind"] != new["kind"]:
            yield Change(path, dict(old), dict(new))  # Another plug-in: its parameters are not the old one's.
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
    """Plug-ins by name; a second one of the same name is `name#2`."""
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
    """Equal, and not only as `1 == True` and `1 == 1.0` are."""
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(_same(*pair) for pair in zip(old, new, strict=True))
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    return type(old) is type(new) and bool(old == new)

"""`extends`: a scenario that says only what differs from another one.

Mappings merge key by key. Plug-ins merge by name: an item that has the `name` (or, without one, the `kind`) of an item
of the base changes that one, any other joins the list, and one with `drop: true` leaves it. Where the `kind` of a
world, a network or a protocol changes, nothing of the old one stays. Each file is checked before anything is merged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from swarmsec.errors import UsageError
from swarmsec.parameters import Problem
from swarmsec.scenario.findings import InvalidScenarioError, locate, refuse
from swarmsec.scenario.sources import ScenarioSource, library, read
from swarmsec.scenario.yaml_tree import Place, Tree, YamlPath

CHAIN_MAX = 10
_LISTS_BY_NAME = ("attacks", "defenses")
_KINDS = ("world", "network", "protocol")
_OWN = ("extends",)


def extended(source: ScenarioSource, check: Callable[[Tree, bool], object]) -> Tree:
    """The whole scenario of a source that may extend another one.

    Args:
        source: What was read.
        check: Refuses a tree that is wrong; told whether it is only a part of a scenario.

    Raises:
        InvalidScenarioError: A base is not there or wrong, or extends itself.
    """
    return _extended(source, check, seen=(source.command,))


def _extended(source: ScenarioSource, check: Callable[[Tree, bool], object], *, seen: tuple[str, ...]) -> Tree:
    tree = source.tree
    if not isinstance(tree.data, Mapping) or tree.data.get("extends") is None:
        return tree
    check(tree, True)
    base = _base(source, str(tree.data["extends"]))
    if base.command in seen or len(seen) >= CHAIN_MAX:
        chain = " → ".join([*seen, base.command])
        raise _refused(tree, f"a scenario may not extend itself, nor {CHAIN_MAX} others: {chain}")
    whole = _extended(base, check, seen=(*seen, base.command))
    check(whole, False)
    return merge(whole, tree)


def _base(source: ScenarioSource, name: str) -> ScenarioSource:
    if not name.strip():
        raise _refused(source.tree, f'"{name}" given; must be a library name or a file')
    beside = Path(source.command).parent / name
    try:
        there = beside.is_file() or (beside.is_dir() and name not in library())
        return read(str(beside) if there else name)
    except (UsageError, ValueError, OSError) as error:
        said = error.message if isinstance(error, UsageError) else "no name of a file"
        raise _refused(source.tree, said) from None


def _refused(tree: Tree, message: str) -> InvalidScenarioError:
    return refuse([locate(Problem(_OWN, message), tree)], tree)


def merge(base: Tree, child: Tree) -> Tree:
    """The base with what the child says on top, each value with the place where it was written."""
    places: dict[YamlPath, Place] = {}
    merged: dict[str, Any] = {}
    for key in [*base.data, *(key for key in child.data if key not in base.data)]:
        if key == "extends":
            continue
        path: YamlPath = (key,)
        if key not in child.data:
            merged[key] = _take(base, path, path, places)
        elif key in _LISTS_BY_NAME and isinstance(base.data.get(key), list):
            merged[key] = _merge_plugins(base, child, key, places)
        elif key in base.data:
            merged[key] = _merge_value(base, child, path, places)
        else:
            merged[key] = _take(child, path, path, places)
    for tree in (base, child):
        for path, place in tree.places.items():
            if path == ():
                places[()] = place
    return Tree(merged, places, {**base.texts, **child.texts})


def _merge_value(base: Tree, child: Tree, path: YamlPath, places: dict[YamlPath, Place]) -> Any:
    """A value that both say."""
    old, new = _at(base, path), _at(child, path)
    replaces = path[-1] in _KINDS and isinstance(new, Mapping) and new.get("kind", None) not in {None, _kind(old)}
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)) or replaces:
        return _take(child, path, path, places)
    _note(child, path, path, places)
    merged = {}
    for key in [*old, *(key for key in new if key not in old)]:
        way = (*path, key)
        if key not in new:
            merged[key] = _take(base, way, way, places)
        elif key in old:
            merged[key] = _merge_value(base, child, way, places)
        else:
            merged[key] = _take(child, way, way, places)
    return merged


def _merge_plugins(base: Tree, child: Tree, key: str, places: dict[YamlPath, Place]) -> list[Any]:
    """The base's plug-ins, changed, dropped and joined by the child's."""
    _note(child, (key,), (key,), places)
    changes = {_name(spec): position for position, spec in enumerate(child.data[key])}
    merged: list[Any] = []
    used = set()
    for position, spec in enumerate(base.data[key]):
        path, there = (key, len(merged)), (key, position)
        change = changes.get(_name(spec))
        if change is None:
            merged.append(_take(base, there, path, places))
            continue
        used.add(change)
        new = child.data[key][change]
        if new.get("drop") is True:
            continue
        old = {name: value for name, value in _take(base, there, path, places).items() if not _retimed(name, new)}
        for name in base.data[key][position].keys() - old.keys():
            places.pop((*path, name), None)
        merged.append({**old, **_take(child, (key, change), path, places)})
    for position, spec in enumerate(child.data[key]):
        if position not in used and not (isinstance(spec, Mapping) and spec.get("drop") is True):
            merged.append(_take(child, (key, position), (key, len(merged)), places))
    return merged


def _retimed(name: str, new: Mapping[str, Any]) -> bool:
    """Whether a parameter of the base says when, and the child says it in another way."""
    return (name in {"start", "stop"} and "phase" in new) or (name == "phase" and bool({"start", "stop"} & set(new)))


def _take(tree: Tree, origin: YamlPath, path: YamlPath, places: dict[YamlPath, Place]) -> Any:
    """A value of one tree as it stands, with all its places, at a path of the merged one."""
    value = _at(tree, origin)
    for way in _ways(value):
        if place := tree.places.get((*origin, *way)):
            places[(*path, *way)] = place
    return value


def _ways(value: Any) -> Iterator[YamlPath]:
    """The paths from a value to all that is in it, itself first."""
    yield ()
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inside:
        for way in _ways(one):
            yield (step, *way)


def _note(tree: Tree, origin: YamlPath, path: YamlPath, places: dict[YamlPath, Place]) -> None:
    if origin in tree.places:
        places[path] = tree.places[origin]


def _at(tree: Tree, path: YamlPath) -> Any:
    value = tree.data
    for step in path:
        value = value[step]
    return value


def _kind(value: Any) -> Any:
    return value.get("kind") if isinstance(value, Mapping) else None


def _name(spec: Any) -> Any:
    return spec.get("name", spec.get("kind")) if isinstance(spec, Mapping) else None

"""`extends`: a scenario that states only its differences from another scenario, its base.

Mappings merge key by key. Plug-ins merge by `name`, or by `kind` if they have no name: a match changes the base's
plug-in, any other item is appended, and `drop: true` removes the base's plug-in. A world, network or protocol of
another `kind` replaces that of the base as a whole. Each file is checked before the merge.

A base is a scenario of the library or a file below the folder of the first file; others must be allowed. An error about
a file that is not a scenario quotes none of its lines.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
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
_NO_YAML = "not valid YAML of a scenario"


def extended(
    source: ScenarioSource, check: Callable[[Tree, bool], object], *, allowed: Sequence[str | Path] = ()
) -> Tree:
    """The scenario of a source, merged with the scenarios that it extends.

    Args:
        source: The scenario as it was written.
        check: Called with a tree, and whether that tree is partial (extends another one); raises if it is wrong.
        allowed: Folders with bases, in addition to that of the source.

    Raises:
        InvalidScenarioError: A base does not exist, is not allowed, is wrong, or extends itself.
    """
    return _extended(source, check, (Path(source.command).parent, *map(Path, allowed)), seen=(source.command,))


def _extended(
    source: ScenarioSource, check: Callable[[Tree, bool], object], folders: Sequence[Path], *, seen: tuple[str, ...]
) -> Tree:
    tree = source.tree
    if not isinstance(tree.data, Mapping) or tree.data.get("extends") is None:
        return tree
    check(tree, True)
    base = _base(source, str(tree.data["extends"]), folders)
    if base.command in seen or len(seen) >= CHAIN_MAX:
        chain = " → ".join([*seen, base.command])
        raise _refused(tree, f"a scenario may not extend itself, nor more than {CHAIN_MAX - 1} others: {chain}")
    whole = _extended(base, check, folders, seen=(*seen, base.command))
    check(whole, False)
    return merge(whole, tree)


def _base(source: ScenarioSource, name: str, folders: Sequence[Path]) -> ScenarioSource:
    if not name.strip():
        raise _refused(source.tree, f'"{name}" given; must be a library name or a file')
    beside = Path(source.command).parent / name
    try:
        there = beside.is_file() or (beside.is_dir() and name not in library())
        chosen = str(beside) if there else name
        if there or (name not in library() and os.path.lexists(name)):
            _refuse_outside(source, name, Path(chosen), folders)
        base = read(chosen)
    except InvalidScenarioError as error:
        # The file may be no scenario at all, so that neither its lines nor its values are quoted.
        hidden = [one._replace(message=_NO_YAML, hint=f"swarmsec validate {chosen}") for one in error.findings]
        raise refuse(hidden, Tree(None)) from None
    except (UsageError, ValueError, OSError, RuntimeError) as error:
        message = error.message if isinstance(error, UsageError) else "not a valid file name"
        raise _refused(source.tree, message) from None
    data = base.tree.data
    if not isinstance(data, Mapping) or not ("world" in data or "extends" in data or _is_ours(data)):
        raise _refused(source.tree, f"{base.command} is not a scenario")
    return base


def _refuse_outside(source: ScenarioSource, name: str, path: Path, folders: Sequence[Path]) -> None:
    if not any(path.resolve().is_relative_to(folder.resolve()) for folder in folders):
        message = f'"{name}" is not below {folders[0].resolve()}, the folder of the scenario'
        raise UsageError(f"{message}; `run`, `validate`, `lint` and `resolve` allow it with --extends-from DIR")


def _is_ours(data: Mapping[str, Any]) -> bool:
    return str(data.get("apiVersion")).startswith("swarmsec/")


def _refused(tree: Tree, message: str) -> InvalidScenarioError:
    return refuse([locate(Problem(_OWN, message), tree)], tree)


def merge(base: Tree, child: Tree) -> Tree:
    """Merge a child into its base; every value keeps the place where it was written."""
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
    """Merge a value that both trees have."""
    old, new = _at(base, path), _at(child, path)
    replaces = path[-1] in _KINDS and isinstance(new, Mapping) and new.get("kind", None) not in {None, _kind(old)}
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)) or replaces:
        return _take(child, path, path, places)
    _copy_place(child, path, path, places)
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
    """The base's plug-ins, changed, dropped and extended by the child's."""
    _copy_place(child, (key,), (key,), places)
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
        old = {
            name: value for name, value in _take(base, there, path, places).items() if not _conflicting_time(name, new)
        }
        for name in base.data[key][position].keys() - old.keys():
            places.pop((*path, name), None)
        merged.append({**old, **_take(child, (key, change), path, places)})
    for position, spec in enumerate(child.data[key]):
        if position not in used and not (isinstance(spec, Mapping) and spec.get("drop") is True):
            merged.append(_take(child, (key, position), (key, len(merged)), places))
    return merged


def _conflicting_time(name: str, new: Mapping[str, Any]) -> bool:
    """Whether a time parameter of the base conflicts with the child's: `start` and `stop` against `phase`."""
    return (name in {"start", "stop"} and "phase" in new) or (name == "phase" and bool({"start", "stop"} & set(new)))


def _take(tree: Tree, origin: YamlPath, path: YamlPath, places: dict[YamlPath, Place]) -> Any:
    """Copy the places of a value to its path in the merged tree, and return the value."""
    value = _at(tree, origin)
    for way in _ways(value):
        if place := tree.places.get((*origin, *way)):
            places[(*path, *way)] = place
    return value


def _ways(value: Any) -> Iterator[YamlPath]:
    """The relative paths of a value and of everything in it; the value itself comes first."""
    yield ()
    inside = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inside:
        for way in _ways(one):
            yield (step, *way)


def _copy_place(tree: Tree, origin: YamlPath, path: YamlPath, places: dict[YamlPath, Place]) -> None:
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

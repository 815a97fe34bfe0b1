"""Data files that a scenario names: paths are relative to its file, and the digests of their contents belong to it.

A scenario file names data below its own folder, so that who is given one knows what it reads; it names any other file
with its `digest`. Settings and mappings, which the caller writes, name any file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from swarmsec.errors import ParameterError, SwarmsecError
from swarmsec.files import content_of
from swarmsec.parameters import Problem
from swarmsec.plugin import Family
from swarmsec.registry import Registry
from swarmsec.scenario.overrides import with_value
from swarmsec.scenario.yaml_tree import Tree

_FAMILIES: dict[str, Family] = {"world": "worlds", "network": "topologies"}


def with_data_files(tree: Tree, registry: Registry) -> tuple[Tree, list[Problem]]:
    """The document with absolute paths and digests of the data files of its world and network, and errors of paths.

    Such a plug-in has the parameters `path` and `digest`. It reports a file that cannot be read.
    """
    found = []
    for key, family in _FAMILIES.items():
        spec = tree.data.get(key) if isinstance(tree.data, Mapping) else None
        if not isinstance(spec, Mapping) or not _names_a_file(spec, family, registry):
            continue
        place = tree.place((key, "path"))
        beside = Path(place.value.label).parent if place else Path()
        path = (beside / spec["path"]).absolute()
        data = with_value(tree.data, f"{key}.path", str(path))
        if spec.get("digest") is None:
            if place and not _is_below(path, beside):
                outside = f"{path} is not below {beside.absolute()}, the folder of the scenario"
                found.append(Problem((key, "path"), f"{outside}; a file elsewhere needs its SHA-256 as `digest`"))
                continue
            try:
                data = with_value(data, f"{key}.digest", hashlib.sha256(content_of(str(path))).hexdigest())
            except ParameterError:
                continue
        tree = replace(tree, data=data)
    return tree, found


def _is_below(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # Such as a loop of links: the plug-in reports the file.
        return True


def _names_a_file(spec: Mapping[str, Any], family: Family, registry: Registry) -> bool:
    if not isinstance(spec.get("path"), str) or not spec["path"]:
        return False
    try:
        plugin = registry.get(family, str(spec.get("kind")))
    except SwarmsecError:
        return False  # The check of the document reports it.
    return {"path", "digest"} <= {field.name for field in fields(plugin)}

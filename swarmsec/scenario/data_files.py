"""Data files that a scenario names: paths are relative to its file, and the digests of their contents belong to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from swarmsec.errors import ParameterError, SwarmsecError
from swarmsec.files import content_of
from swarmsec.plugin import Family
from swarmsec.registry import Registry
from swarmsec.scenario.overrides import with_value
from swarmsec.scenario.yaml_tree import Tree

_FAMILIES: dict[str, Family] = {"world": "worlds", "network": "topologies"}


def with_data_files(tree: Tree, registry: Registry) -> Tree:
    """The document with absolute paths and digests of the data files of its world and network.

    Such a plug-in has the parameters `path` and `digest`. It reports a file that cannot be read.
    """
    for key, family in _FAMILIES.items():
        spec = tree.data.get(key) if isinstance(tree.data, Mapping) else None
        if not isinstance(spec, Mapping) or not _names_a_file(spec, family, registry):
            continue
        place = tree.place((key, "path"))
        beside = Path(place.value.label).parent if place else Path()
        path = str((beside / spec["path"]).absolute())
        data = with_value(tree.data, f"{key}.path", path)
        if spec.get("digest") is None:
            try:
                data = with_value(data, f"{key}.digest", hashlib.sha256(content_of(path)).hexdigest())
            except ParameterError:
                continue
        tree = replace(tree, data=data)
    return tree


def _names_a_file(spec: Mapping[str, Any], family: Family, registry: Registry) -> bool:
    if not isinstance(spec.get("path"), str) or not spec["path"]:
        return False
    try:
        plugin = registry.get(family, str(spec.get("kind")))
    except SwarmsecError:
        return False  # The check of the document reports it.
    return {"path", "digest"} <= {field.name for field in fields(plugin)}

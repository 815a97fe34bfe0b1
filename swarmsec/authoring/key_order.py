"""The canonical order of keys: that of the format and of the plug-ins' classes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from swarmsec.errors import PluginError, UnknownNameError
from swarmsec.parameters import describe
from swarmsec.plugin import Family
from swarmsec.registry import Registry
from swarmsec.scenario.build import SPEC_FAMILIES
from swarmsec.scenario.check import TEAMS
from swarmsec.scenario.model import Document
from swarmsec.scenario.schedule import CampaignUse, Phase
from swarmsec.scenario.yaml_tree import YamlPath

_FIRST = ("<<", "kind", "name", "drop", "campaign", "phase", "for")
_RANGE = ("from", "to", "steps")

SHARED_BEFORE = "world"
"""`x-` keys with anchors are put before this key, since later keys refer to them."""


def key_order(path: YamlPath, kind: str, registry: Registry) -> Sequence[str]:
    """The keys of the mapping at a path, in canonical order; other keys come after them.

    Args:
        path: The path of the mapping.
        kind: The value of its `kind`, or "".
        registry: The installed plug-ins.
    """
    top = path[0] if path else ""
    if not path:
        return _document_order()
    if top == "rules":
        return tuple(TEAMS) if len(path) == 1 else _names(TEAMS[str(path[1])]) if path[1] in TEAMS else ()
    if top == "schedule" and len(path) == 2:
        return _names(Phase)
    if top == "sweep" and len(path) == 2:
        return _RANGE
    family: Family | None = "attacks" if top == "campaigns" and len(path) == 3 else SPEC_FAMILIES.get(str(top))
    depth = {"campaigns": 3, "attacks": 2, "defenses": 2}.get(str(top), 1)
    if family is None or len(path) != depth:
        return ()
    return (*_FIRST, *_parameters(family, kind, registry))


def _parameters(family: Family, kind: str, registry: Registry) -> Sequence[str]:
    try:
        return _names(registry.get(family, kind))
    except (UnknownNameError, PluginError):
        return _names(CampaignUse)


@cache
def _document_order() -> Sequence[str]:
    return _names(Document)


def _names(cls: type[Any]) -> Sequence[str]:
    return tuple(info.name for info in describe(cls))

"""The catalog: what `list` and `show` print of the shipped plug-ins and scenarios.

`catalog.json` is generated from the registry and the library by `make catalog`, so that the two commands import
neither. A test compares it with both.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from swarmsec.plugin import Family
    from swarmsec.registry import Registry

FILE = Path(__file__).with_name("catalog.json")


@cache
def read_catalog() -> Mapping[str, Mapping[str, Any]]:
    """Family → kind → page of a shipped plug-in; and `scenarios` → name → entry of a scenario."""
    catalog: Mapping[str, Mapping[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return catalog


def make_catalog() -> dict[str, dict[str, Any]]:
    """The catalog, from the shipped plug-ins and the library."""
    from swarmsec.plugin import FAMILIES
    from swarmsec.registry import Registry, shipped_kinds
    from swarmsec.scenario import library

    registry = Registry()
    catalog: dict[str, dict[str, Any]] = {}
    for family in FAMILIES:
        kinds = [kind for kind in registry.kinds(family) if kind in shipped_kinds(family)]
        catalog[family] = {kind: plugin_page(family, kind, registry) for kind in kinds}
    return {**catalog, "scenarios": {name: scenario_entry(name) for name in library()}}


def plugin_page(family: Family, name: str, registry: Registry) -> dict[str, Any]:
    """Everything that `show` prints of a plug-in, as plain data."""
    from swarmsec.parameters import describe

    plugin = registry.get(family, name)
    parameters = [
        {
            "name": info.name,
            "type": info.type,
            "required": info.required,
            "default": None if info.required else info.default,
            "unit": info.unit,
            "bounds": info.bounds,
            "help": info.help,
        }
        for info in describe(plugin)
    ]
    return {
        "name": name,
        "kind": family,
        "summary": plugin.summary(),
        "about": inspect.getdoc(plugin) or "",
        "traits": plugin.trait_texts(),
        "parameters": parameters,
    }


def scenario_entry(name: str) -> dict[str, Any]:
    """What `list` prints of a scenario of the library, as plain data; campaigns are listed by name."""
    from swarmsec.scenario.extends import extended
    from swarmsec.scenario.sources import read

    data = extended(read(name), lambda tree, partial: None).data
    title, world = data.get("title", ""), data["world"]["kind"]
    red = ", ".join(spec.get("kind") or spec["campaign"] for spec in data.get("attacks", ())) or "no attack"
    blue = ", ".join(spec["kind"] for spec in data.get("defenses", ())) or "no defense"
    return {
        "title": title,
        "summary": f"{title or name}: {red} against {blue} in {world}",
        "difficulty": data.get("difficulty", "easy"),
        "tags": list(data.get("tags", ())),
        "world": world,
    }

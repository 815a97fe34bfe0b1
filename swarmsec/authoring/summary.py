"""A library at a glance: what a list says of every scenario, without checking or building any of them.

Only a few top-level keys of each file are parsed, which is most of what makes a list quick. What is right in the
files of the library is held by its tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from swarmsec.scenario.extends import merge
from swarmsec.scenario.sources import library
from swarmsec.scenario.yaml_tree import Tree, parse

_KEYS = frozenset({"title", "difficulty", "tags", "extends", "world", "attacks", "defenses"})
_KEY = re.compile(r"^([A-Za-z][\w-]*)\s*:", re.MULTILINE)


class Glance(NamedTuple):
    """What a list says of a scenario.

    Attributes:
        name: What it is called in the library.
        title: Its name for people.
        difficulty: How hard it is for blue.
        tags: Words to find it by.
        world: The kind of its world.
        red: The kinds of its attacks, and the names of its campaigns.
        blue: The kinds of its defenses.
    """

    name: str
    title: str
    difficulty: str
    tags: tuple[str, ...]
    world: str
    red: tuple[str, ...]
    blue: tuple[str, ...]


def glances() -> dict[str, Glance]:
    """The scenarios that ship, by name."""
    return {name: _glance(name, path) for name, path in library().items()}


def _glance(name: str, path: Path) -> Glance:
    told: Mapping[str, Any] = _told(path).data
    return Glance(
        name=name,
        title=told.get("title", ""),
        difficulty=told.get("difficulty", "easy"),
        tags=tuple(told.get("tags", ())),
        world=told["world"]["kind"],
        red=tuple(spec.get("kind") or spec["campaign"] for spec in told.get("attacks", ())),
        blue=tuple(spec["kind"] for spec in told.get("defenses", ())),
    )


@lru_cache(maxsize=256)
def _told(path: Path) -> Tree:
    """The few keys of a file, those of the scenario that it extends among them."""
    tree = parse("".join(_blocks(path.read_text(encoding="utf-8"))), path.name)
    base = library().get(str(tree.data.get("extends")))
    return merge(_told(base), tree) if base else tree


def _blocks(text: str) -> Iterator[str]:
    """The lines of the keys that are told."""
    starts = list(_KEY.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        if start[1] in _KEYS:
            yield text[start.start() : end]

"""A short summary of each scenario of the library, read without checking or building any of them.

`swarmsec list` has to be fast, so only a few top-level keys of each file are parsed. Tests check the library's files.
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


class LibraryEntry(NamedTuple):
    """A scenario in the list of the library.

    Attributes:
        name: Its name in the library.
        title: Its title.
        difficulty: How hard it is for blue.
        tags: Its tags.
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


def library_entries() -> dict[str, LibraryEntry]:
    """Every scenario of the library, by name."""
    return {name: _entry(name, path) for name, path in library().items()}


def _entry(name: str, path: Path) -> LibraryEntry:
    data: Mapping[str, Any] = _partial_tree(path).data
    return LibraryEntry(
        name=name,
        title=data.get("title", ""),
        difficulty=data.get("difficulty", "easy"),
        tags=tuple(data.get("tags", ())),
        world=data["world"]["kind"],
        red=tuple(spec.get("kind") or spec["campaign"] for spec in data.get("attacks", ())),
        blue=tuple(spec["kind"] for spec in data.get("defenses", ())),
    )


@lru_cache(maxsize=256)
def _partial_tree(path: Path) -> Tree:
    """The listed keys of a file, merged with those of the scenario that it extends."""
    tree = parse("".join(_blocks(path.read_text(encoding="utf-8"))), path.name)
    base = library().get(str(tree.data.get("extends")))
    return merge(_partial_tree(base), tree) if base else tree


def _blocks(text: str) -> Iterator[str]:
    """The lines of the listed keys."""
    starts = list(_KEY.finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        if start[1] in _KEYS:
            yield text[start.start() : end]

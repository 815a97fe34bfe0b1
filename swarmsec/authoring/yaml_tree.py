"""A YAML text as plain data, and the place in the text of every key and value.

YAML 1.2 rules: `off` is a word, a key may stand once. Anchors and merge keys (`<<`) are allowed; sizes are bounded
before anything expands, so that a few bytes of aliases cannot become a few gigabytes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from swarmsec.errors import ScenarioError

TEXT_BYTES_MAX = 1 << 20
ALIASES_MAX = 100
NODES_MAX = 100_000
DEPTH_MAX = 100

Path = tuple[str | int, ...]
"""The steps from the top of a document to a value: keys and positions."""


class Span(NamedTuple):
    """A stretch of a line in a file; lines and columns count from 1.

    Attributes:
        label: What the file is called.
        line: Its line.
        column: Where it begins.
        width: How many characters it takes, on that line.
    """

    label: str
    line: int
    column: int
    width: int

    def __str__(self) -> str:
        return f"{self.label}:{self.line}:{self.column}"


class Place(NamedTuple):
    """Where a value stands, and its key, if it has one."""

    key: Span
    value: Span


@dataclass(eq=False)
class Tree:
    """A document as plain data, with places.

    Attributes:
        data: Mappings, lists and scalars.
        places: Where each value stands; a value that nobody wrote has none.
        texts: The lines of every file that took part, by label.
        replaced: Paths whose values no file said: a caller or a command line did.
    """

    data: Any
    places: dict[Path, Place] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    replaced: tuple[Path, ...] = ()

    def place(self, path: Path) -> Place | None:
        """Where the value at `path` stands, or the closest one around it; None for one that no file says."""
        if any(path[: len(way)] == way or (way[: len(path)] == path not in self.places) for way in self.replaced):
            return None
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None


def parse(text: str, label: str) -> Tree:
    """Read a YAML text.

    Args:
        text: The whole document.
        label: What to call it in places and errors.

    Raises:
        ScenarioError: It is no YAML, or larger than a scenario may be; its place is in the message.
    """
    if len(text) > TEXT_BYTES_MAX or len(text.encode(errors="replace")) > TEXT_BYTES_MAX:
        raise ScenarioError(f"a scenario has at most {TEXT_BYTES_MAX:,} bytes", where=label)
    walk = _Walk(label, text)
    tree = Tree(None, texts={label: text.splitlines()})
    top = walk.compose()
    tree.places[()] = Place(Span(label, 1, 1, 1), Span(label, 1, 1, 1))
    if top is not None:
        tree.places[()] = Place(walk.span(top), walk.span(top))
        tree.data = walk.plain(top, (), tree.places)
    return tree


class _Walk:
    """One pass over the composed nodes of a text."""

    def __init__(self, label: str, text: str) -> None:
        from ruamel.yaml import YAML

        self._label = label
        self._text = text
        self._yaml = YAML(typ="safe", pure=True)
        self._sizes: dict[int, int | None] = {}
        self._aliases = 0

    def compose(self) -> Any:
        """The node graph: aliases are the same node again, nothing is expanded yet."""
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            top = self._yaml.compose(self._text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise ScenarioError(f"no valid YAML: {_said(error)}", where=self._at(mark)) from None
        except RecursionError:
            raise ScenarioError(f"a scenario has at most {DEPTH_MAX} levels", where=self._label) from None
        except (YAMLError, ValueError, OverflowError) as error:
            raise ScenarioError(f"no valid YAML: {_said(error)}", where=self._label) from None
        if top is not None:
            self._measure(top, 1)
        return top

    def _measure(self, node: Any, depth: int) -> int:
        """How many values a node expands to; refuse what is too deep, too large, or contains itself."""
        if depth > DEPTH_MAX:
            raise ScenarioError(f"a scenario has at most {DEPTH_MAX} levels", where=self._at(node.start_mark))
        if id(node) in self._sizes:
            self._aliases += 1
            if self._sizes[id(node)] is None:
                raise ScenarioError("it contains itself", where=self._at(node.start_mark))
            if self._aliases > ALIASES_MAX:
                raise ScenarioError(f"a scenario has at most {ALIASES_MAX} aliases", where=self._label)
            return self._sizes[id(node)] or 0
        self._sizes[id(node)] = None
        size = 1
        for child in () if isinstance(node.value, str) else node.value:
            both = child if isinstance(child, tuple) else (child,)
            size += sum(self._measure(one, depth + 1) for one in both)
            if size > NODES_MAX:
                raise ScenarioError(f"it expands to more than {NODES_MAX:,} values", where=self._label)
        self._sizes[id(node)] = size
        return size

    def plain(self, node: Any, path: Path, places: dict[Path, Place]) -> Any:
        """The value of a node, with the places of all that is in it."""
        kind = type(node).__name__
        if kind == "ScalarNode":
            return self._scalar(node)
        return self._sequence(node, path, places) if kind == "SequenceNode" else self._mapping(node, path, places)

    def span(self, node: Any) -> Span:
        """Where a node stands; of several lines, the first."""
        start, end = node.start_mark, node.end_mark
        width = end.column - start.column if end.line == start.line else 1
        return Span(self._label, start.line + 1, start.column + 1, max(width, 1))

    def _sequence(self, node: Any, path: Path, places: dict[Path, Place]) -> list[Any]:
        values = []
        for position, item in enumerate(node.value):
            places[(*path, position)] = Place(self.span(item), self.span(item))
            values.append(self.plain(item, (*path, position), places))
        return values

    def _mapping(self, node: Any, path: Path, places: dict[Path, Place]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key == "<<":
                merged |= self._merged(value_node, path, places)
                continue
            if key in values:
                raise ScenarioError(f"the key `{key}` stands here twice", where=self._at(key_node.start_mark))
            places[(*path, key)] = Place(self.span(key_node), self.span(value_node))
            values[key] = self.plain(value_node, (*path, key), places)
        return {**{key: value for key, value in merged.items() if key not in values}, **values}

    def _merged(self, node: Any, path: Path, places: dict[Path, Place]) -> dict[str, Any]:
        """What a merge key brings: a mapping, or several of which the first one wins."""
        bringing = node.value if type(node).__name__ == "SequenceNode" else [node]
        brought: dict[str, Any] = {}
        for one in bringing:
            there: dict[Path, Place] = {}
            value = self.plain(one, path, there)
            if not isinstance(value, dict):
                raise ScenarioError("`<<` merges mappings, and this is none", where=self._at(one.start_mark))
            for way, place in there.items():
                places.setdefault(way, place)
            brought = {**value, **brought}
        return brought

    def _key(self, node: Any) -> str:
        if type(node).__name__ != "ScalarNode":
            raise ScenarioError("a key is a word", where=self._at(node.start_mark))
        return str(node.value)

    def _scalar(self, node: Any) -> Any:
        """A number, a word, true, false or null, by YAML 1.2's core schema."""
        tag = str(getattr(node, "tag", None) or node.ctag).rpartition(":")[2]
        text = str(node.value)
        try:
            if tag == "null":
                return None
            if tag == "bool":
                return text.lower() == "true"
            if tag == "int":
                return _integer(text)
            if tag == "float":
                return _real(text)
        except (ValueError, OverflowError):
            raise ScenarioError(f"{text[:40]!r} is no number", where=self._at(node.start_mark)) from None
        if tag in {"str", "timestamp"}:
            return text
        raise ScenarioError(f"a scenario has no values of the type {tag!r}", where=self._at(node.start_mark))

    def _at(self, mark: Any) -> str:
        return f"{self._label}:{mark.line + 1}:{mark.column + 1}" if mark else self._label


def _integer(text: str) -> int:
    digits = text.replace("_", "").lower()
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
    if len(digits) > 100:
        raise ValueError(text)
    return sign * int(digits if base == 10 else digits[2:], base)


def _real(text: str) -> float:
    word = text.replace("_", "").lower()
    if word.lstrip("+-") == ".inf":
        return -math.inf if word.startswith("-") else math.inf
    return math.nan if word == ".nan" else float(word)


def _said(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    return str(problem).partition("\n")[0].strip()

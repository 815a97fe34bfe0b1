"""Parse a YAML text to plain data, with the place of every key and value in the text.

The rules are those of YAML 1.2: `off` is a string, duplicate keys are errors. Anchors and merge keys (`<<`) are
allowed. Sizes are checked before aliases are expanded, so a few bytes cannot become gigabytes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from swarmsec.errors import ScenarioError
from swarmsec.scenario.yaml_nodes import MAPPING, SCALAR, SEQUENCE, LimitExceededError, Node, scalar_of, top_of

TEXT_BYTES_MAX = 1 << 20

YamlPath = tuple[str | int, ...]
"""The path from the top of a document to a value: the keys of mappings and the positions in lists."""


class Span(NamedTuple):
    """A part of a line in a file. Lines and columns count from 1.

    Attributes:
        label: The name of the file.
        line: The line.
        column: The column of the first character.
        width: The number of characters on that line.
    """

    label: str
    line: int
    column: int
    width: int

    def __str__(self) -> str:
        return f"{self.label}:{self.line}:{self.column}"


class Place(NamedTuple):
    """The place of a value and of its key; an item of a list has no key and repeats the place of the value."""

    key: Span
    value: Span


@dataclass(eq=False)
class Tree:
    """A document as plain data, with the places of its values.

    Attributes:
        data: Mappings, lists and scalars.
        places: The place of each value; a value that no author wrote has none.
        texts: The lines of every file that the document is made of, by label.
        replaced: Paths whose values come from a caller or a command line, and not from a file.
        origins: For values that were moved: the current path → the path in the file.
    """

    data: Any
    places: dict[YamlPath, Place] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    replaced: tuple[YamlPath, ...] = ()
    origins: Mapping[YamlPath, YamlPath] = field(default_factory=dict)

    def written(self, path: YamlPath) -> YamlPath:
        """The path in the file of the value that is now at `path`."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                return (*self.origins[path[:end]], *path[end:])
        return path

    def place(self, path: YamlPath) -> Place | None:
        """The place of the value at `path` or of the closest value around it; None if no file has it."""
        if any(path[: len(way)] == way or (way[: len(path)] == path not in self.places) for way in self.replaced):
            return None
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None


class Fault(NamedTuple):
    """One reason why a text cannot be read as the YAML of a scenario.

    Attributes:
        path: The path in the document, as far as it could be read.
        message: The error.
        span: The place in the text.
    """

    path: YamlPath
    message: str
    span: Span


class UnreadableError(ScenarioError):
    """A text that is not valid YAML, or exceeds a limit.

    Attributes:
        faults: All faults; the error's message is that of the first.
        texts: The lines of the text, by label.
    """

    def __init__(
        self, message: str, *, where: str = "", faults: Sequence[Fault] = (), lines: Sequence[str] = ()
    ) -> None:
        super().__init__(message, where=where)
        self.faults = tuple(faults)
        self.texts = {fault.span.label: list(lines) for fault in faults}


def parse(text: str, label: str) -> Tree:
    """Parse a YAML text.

    Args:
        text: The whole document.
        label: The name of the text in places and errors.

    Raises:
        UnreadableError: The text is not valid YAML, or exceeds a limit.
    """
    reader = _TreeReader(label, text.removeprefix("\ufeff"))
    tree = Tree(None, texts={label: reader.lines})
    if len(text) > TEXT_BYTES_MAX or len(text.encode(errors="replace")) > TEXT_BYTES_MAX:
        raise reader.refuse([reader.fault(f"a scenario may have at most {TEXT_BYTES_MAX:,} bytes", 0)])
    tree.places[()] = Place(Span(label, 1, 1, 1), Span(label, 1, 1, 1))
    top = reader.read()
    if top is not None:
        tree.places[()] = Place(reader.span(top), reader.span(top))
        tree.data = reader.plain(top, (), tree.places)
    if reader.faults:
        raise reader.refuse(list(reader.faults))
    return tree


def undecodable(raw: bytes, error: UnicodeDecodeError, label: str) -> UnreadableError:
    """The error for bytes that are not valid UTF-8."""
    reader = _TreeReader(label, raw[: error.start].decode() + "\ufffd")
    return reader.refuse([reader.fault("this byte is not valid UTF-8", error.start and len(reader.text) - 1)])


class _TreeReader:
    """One pass over the nodes of a text."""

    def __init__(self, label: str, text: str) -> None:
        self.text = text
        self.lines = _LINE_END.split(text)
        self.faults: dict[Fault, None] = {}
        self._label = label
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]

    def read(self) -> Node | None:
        """The node graph; an alias is the node that it refers to."""
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        if wrong := _VERSION.match(self.text):
            message = f"YAML {wrong[2]} declared; a scenario is YAML 1.2, and needs no %YAML line"
            raise self.refuse([self.fault(message, wrong.start(1))])
        try:
            return top_of(self.text)
        except LimitExceededError as error:
            raise self.refuse([self.fault(str(error), error.index)]) from None
        except MarkedYAMLError as error:
            # An unclosed collection is reported where it opens, not at the end of the file.
            ended = error.context_mark is not None and "stream" in str(error.problem)
            mark = error.context_mark if ended else error.problem_mark or error.context_mark
            index = mark.index if mark else 0
            message = f"not valid YAML: {_problem(error)}"
            if self.text[index : index + 1] == "\t" and "token" in message:
                message = "a tab, which YAML does not allow here; use spaces"
            raise self.refuse([self.fault(message, index)]) from None
        except (YAMLError, ValueError, OverflowError) as error:
            index = getattr(error, "position", 0)
            raise self.refuse([self.fault(f"not valid YAML: {_problem(error)}", index)]) from None

    def refuse(self, faults: Sequence[Fault]) -> UnreadableError:
        """The error for the faults."""
        first = faults[0]
        return UnreadableError(first.message, where=str(first.span), faults=faults, lines=self.lines)

    def fault(self, message: str, index: int, *, path: YamlPath = ()) -> Fault:
        """A fault at a character of the text."""
        return Fault(path, message, self._span(index, index + 1))

    def plain(self, node: Node, path: YamlPath, places: dict[YamlPath, Place]) -> Any:
        """The value of a node; adds the places of everything in it to `places`."""
        if node.kind == SCALAR:
            return self._scalar(node, path)
        return self._sequence(node, path, places) if node.kind == SEQUENCE else self._mapping(node, path, places)

    def span(self, node: Node) -> Span:
        """The place of a node; of several lines, the first."""
        return self._span(node.start, node.end)

    def _span(self, start: int, end: int) -> Span:
        line = bisect_right(self._starts, start)
        column = start - self._starts[line - 1]
        width = min(end - start, len(self.lines[line - 1]) - column)
        return Span(self._label, line, column + 1, max(width, 1))

    def _place(self, key: Node, value: Node) -> Place:
        """The places of a key and its value; an empty value has the place of its key."""
        at = self.span(key)
        return Place(at, self.span(value) if value.end > value.start else at)

    def _sequence(self, node: Node, path: YamlPath, places: dict[YamlPath, Place]) -> list[Any]:
        values = []
        for position, item in enumerate(node.value):
            at, way = self.span(item), (*path, position)
            places[way] = Place(at, at)
            values.append(self.plain(item, way, places))
        return values

    def _mapping(self, node: Node, path: YamlPath, places: dict[YamlPath, Place]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in zip(node.value[::2], node.value[1::2], strict=True):
            if key_node.kind != SCALAR:
                self._add_fault(key_node, "a key must be a single word or number", path)
                continue
            key = str(key_node.value)
            if key == "<<" and key_node.plain:
                merged = {**self._merged(value_node, path, places), **merged}
            elif key in values:
                self._add_fault(key_node, f"duplicate key `{key}`", (*path, key))
            else:
                places[(*path, key)] = self._place(key_node, value_node)
                values[key] = self.plain(value_node, (*path, key), places)
        return {**{key: value for key, value in merged.items() if key not in values}, **values}

    def _merged(self, node: Node, path: YamlPath, places: dict[YamlPath, Place]) -> dict[str, Any]:
        """The keys that a merge key adds: those of a mapping, or of several, of which the first has precedence."""
        mappings = node.value if node.kind == SEQUENCE else [node]
        found: dict[str, Any] = {}
        for one in mappings:
            if one.kind != MAPPING:
                self._add_fault(one, "`<<` merges mappings; this is not a mapping", path)
                continue
            there: dict[YamlPath, Place] = {}
            value = self._mapping(one, path, there)
            for way, place in there.items():
                if way[len(path)] not in found:
                    places.setdefault(way, place)
            found = {**value, **found}
        return found

    def _scalar(self, node: Node, path: YamlPath) -> Any:
        try:
            return scalar_of(node)
        except ValueError as error:
            self._add_fault(node, str(error), path)
            return None

    def _add_fault(self, node: Node, message: str, path: YamlPath) -> None:
        self.faults[Fault(path, message, self.span(node))] = None


_VERSION = re.compile(r"(?:[ \t]*(?:#.*)?[\r\n]+|%(?!YAML).*[\r\n]+)*(%YAML[ \t]+(?!1\.[12]\b)(\d+\.\d+))")
"""A directive of another version, among the directives and comments before the document."""

_LINE_END = re.compile(r"\r\n|\r|\n")


def _problem(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    return str(problem).partition("\n")[0].strip()

"""A YAML text as plain data, and the place in the text of every key and value.

YAML 1.2 rules: `off` is a word, a key may stand once. Anchors and merge keys (`<<`) are allowed; sizes are bounded
before anything expands, so that a few bytes of aliases cannot become a few gigabytes.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
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
        origins: Where its author wrote what was moved: the path now → the path in the file.
    """

    data: Any
    places: dict[Path, Place] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    replaced: tuple[Path, ...] = ()
    origins: Mapping[Path, Path] = field(default_factory=dict)

    def written(self, path: Path) -> Path:
        """The path at which an author wrote what now stands at `path`."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.origins:
                return (*self.origins[path[:end]], *path[end:])
        return path

    def place(self, path: Path) -> Place | None:
        """Where the value at `path` stands, or the closest one around it; None for one that no file says."""
        if any(path[: len(way)] == way or (way[: len(path)] == path not in self.places) for way in self.replaced):
            return None
        for end in range(len(path), -1, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        return None


class Fault(NamedTuple):
    """One thing for which a text is no scenario's YAML.

    Attributes:
        path: Where in the document, as far as there is one.
        message: What is wrong.
        span: Where in the text.
    """

    path: Path
    message: str
    span: Span


class UnreadableError(ScenarioError):
    """A text that is no YAML, or larger than a scenario may be.

    Attributes:
        faults: All that is wrong; the message is the first one's.
        texts: The lines of the text, by label.
    """

    def __init__(
        self, message: str, *, where: str = "", faults: Sequence[Fault] = (), lines: Sequence[str] = ()
    ) -> None:
        super().__init__(message, where=where)
        self.faults = tuple(faults)
        self.texts = {fault.span.label: list(lines) for fault in faults}


def parse(text: str, label: str) -> Tree:
    """Read a YAML text.

    Args:
        text: The whole document.
        label: What to call it in places and errors.

    Raises:
        UnreadableError: It is no YAML, or larger than a scenario may be.
    """
    walk = _Walk(label, text.removeprefix("\ufeff"))
    tree = Tree(None, texts={label: walk.lines})
    if len(text) > TEXT_BYTES_MAX or len(text.encode(errors="replace")) > TEXT_BYTES_MAX:
        raise walk.refuse([walk.fault(f"a scenario has at most {TEXT_BYTES_MAX:,} bytes", 0)])
    tree.places[()] = Place(Span(label, 1, 1, 1), Span(label, 1, 1, 1))
    top = walk.compose()
    if top is not None:
        tree.places[()] = Place(walk.span(top), walk.span(top))
        tree.data = walk.plain(top, (), tree.places)
    if walk.faults:
        raise walk.refuse(list(walk.faults))
    return tree


def undecodable(raw: bytes, error: UnicodeDecodeError, label: str) -> UnreadableError:
    """The error for bytes that are no UTF-8 text."""
    walk = _Walk(label, raw[: error.start].decode() + "\ufffd")
    return walk.refuse([walk.fault("this byte is no UTF-8 text", error.start and len(walk.text) - 1)])


class _TooMuchError(Exception):
    """Stops composing at a place in the text."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


class _Walk:
    """One pass over the composed nodes of a text."""

    def __init__(self, label: str, text: str) -> None:
        self.text = text
        self.lines = _LINE_END.split(text)
        self.faults: dict[Fault, None] = {}
        self._label = label
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self._sizes: dict[int, int | None] = {}

    def compose(self) -> Any:
        """The node graph: aliases are the same node again, nothing is expanded yet."""
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            top = _composed(self.text)
            if top is not None:
                self._measure(top)
        except _TooMuchError as error:
            raise self.refuse([self.fault(str(error), error.index)]) from None
        except MarkedYAMLError as error:
            # What is never closed is shown where it opens, not at the end of the file.
            ended = error.context_mark is not None and "stream" in str(error.problem)
            mark = error.context_mark if ended else error.problem_mark or error.context_mark
            raise self.refuse([self.fault(f"no valid YAML: {_said(error)}", mark.index if mark else 0)]) from None
        except (YAMLError, ValueError, OverflowError) as error:
            index = getattr(error, "position", 0)
            raise self.refuse([self.fault(f"no valid YAML: {_said(error)}", index)]) from None
        return top

    def refuse(self, faults: Sequence[Fault]) -> UnreadableError:
        """The error that tells the faults."""
        first = faults[0]
        return UnreadableError(first.message, where=str(first.span), faults=faults, lines=self.lines)

    def fault(self, message: str, index: int, *, path: Path = ()) -> Fault:
        """A fault at a character of the text."""
        return Fault(path, message, self._span(index, index + 1))

    def _measure(self, node: Any) -> int:
        """How many values a node expands to; refuse what is too large or contains itself."""
        if id(node) in self._sizes:
            size = self._sizes[id(node)]
            if size is None:
                raise _TooMuchError("it contains itself", node.start_mark.index)
            return size
        self._sizes[id(node)] = None
        size = 1
        for child in () if isinstance(node.value, str) else node.value:
            size += sum(self._measure(one) for one in (child if isinstance(child, tuple) else (child,)))
            if size > NODES_MAX:
                raise _TooMuchError(f"it expands to more than {NODES_MAX:,} values", node.start_mark.index)
        self._sizes[id(node)] = size
        return size

    def plain(self, node: Any, path: Path, places: dict[Path, Place]) -> Any:
        """The value of a node, with the places of all that is in it."""
        kind = type(node).__name__
        if kind == "ScalarNode":
            return self._scalar(node, path)
        return self._sequence(node, path, places) if kind == "SequenceNode" else self._mapping(node, path, places)

    def span(self, node: Any) -> Span:
        """Where a node stands; of several lines, the first."""
        return self._span(node.start_mark.index, node.end_mark.index)

    def _span(self, start: int, end: int) -> Span:
        line = bisect_right(self._starts, start)
        column = start - self._starts[line - 1]
        width = min(end - start, len(self.lines[line - 1]) - column)
        return Span(self._label, line, column + 1, max(width, 1))

    def _place(self, key: Any, value: Any) -> Place:
        """Where a key and its value stand; a value of no characters stands where its key does."""
        at = self.span(key)
        return Place(at, self.span(value) if value.end_mark.index > value.start_mark.index else at)

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
            if type(key_node).__name__ != "ScalarNode":
                self._note(key_node, "a key is a word", path)
                continue
            key = str(key_node.value)
            if key == "<<" and not key_node.style:
                merged = {**self._merged(value_node, path, places), **merged}
            elif key in values:
                self._note(key_node, f"the key `{key}` stands here twice", (*path, key))
            else:
                places[(*path, key)] = self._place(key_node, value_node)
                values[key] = self.plain(value_node, (*path, key), places)
        return {**{key: value for key, value in merged.items() if key not in values}, **values}

    def _merged(self, node: Any, path: Path, places: dict[Path, Place]) -> dict[str, Any]:
        """What a merge key brings: a mapping, or several of which the first one wins."""
        bringing = node.value if type(node).__name__ == "SequenceNode" else [node]
        brought: dict[str, Any] = {}
        for one in bringing:
            if type(one).__name__ != "MappingNode":
                self._note(one, "`<<` merges mappings, and this is none", path)
                continue
            there: dict[Path, Place] = {}
            value = self._mapping(one, path, there)
            for way, place in there.items():
                if way[len(path)] not in brought:
                    places.setdefault(way, place)
            brought = {**value, **brought}
        return brought

    def _scalar(self, node: Any, path: Path) -> Any:
        """A number, a word, true, false or null, by YAML 1.2's core schema."""
        tag = str(getattr(node, "tag", None) or node.ctag)
        text = str(node.value)
        read = _READERS.get(tag)
        if read is None:
            self._note(node, f"a scenario has no values of the type {tag.rpartition(':')[2]!r}", path)
            return None
        try:
            return read(text)
        except (ValueError, OverflowError):
            self._note(node, f"{text[:40]!r} is no {tag.rpartition(':')[2].replace('int', 'number')}", path)
            return None

    def _note(self, node: Any, message: str, path: Path) -> None:
        self.faults[Fault(path, message, self.span(node))] = None


_LINE_END = re.compile(r"\r\n|\r|\n")


def _composed(text: str) -> Any:
    """The nodes of a text; composing stops at the first one that is too deep or too many."""
    from ruamel.yaml import YAML
    from ruamel.yaml.composer import Composer
    from ruamel.yaml.events import AliasEvent

    class Bounded(Composer):  # type: ignore[misc, unused-ignore]
        depth = nodes = aliases = 0

        def __init__(self, loader: Any = None) -> None:
            super().__init__(loader=loader)
            self.warn_double_anchors = False  # An anchor may be set again; an alias means the last one.

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            self.nodes += 1
            self.aliases += isinstance(event, AliasEvent)
            self.depth += 1
            for count, most, what in (
                (self.depth, DEPTH_MAX, "levels"),
                (self.nodes, NODES_MAX, "values"),
                (self.aliases, ALIASES_MAX, "aliases"),
            ):
                if count > most:
                    raise _TooMuchError(f"a scenario has at most {most:,} {what}", event.start_mark.index)
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = Bounded
    return yaml.compose(text)


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


def _truth(text: str) -> bool:
    word = text.lower()
    if word not in {"true", "false"}:
        raise ValueError(text)
    return word == "true"


def _word(text: str) -> str:
    text.encode()  # Half of a surrogate pair, as an escape can say it, is no text.
    return text


_READERS: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": _truth,
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": _real,
    "tag:yaml.org,2002:str": _word,
    "tag:yaml.org,2002:timestamp": _word,
}
"""How the text of a scalar is read, by its tag."""


def _said(error: Exception) -> str:
    problem = getattr(error, "problem", None) or str(error) or type(error).__name__
    return str(problem).partition("\n")[0].strip()

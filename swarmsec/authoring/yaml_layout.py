"""Split a YAML text into entries with their comments, for `fmt` and `migrate`.

An entry is a key with its value, or an item of a list. A comment at the end of a line belongs to the entry that begins
on that line. A comment on its own line belongs to the entry below, or to the entry above if it is indented deeper than
the entry below. Scalars keep the author's text, since quotes, folds and number formats can matter.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(eq=False)
class Scalar:
    """A scalar as written, with its anchor; or an alias."""

    text: str
    block: bool = False


@dataclass(eq=False)
class Collection:
    """A mapping or a list, with its entries in the order of the text."""

    mapping: bool
    flow: bool
    anchor: str
    entries: list[YamlEntry] = field(default_factory=list)


Node = Scalar | Collection


@dataclass(eq=False)
class YamlEntry:
    """A key with its value, or an item of a list (without a key).

    Attributes:
        key: The key as written; "" for an item.
        value: The value.
        begin: The index of its first character in the text.
        column: Its column, counted from 0.
        flow_end: The index at which the outermost flow collection around it ends; 0 outside of flow style.
        above: The comments above it; "" stands for a blank line.
        behind: The comments on its own line.
        below: The comments under it that are indented with it.
    """

    key: str
    value: Node
    begin: int
    column: int
    flow_end: int = 0
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)


class Layout(NamedTuple):
    """A text as entries: its top mapping, and the comments before and after it."""

    top: Collection
    header: list[str]
    footer: list[str]


class _Waiting(NamedTuple):
    """A comment on its own line, or a blank line, before the entry that follows is known."""

    at: int
    column: int
    text: str


def layout_of(text: str) -> Layout | None:
    """The layout of a valid YAML text; None if its top is not a mapping."""
    reader = _Reader(text)
    top = reader.read()
    if not isinstance(top, Collection) or not top.mapping:
        return None
    layout = Layout(top, [], [])
    _attach(reader, layout)
    return layout


def entries(node: Node) -> Iterator[YamlEntry]:
    """Every entry in a node, in the order of the text."""
    for entry in node.entries if isinstance(node, Collection) else ():
        yield entry
        yield from entries(entry.value)


def unquoted(raw: str) -> str:
    """A key or a kind without quotes and anchor."""
    text = raw.rpartition(" ")[2] if raw.startswith("&") else raw
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def comments(text: str) -> list[str]:
    """Every comment of a valid YAML text, as written."""
    reader = _Reader(text)
    reader.read()
    found: list[str] = []
    offset = 0
    for line in text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        mark = _comment(reader, start, offset)
        found += [] if mark is None else [text[mark:offset].rstrip()]
    return found


class _Reader:
    """Builds nodes from the parser's events, and records the parts of the text that are scalars."""

    def __init__(self, text: str) -> None:
        from ruamel.yaml import YAML

        self.text = text
        self.begins: list[int] = []
        self.ends: list[int] = []
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(text))
        tokens = YAML(typ="safe", pure=True).scan(text)
        self._dashes = (token.start_mark for token in tokens if type(token).__name__ == "BlockEntryToken")

    def read(self) -> Node | None:
        for event in self._events:
            name = type(event).__name__
            if name not in ("StreamStartEvent", "DocumentStartEvent"):
                return None if name == "StreamEndEvent" else self._node(event)
        return None

    def is_scalar(self, index: int) -> bool:
        """Whether a character of the text belongs to a scalar; the header line of a block scalar does not."""
        position = bisect_right(self.begins, index) - 1
        return position >= 0 and index < self.ends[position]

    def _node(self, event: Any) -> Node:
        name = type(event).__name__
        if name in ("ScalarEvent", "AliasEvent"):
            return self._scalar(event)
        node = Collection(name == "MappingStartEvent", bool(event.flow_style), f"&{event.anchor}" * bool(event.anchor))
        for inner in self._events:
            if type(inner).__name__ in ("MappingEndEvent", "SequenceEndEvent"):
                if node.flow:
                    for entry in entries(node):
                        entry.flow_end = inner.end_mark.index
                return node
            mark = inner.start_mark
            if node.mapping:
                key = self._node(inner)
                assert isinstance(key, Scalar), "a key is a scalar"
                name = " ".join(key.text.split()) if "\n" in key.text else key.text
                node.entries.append(YamlEntry(name or "null", self._node(next(self._events)), mark.index, mark.column))
            else:
                mark = mark if node.flow else next(self._dashes)
                node.entries.append(YamlEntry("", self._node(inner), mark.index, mark.column))
        raise AssertionError("a collection has an end")

    def _scalar(self, event: Any) -> Scalar:
        begin, end = event.start_mark.index, event.end_mark.index
        raw = self.text[begin:end]
        block = getattr(event, "style", None) in ("|", ">")
        first, _, rest = raw.partition("\n")
        if block:
            first = first.partition(" #")[0].rstrip()
            # Blank lines at the end matter only with the indicator `+`.
            kept = raw.removesuffix("\n") if "+" in first else raw.rstrip()
            self._record(begin + len(raw) - len(rest), end if "+" in first else begin + len(kept))
            return Scalar("\n".join([first, kept.partition("\n")[2]]), block)
        self._record(begin, end)
        return Scalar(raw)

    def _record(self, begin: int, end: int) -> None:
        if end > begin:
            self.begins.append(begin)
            self.ends.append(end)


def _attach(reader: _Reader, layout: Layout) -> None:
    """Assign each comment and blank line to its entry."""
    known = sorted(entries(layout.top), key=lambda entry: entry.begin)
    waiting: list[_Waiting] = []
    position = offset = 0
    for line in reader.text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        mark = _comment(reader, start, offset)
        before = position
        while position < len(known) and known[position].begin < (offset if mark is None else mark):
            position += 1
        if position > before:  # An entry begins on this line; the waiting comments are above it.
            _place(waiting, known, before, layout)
            waiting = []
        if mark is None:
            if not line.strip() and not reader.is_scalar(start):
                waiting.append(_Waiting(start, 0, ""))
        elif line[: mark - start].strip(" \t\ufeff"):
            owner = _open_at(known, position, mark)
            comment = reader.text[mark:offset].rstrip()
            (layout.header if owner is None else owner.above if owner.behind else owner.behind).append(comment)
        else:
            waiting.append(_Waiting(mark, mark - start, line.strip(" \t\r\n\ufeff")))
    _place(waiting, known, len(known), layout)


def _place(waiting: Sequence[_Waiting], known: Sequence[YamlEntry], position: int, layout: Layout) -> None:
    """Assign comments on their own lines to the next entry, or to an earlier one that is indented deeper."""
    if position == 0:
        layout.header.extend(one.text for one in waiting)
        return
    following = known[position] if position < len(known) else None
    above = following.above if following else layout.footer
    for one in waiting:
        flow_end = known[position - 1].flow_end
        if one.at < flow_end:  # In flow style, columns have no meaning.
            inside = following is not None and following.begin < flow_end
            (above if inside else known[position - 1].below).extend([one.text] if one.text else [])
            continue
        owner = _owner(known, position, one, following.column if following else -1)
        if one.text and owner and not any(above):
            owner.below.append(one.text)
        else:
            above.append(one.text)


def _open_at(known: Sequence[YamlEntry], position: int, index: int) -> YamlEntry | None:
    """The last entry before a comment, except entries of flow collections that end before it."""
    for at in range(position - 1, -1, -1):
        if not 0 < known[at].flow_end <= index:
            return known[at]
    return None


def _owner(known: Sequence[YamlEntry], position: int, comment: _Waiting, outside: int) -> YamlEntry | None:
    """The entry above a comment at the same depth, if it is deeper than the entry that follows."""
    if comment.column <= max(outside, 0):
        return None
    for at in range(position - 1, -1, -1):
        entry = known[at]
        if entry.flow_end:
            continue
        if entry.column <= outside:
            return None
        if entry.column <= comment.column:
            return entry if entry.column > 0 else None
    return None


def _comment(reader: _Reader, start: int, end: int) -> int | None:
    """The index at which the comment of a line begins, or None."""
    at = reader.text.find("#", start, end)
    while at >= 0:
        if (at == start or reader.text[at - 1] in " \t\ufeff") and not reader.is_scalar(at):
            return at
        at = reader.text.find("#", at + 1, end)
    return None

"""`fmt`: write a scenario in the canonical layout. Meaning and comments stay; key order and indentation are fixed.

Keys have the order of the format, parameters the order of their plug-in's class. The paths of a sweep keep their order,
since it is the order of the points. Indentation is two spaces. Flow style (brackets) is kept if it fits on a line.
Formatting a formatted text does not change it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from swarmsec.authoring.key_order import SHARED_BEFORE, key_order
from swarmsec.authoring.yaml_layout import Collection, Layout, Node, Scalar, YamlEntry, entries, layout_of, unquoted
from swarmsec.errors import ScenarioError
from swarmsec.registry import Registry
from swarmsec.scenario.yaml_tree import YamlPath, parse

LINE_WIDTH = 120
_INDENT = 2


def formatted(text: str, label: str = "<text>", *, registry: Registry | None = None) -> str:
    """The text in the canonical layout.

    Args:
        text: A scenario.
        label: The name of the text in errors.
        registry: The plug-ins, whose classes give the order of parameters.

    Raises:
        ScenarioError: The text is not valid YAML, or not a mapping.
    """
    meaning = parse(text, label).data
    if text.lstrip("\ufeff").startswith("%"):
        return text  # A directive may change the meaning of the text.
    for reorder in (True, False):  # Keys keep their order if an alias would come before its anchor.
        layout = layout_of(text)
        if layout is None:
            raise ScenarioError("a scenario must be a mapping with keys such as name, world and network", where=label)
        if reorder:
            _sort(layout.top, (), registry or Registry())
        written = document_text(layout)
        if _means(written, meaning):
            return written
    raise AssertionError(f"formatting would change the meaning of {label}")


def _means(text: str, meaning: object) -> bool:
    """Whether a text has these data."""
    try:
        return json.dumps(parse(text, "").data, sort_keys=True) == json.dumps(meaning, sort_keys=True)
    except ScenarioError:
        return False


def _sort(node: Node, path: YamlPath, registry: Registry) -> None:
    """Sort the keys of every mapping."""
    if isinstance(node, Scalar):
        return
    if node.mapping:
        kind = next((unquoted(one.value.text) for one in _scalars(node) if unquoted(one.key) == "kind"), "")
        order = {key: float(place) for place, key in enumerate(key_order(path, kind, registry))}
        before = order.get(SHARED_BEFORE, 0.0) - 0.5
        node.entries.sort(
            key=lambda one: before if path == () and _defines(one) else order.get(unquoted(one.key), len(order))
        )
    for number, entry in enumerate(node.entries):
        _sort(entry.value, (*path, unquoted(entry.key) if node.mapping else number), registry)


def _defines(entry: YamlEntry) -> bool:
    """Whether an entry is an `x-` key with an anchor that later entries may refer to."""
    inside = [entry, *entries(entry.value)]
    anchors = (one.value.text if isinstance(one.value, Scalar) else one.value.anchor for one in inside)
    return unquoted(entry.key).startswith("x-") and any(anchor.startswith("&") for anchor in anchors)


def _scalars(node: Collection) -> Iterator[_ScalarEntry]:
    for entry in node.entries:
        if isinstance(entry.value, Scalar):
            yield _ScalarEntry(entry.key, entry.value)


class _ScalarEntry(NamedTuple):
    key: str
    value: Scalar


# Writing. Each function gets the column in which the entry begins.


def document_text(layout: Layout) -> str:
    """The text of a layout, with its entries in their present order."""
    footer = _single(layout.footer)
    while footer and not footer[-1]:
        footer.pop()
    lines = [*_single(layout.header, blanks=False), *_mapping(layout.top, 0), *footer]
    return "\n".join(lines) + "\n"


def _mapping(node: Collection, column: int) -> list[str]:
    lines: list[str] = []
    for number, entry in enumerate(node.entries):
        lines += _above(entry, column, blanks=number > 0)
        lines += _entry(entry, f"{entry.key}:", column)
        lines += _indented(entry.below, column)
    return lines


def _list(node: Collection, column: int) -> list[str]:
    lines: list[str] = []
    for number, entry in enumerate(node.entries):
        hoisted = _hoisted(entry, column)
        lines += _above(entry, column, blanks=number > 0)
        lines += _indented(hoisted, column)
        lines += _entry(entry, "-", column)
        lines += _indented(entry.below, column)
    return lines


def _above(entry: YamlEntry, column: int, *, blanks: bool) -> list[str]:
    """The lines above an entry. The first entry of a collection and entries of flow style have no blank lines above."""
    above = [line for line in entry.above if line] if entry.flow_end else entry.above
    return _indented(_single(above, blanks=blanks), column)


def _single(lines: Iterable[str], *, blanks: bool = True) -> list[str]:
    """Lines with consecutive blank lines merged; without `blanks`, none at the beginning."""
    found: list[str] = []
    for line in lines:
        if line or (found[-1] if found else blanks):
            found.append(line)
    return found


def _hoisted(entry: YamlEntry, column: int) -> list[str]:
    """Remove and return comments between a dash and its value; they are written above the dash."""
    value = entry.value
    if isinstance(value, Scalar) or not value.entries or value.anchor or _in_line(entry, "-", column):
        return []
    first = value.entries[0]
    hoisted = [*entry.behind, *(line for line in first.above if line)]
    entry.behind, first.above = [], []
    return hoisted if value.mapping else [*hoisted, *_hoisted(first, column + _INDENT)]


def _entry(entry: YamlEntry, head: str, column: int) -> list[str]:
    value, margin = entry.value, " " * column
    behind = "".join(f"  {comment}" for comment in entry.behind)
    if isinstance(value, Scalar):
        return _scalar(value, f"{margin}{head}", behind, column + _INDENT)
    if lines := _in_line(entry, head, column):
        return [*lines[:-1], lines[-1] + behind]
    lines = (_mapping if value.mapping else _list)(value, column + _INDENT)
    anchor = f" {value.anchor}" if value.anchor else ""
    if head == "-" and not anchor and not behind:
        return [f"{margin}- {lines[0].lstrip(' ')}", *lines[1:]]
    return [f"{margin}{head}{anchor}{behind}", *lines]


def _scalar(value: Scalar, start: str, behind: str, column: int) -> list[str]:
    """The lines of a scalar; all after the first are indented."""
    first, *rest = value.text.split("\n")
    if not rest:
        return [f"{start} {first}".rstrip() + behind]
    if not value.block:
        rest = _indented([line.strip() for line in rest], column)
        return [f"{start} {first.rstrip()}", *rest[:-1], rest[-1] + behind]
    if any(sign.isdigit() for sign in first.rpartition(" ")[2]):  # The block has an explicit indentation.
        content = parse(f"x: {value.text}\n", "").data["x"]
        return [f"{start} {json.dumps(content, ensure_ascii=False)}{behind}"]
    depth = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    return [f"{start} {first}{behind}", *_indented([line[depth:].rstrip("\r") for line in rest], column)]


def _in_line(entry: YamlEntry, head: str, column: int) -> list[str]:
    """The lines of an entry in flow style: one, several for a long list, none for block style."""
    assert isinstance(entry.value, Collection)
    value = entry.value
    anchor = f" {value.anchor}" if value.anchor else ""
    start = f"{' ' * column}{head}{anchor} "
    inline = _inline(value)
    if inline is None:
        return []
    if len(start) + len(inline) <= LINE_WIDTH:
        return [start + inline]
    return [] if value.mapping or _has_mappings(value) else _wrapped(start, value, column + _INDENT)


def _inline(node: Collection) -> str | None:
    """A flow collection in one line; None for block style, or if there are comments in it."""
    if not node.flow or any(one.above or one.behind or one.below for one in node.entries):
        return None
    parts = []
    for entry in node.entries:
        value = _part(entry.value)
        if value is None:
            return None
        parts.append(f"{entry.key}: {value}" if node.mapping else value)
    return f"{{{', '.join(parts)}}}" if node.mapping else f"[{', '.join(parts)}]"


def _part(value: Node) -> str | None:
    if isinstance(value, Scalar):
        return " ".join(line.strip() for line in value.text.split("\n")) or "null"
    inline = _inline(value)
    return inline if inline is None else f"{value.anchor} {inline}".strip()


def _has_mappings(node: Collection) -> bool:
    return any(isinstance(one.value, Collection) and one.value.mapping for one in entries(node))


def _wrapped(start: str, node: Collection, column: int) -> list[str]:
    """A long flow list, with as many values on each line as fit."""
    lines = [f"{start}["]
    for number, entry in enumerate(node.entries):
        part = (_part(entry.value) or "") + ("," if number < len(node.entries) - 1 else "]")
        if len(lines[-1]) + 1 + len(part) > LINE_WIDTH:
            lines.append(" " * column + part)
        else:
            lines[-1] += part if number == 0 else f" {part}"
    return lines


def _indented(lines: Iterable[str], column: int) -> list[str]:
    return [" " * column + line if line.strip() else "" for line in lines]

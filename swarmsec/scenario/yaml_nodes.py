"""The node graph of a YAML text with positions, before aliases are expanded.

Ruamel parses the text into events. The nodes are built here, which takes half the time of ruamel's composer and stops
as soon as a limit is exceeded. Scalars are read by the core schema of YAML 1.2 alone: `off`, `1_000`, `0b1` and
`2001-01-01` are strings, even after a `%YAML` directive.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

ALIASES_MAX = 100
DEPTH_MAX = 100
EXPANDED_MAX = 100_000
WRITTEN_MAX = 20_000
"""Values written in the text, aliases not expanded; reading this many takes about half a second."""

SCALAR, SEQUENCE, MAPPING = "scalar", "sequence", "mapping"


class Node:
    """One node of a text.

    Attributes:
        kind: SCALAR, SEQUENCE or MAPPING.
        value: A scalar's text, a sequence's items, or a mapping's keys and values alternating. An alias is the node
            that it refers to.
        tag: A scalar's tag as it is written, or "".
        plain: Whether a scalar has neither quotes nor a tag.
        start: The index of its first character in the text.
        end: The index after its last character.
    """

    __slots__ = ("end", "kind", "plain", "start", "tag", "value")

    def __init__(self, kind: str, value: Any, start: int, end: int, *, tag: str = "", plain: bool = False) -> None:
        self.kind, self.value, self.start, self.end = kind, value, start, end
        self.tag, self.plain = tag, plain


class LimitExceededError(Exception):
    """A text exceeds a limit; `index` is the position in the text."""

    def __init__(self, message: str, index: int) -> None:
        super().__init__(message)
        self.index = index


def top_of(text: str) -> Node | None:
    """The top node of a text, or None for an empty text.

    Raises:
        LimitExceededError: The text is too large, nested too deeply, or a node contains itself.
        ruamel.yaml.error.YAMLError: The text is not valid YAML.
    """
    top = _read(text)
    if top is not None:
        _measure(top, {})
    return top


def _read(text: str) -> Node | None:
    """The top node; the expanded size is not yet checked."""
    from ruamel.yaml import YAML
    from ruamel.yaml import events as kinds
    from ruamel.yaml.composer import ComposerError

    top: Node | None = None
    anchors: dict[str, Node] = {}
    open_: list[Node] = []
    documents = written = aliases = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        kind = type(event)
        if kind in (kinds.SequenceEndEvent, kinds.MappingEndEvent):
            open_.pop().end = event.end_mark.index
            continue
        if kind not in (kinds.ScalarEvent, kinds.AliasEvent, kinds.SequenceStartEvent, kinds.MappingStartEvent):
            documents += kind is kinds.DocumentStartEvent
            if documents > 1:
                raise LimitExceededError(
                    "a second document; a scenario is one document, so give it its own file", event.start_mark.index
                )
            continue
        written += 1
        aliases += kind is kinds.AliasEvent
        _refuse_too_many(len(open_) + 1, written, aliases, event)
        start, end = event.start_mark.index, event.end_mark.index
        if kind is kinds.AliasEvent:
            if event.anchor not in anchors:
                raise ComposerError(None, None, f"found undefined alias {event.anchor!r}", event.start_mark)
            node = anchors[event.anchor]
        elif kind is kinds.ScalarEvent:
            tag = "" if event.tag in {None, "!"} else str(event.tag)
            node = Node(SCALAR, event.value, start, end, tag=tag, plain=event.implicit[0])
        else:
            node = Node(SEQUENCE if kind is kinds.SequenceStartEvent else MAPPING, [], start, end)
        if kind is not kinds.AliasEvent and event.anchor is not None:
            anchors[event.anchor] = node  # An anchor may be defined again; an alias refers to the last definition.
        if open_:
            open_[-1].value.append(node)
        else:
            top = node
        if kind in (kinds.SequenceStartEvent, kinds.MappingStartEvent):
            open_.append(node)
    return top


def _refuse_too_many(depth: int, written: int, aliases: int, event: Any) -> None:
    if depth > DEPTH_MAX:
        raise LimitExceededError(f"a scenario may have at most {DEPTH_MAX} levels of nesting", event.start_mark.index)
    if aliases > ALIASES_MAX:
        raise LimitExceededError(f"a scenario may have at most {ALIASES_MAX} aliases", event.start_mark.index)
    if written > WRITTEN_MAX:
        raise LimitExceededError(
            f"a scenario may have at most {WRITTEN_MAX:,} values; use a topology or a distribution that draws them",
            event.start_mark.index,
        )


def _measure(node: Node, known: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """The number of values and the levels of nesting that a node expands to.

    Raises:
        LimitExceededError: A number exceeds its limit, or the node contains itself.
    """
    if id(node) in known:
        measured = known[id(node)]
        if measured is None:
            raise LimitExceededError("this value contains itself", node.start)
        return measured
    known[id(node)] = None
    size = depth = 1
    for child in () if node.kind == SCALAR else node.value:
        its_size, its_depth = (1, 1) if child.kind == SCALAR else _measure(child, known)
        size, depth = size + its_size, max(depth, 1 + its_depth)
        if size > EXPANDED_MAX:
            raise LimitExceededError(f"this value expands to more than {EXPANDED_MAX:,} values", node.start)
        if depth > DEPTH_MAX:
            raise LimitExceededError(f"this value expands to more than {DEPTH_MAX} levels of nesting", node.start)
    known[id(node)] = size, depth
    return size, depth


# The values of scalars.

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_CONSTANTS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{f"-{word}": -math.inf for word in (".inf", ".Inf", ".INF")},
}
_DIGITS_MAX = 100


def scalar_of(node: Node) -> Any:
    """The value of a scalar: a number, a string, true, false or null.

    Raises:
        ValueError: The text does not match its tag.
    """
    text = str(node.value)
    if not node.tag:
        return _plain_scalar(text) if node.plain else _string(text)
    if node.tag not in _TAGGED:
        raise ValueError(f"a scenario cannot have values of type {node.tag.rpartition(':')[2]!r}")
    return _TAGGED[node.tag](text)


def _value_error(expected: str, text: str) -> ValueError:
    return ValueError(f"{text[:40]!r} given; must be {expected}")


def _plain_scalar(text: str) -> Any:
    """The value of a scalar without quotes and tag."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] in "+-.0123456789":
        if _INTEGER.fullmatch(text):
            return _integer(text)
        if _REAL.fullmatch(text):
            return float(text)
    return _string(text)


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text) or len(text) > _DIGITS_MAX:
        raise _value_error(f"an integer of at most {_DIGITS_MAX} digits", text)
    return int(text, {"0x": 16, "0o": 8}.get(text[:2], 10))


def _real(text: str) -> float:
    if isinstance(number := _CONSTANTS.get(text), float):
        return number
    if not _REAL.fullmatch(text):
        raise _value_error("a number", text)
    return float(text)


def _boolean(text: str) -> bool:
    if not isinstance(_CONSTANTS.get(text), bool):
        raise _value_error("true or false", text)
    return bool(_CONSTANTS[text])


def _string(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # An escape can stand for half of a surrogate pair.
        raise _value_error("valid text", text) from None
    return text


_TAGGED: Mapping[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": _boolean,
    "tag:yaml.org,2002:int": _integer,
    "tag:yaml.org,2002:float": _real,
    "tag:yaml.org,2002:str": _string,
    "tag:yaml.org,2002:timestamp": _string,
}
"""The parser of each tag."""

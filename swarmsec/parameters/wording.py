"""Types and bounds in English: `a list of whole numbers, each at least 1`."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from swarmsec.parameters.type_hints import bare_type, choices, is_list, is_text, marks_on, union_members

_NOUNS: dict[Any, tuple[str, str]] = {
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("text", "texts"),
    bool: ("true or false", "true or false"),
    type(None): ("nothing", "nothings"),
    Any: ("anything", "anything"),
}
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "multiple_of")


def expected_value(hint: Any) -> str:
    """A description of the values of a type, to follow "must be"."""
    bare, bounds = bare_type(hint), bounds_text(hint)
    args = get_args(bare)
    if members := union_members(bare):
        return ", or ".join(expected_value(member) for member in members)
    if values := choices(bare):
        return f"one of {', '.join(map(str, values))}"
    if is_list(bare):
        noun = f"a list of {_plural(args[0])}"
    elif get_origin(bare) is tuple:
        noun = f"[{', '.join(expected_value(arg) for arg in args)}]"
    elif get_origin(bare) is dict:
        noun = "a mapping" if args[1] is Any else f"a mapping to {_plural(args[1])}"
    else:
        noun = _NOUNS.get(bare, (f"a {getattr(bare, '__name__', bare)}",))[0]
    return f"{noun}, {bounds}" if bounds else noun


def short_type(hint: Any) -> str:
    """The name of a type: `int`, `list of float`, `one of mean, median`."""
    bare = bare_type(hint)
    args = get_args(bare)
    if members := union_members(bare):
        return " or ".join(short_type(member) for member in members)
    if values := choices(bare):
        return f"one of {', '.join(map(str, values))}"
    if is_list(bare):
        return f"list of {short_type(args[0])}"
    if get_origin(bare) is tuple:
        return f"[{', '.join(short_type(arg) for arg in args)}]"
    if get_origin(bare) is dict:
        return f"mapping to {short_type(args[1])}"
    return {type(None): "nothing", Any: "any", str: "text"}.get(bare) or str(getattr(bare, "__name__", bare))


def bounds_text(hint: Any) -> str:
    """The bounds of a number, or of a list's length: `at least 1`, `from 0 to 1`; empty if there are none."""
    limits: dict[str, Any] = {}
    for mark in marks_on(hint):
        for name in _LIMITS:
            limit = getattr(mark, name, None)
            if limit is not None and not (name == "min_length" and limit == 0):
                limits[name] = limit
    if {"ge", "le"} <= limits.keys():
        phrases = [f"from {_number(limits.pop('ge'))} to {_number(limits.pop('le'))}"]
    else:
        phrases = []
    for name, phrase in (("ge", "at least {}"), ("gt", "more than {}"), ("le", "at most {}"), ("lt", "less than {}")):
        if name in limits:
            phrases.append(phrase.format(_number(limits[name])))
    if "multiple_of" in limits:
        phrases.append(f"a multiple of {limits['multiple_of']}")
    for name, phrase in (("min_length", "with at least"), ("max_length", "with at most")):
        if name in limits:
            phrases.append(f"{phrase} {_counted(limits[name], 'character' if is_text(hint) else 'entry')}")
    return " and ".join(phrases)


def _plural(hint: Any) -> str:
    bare = bare_type(hint)
    if get_origin(bare) is tuple and not is_list(bare):
        return f"{expected_value(bare)} entries"
    if get_origin(bare) is dict and get_args(bare)[1] is Any:
        return "mappings"
    if bare in _NOUNS:
        return f"{_NOUNS[bare][1]}{f', each {bounds_text(hint)}' if bounds_text(hint) else ''}"
    return f"entries that are each {expected_value(hint)}"


def _number(limit: Any) -> str:
    return f"{limit:,}" if isinstance(limit, int) else str(limit)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else noun.replace('entry', 'entrie') + 's'}"

"""Whole numbers that are written as reals: `1e3` and `100.0` are integers in JSON Schema, and so they are here."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from swarmsec.parameters.type_hints import bare_type, is_list, union_members

_LARGEST = 2**63


def with_whole_numbers(hint: Any, value: Any) -> Any:
    """The value, with an integer for every whole number where the type allows integers and no reals.

    Examples:
        >>> with_whole_numbers(list[int], [1e3, 0.5])
        [1000, 0.5]
        >>> with_whole_numbers(int | float, 1e3)
        1000.0
    """
    members = [bare_type(member) for member in union_members(hint) or (hint,)]
    if isinstance(value, float):
        whole = int in members and float not in members and value.is_integer() and abs(value) < _LARGEST
        return int(value) if whole else value
    if isinstance(value, list | tuple):
        lists = [member for member in members if get_origin(member) in {list, tuple}]
        if len(lists) != 1:
            return value
        args = get_args(lists[0])
        hints = [args[0]] * len(value) if is_list(lists[0]) else args
        return (
            [with_whole_numbers(*pair) for pair in zip(hints, value, strict=True)]
            if len(hints) == len(value)
            else value
        )
    if isinstance(value, dict):
        mappings = [member for member in members if get_origin(member) is dict]
        return (
            {key: with_whole_numbers(get_args(mappings[0])[1], one) for key, one in value.items()}
            if mappings
            else value
        )
    return value

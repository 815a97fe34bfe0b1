"""Parts of a type hint: the bare type, the members of a union, the choices of a Literal or Enum, the marks."""

from __future__ import annotations

import types
from collections.abc import Iterator
from enum import EnumMeta
from typing import Annotated, Any, Literal, Union, get_args, get_origin

ANNOTATED: type[Any] = type(Annotated[int, ""])
"""The class of every `Annotated[...]` hint."""


def bare_type(hint: Any) -> Any:
    """The type without its annotations.

    Examples:
        >>> bare_type(Annotated[int, "a mark"])
        <class 'int'>
    """
    return hint.__origin__ if type(hint) is ANNOTATED else hint


def union_members(hint: Any) -> tuple[Any, ...]:
    """The members of a union; empty for any other type."""
    bare = bare_type(hint)
    if isinstance(bare, type):  # The most frequent case, and the quickest to decide.
        return ()
    return get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()


def choices(hint: Any) -> tuple[Any, ...]:
    """The values of a Literal or an Enum; empty for any other type."""
    bare = bare_type(hint)
    if isinstance(bare, EnumMeta):
        return tuple(member.value for member in bare)  # type: ignore[var-annotated]
    return get_args(bare) if get_origin(bare) is Literal else ()


def marks_on(hint: Any) -> Iterator[Any]:
    """The annotations of a type, and those of the members of a union."""
    if get_origin(hint) is Annotated:
        yield from hint.__metadata__
    for member in union_members(hint):
        yield from marks_on(member)


def is_list(hint: Any) -> bool:
    """Whether a type is a list, or a tuple of any length."""
    bare = bare_type(hint)
    origin = get_origin(bare)
    return origin is list or (origin is tuple and get_args(bare)[-1] is ...)


def is_text(hint: Any) -> bool:
    """Whether a value of the type can be text."""
    return str in {bare_type(hint), *map(bare_type, union_members(hint))}

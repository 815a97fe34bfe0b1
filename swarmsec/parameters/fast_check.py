"""A fast check without Pydantic, which accepts most valid values.

The import of Pydantic takes as long as the check of a whole scenario. So values that are obviously valid are accepted
here, and Pydantic is imported only for the first other value. Pydantic also accepts every value that is accepted here,
with the same result; `tests/parameters/test_fast_check.py` compares the two.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen

from swarmsec.parameters.marks import Help, NotFinite, Unit
from swarmsec.parameters.type_hints import ANNOTATED, bare_type, union_members


class UndecidedError(Exception):
    """The value may be wrong; Pydantic has to decide."""


def fast_check(hint: Any, value: Any) -> Any:
    """A copy of a value that is obviously of a type and within its bounds.

    Args:
        hint: The type, with its marks.
        value: The value as given.

    Returns:
        The value, converted to the type; it shares no list or mapping with `value`.

    Raises:
        UndecidedError: Pydantic has to decide.
    """
    bare, given = bare_type(hint), type(value)
    if members := union_members(bare):
        checked = _as_member(members, value)
    elif bare in _SCALARS:
        if given is not bare:
            raise UndecidedError
        checked = _text(value) if given is str else value
    elif bare is float and given in {int, float}:
        checked = _finite(value)
    elif bare is Any:
        checked = _plain_data(value)
    elif get_origin(bare) is Literal and given is str and value in get_args(bare):
        checked = value
    else:
        checked = _collection(get_origin(bare), get_args(bare), value)
    marks = hint.__metadata__ if type(hint) is ANNOTATED and checked is not None else ()
    if not all(map(partial(_is_within, checked), marks)):
        raise UndecidedError
    return checked


_SCALARS = frozenset({int, str, bool, type(None)})


def _as_member(members: tuple[Any, ...], value: Any) -> Any:
    """The value as the first matching member of a union; members of the value's own type are tried first."""
    for member in sorted(members, key=lambda member: bare_type(member) is not type(value)):
        try:
            return fast_check(member, value)
        except UndecidedError:
            continue
    raise UndecidedError


def _collection(origin: Any, args: tuple[Any, ...], value: Any) -> Any:
    """The value as a list, a tuple or a mapping."""
    if origin is dict and args[0] is str and type(value) is dict and all(type(key) is str for key in value):
        return {_text(key): fast_check(args[1], item) for key, item in value.items()}
    if type(value) not in {list, tuple} or origin not in {list, tuple}:
        raise UndecidedError
    if origin is list:
        return [fast_check(args[0], item) for item in value]
    if args[-1] is ...:
        return tuple(fast_check(args[0], item) for item in value)
    if len(args) != len(value):
        raise UndecidedError
    return tuple(map(fast_check, args, value))


def _plain_data(value: Any) -> Any:
    """A copy of scalars, lists and mappings, for a parameter of type Any."""
    if isinstance(value, dict):
        return _collection(dict, (str, Any), value)
    if isinstance(value, (list, tuple)):
        return _collection(list, (Any,), value)
    return fast_check(type(value), value)


def _text(value: str) -> str:
    """The text, if it is valid Unicode."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UndecidedError from None
    return value


def _finite(value: float) -> float:
    """The number as a float, if it is finite."""
    try:
        number = float(value)
    except OverflowError:
        raise UndecidedError from None
    if not math.isfinite(number):
        raise UndecidedError
    return number


def _is_within(value: Any, mark: Any) -> bool:
    """Whether a value is within the bound that a mark sets; False for a mark that is not known here."""
    if isinstance(mark, (Unit, Help, NotFinite)):
        return True
    if not isinstance(mark, (Ge, Gt, Le, Lt, Interval, MinLen, MaxLen, Len)):
        return False
    limits = {name: getattr(mark, name) for name in _LIMITS if getattr(mark, name, None) is not None}
    numeric = not isinstance(value, (bool, str, list, tuple, dict))
    return all(numeric is not name.endswith("length") and _LIMITS[name](value, limit) for name, limit in limits.items())


_LIMITS: dict[str, Callable[[Any, Any], bool]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
    "min_length": lambda value, limit: len(value) >= limit,
    "max_length": lambda value, limit: len(value) <= limit,
}

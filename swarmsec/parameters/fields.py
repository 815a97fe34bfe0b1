"""The fields of a dataclass that are parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, TypeVar, get_type_hints
from weakref import WeakKeyDictionary

from swarmsec.parameters.marks import REQUIRED

_T = TypeVar("_T")


class Field(NamedTuple):
    """A parameter as its class declares it.

    Attributes:
        name: The field's name.
        hint: Its type, with the marks.
        default: Its default value; `REQUIRED` if it has none.
    """

    name: str
    hint: Any
    default: Any


def once_per_class(function: Callable[[type[Any]], _T]) -> Callable[[type[Any]], _T]:
    """Cache a function of a class, as long as the class exists: modules of plug-ins are executed anew for every arm."""
    known: WeakKeyDictionary[type[object], _T] = WeakKeyDictionary()

    @wraps(function)
    def cached(cls: type[Any]) -> _T:
        if cls not in known:
            known[cls] = function(cls)
        return known[cls]

    return cached


@once_per_class
def fields_of(cls: type[object]) -> dict[str, Field]:
    """The parameters of a dataclass by name, in the order of its fields."""
    assert dataclasses.is_dataclass(cls), f"{cls.__name__} is no dataclass"
    hints = get_type_hints(cls, include_extras=True)
    return {
        field.name: Field(field.name, hints[field.name], _default(field))
        for field in dataclasses.fields(cls)
        if field.init
    }


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return REQUIRED if field.default is dataclasses.MISSING else field.default

"""Short texts of objects that may hold a number for every daemon, for notebooks and error messages."""

from __future__ import annotations

from collections.abc import Iterable
from reprlib import Repr
from typing import Any

REPR_MAX = 2_000
"""The longest text of an object."""

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def short_repr(value: Any) -> str:
    """The text of an object of named fields: its class, and each field with at most 80 characters.

    Examples:
        >>> from typing import NamedTuple
        >>> class Row(NamedTuple):
        ...     daemons: list[int]
        >>> short_repr(Row(list(range(1_000))))
        'Row(daemons=[0, 1, 2, 3, 4, 5, ...])'
    """
    given = ", ".join(f"{name}={_SHORT.repr(getattr(value, name, None))}" for name in _fields(value))
    text = f"{type(value).__qualname__}({given})"
    return text if len(text) <= REPR_MAX else f"{text[: REPR_MAX - 1]}…"


def _fields(value: Any) -> Iterable[str]:
    named: Iterable[str] = getattr(value, "_fields", ())
    return named or [name for name, one in value.__dataclass_fields__.items() if one.repr]

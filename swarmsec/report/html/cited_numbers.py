"""Figures of a page, each with its place in the source document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

from swarmsec.report.numbers import amount

Write = Callable[[float], str]

UNKNOWN = "–"

_NEGLIGIBLE = 1e-9
"""Smaller amounts, and intervals narrower than this share, are rounding errors of floating-point sums."""


class Cited(NamedTuple):
    """One figure.

    Attributes:
        source: Its JSON pointer (RFC 6901) in the document.
        value: The value there; None if it is not known.
        text: The value as text.
    """

    source: str
    value: float | None
    text: str


class CitedInterval(NamedTuple):
    """A mean with the ends of its interval.

    Attributes:
        mean: The mean.
        low: The lower end; None where there is no interval, or all seeds agree.
        high: The upper end.
    """

    mean: Cited
    low: Cited | None
    high: Cited | None


def amounts_in(unit: str) -> Write:
    """A formatter of amounts in a unit; rounding errors of floating-point sums are formatted as 0.

    Examples:
        >>> amounts_in("USD")(1_190_258.2), amounts_in("belief")(4.4e-16)
        ('$1,190,258', '0')
    """
    return lambda value: amount(value if abs(value) > _NEGLIGIBLE else 0.0, unit)


def look_up(document: Any, *steps: str | int) -> Any:
    """The value in a document at the end of a path."""
    return reduce(lambda there, step: there[step], steps, document)


def cite(document: Mapping[str, Any], *steps: str | int, write: Write) -> Cited:
    """The figure at the end of a path.

    Examples:
        >>> cite({"a": {"b": [0.5]}}, "a", "b", 0, write="{:.0%}".format)
        Cited(source='/a/b/0', value=0.5, text='50%')
    """
    value = look_up(document, *steps)
    source = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)
    return Cited(source, value, UNKNOWN if value is None else write(value))


def cite_interval(document: Mapping[str, Any], *steps: str | int, write: Write) -> CitedInterval | None:
    """The interval at the end of a path; None if the document has none there."""
    if look_up(document, *steps) is None:
        return None
    mean, low, high = (cite(document, *steps, end, write=write) for end in ("mean", "low", "high"))
    if low.value is None or high.value is None or high.value - low.value <= _NEGLIGIBLE * max(1.0, abs(high.value)):
        return CitedInterval(mean, None, None)
    return CitedInterval(mean, low, high)

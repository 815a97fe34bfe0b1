"""The check of one value by Pydantic, with messages of our own."""

from __future__ import annotations

import math
import re
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, get_args, get_origin

from swarmsec.errors import did_you_mean
from swarmsec.parameters.fields import Field, fields_of, once_per_class
from swarmsec.parameters.marks import NotFinite
from swarmsec.parameters.problem import Problem, shown
from swarmsec.parameters.type_hints import bare_type, choices, is_list, marks_on, union_members
from swarmsec.parameters.wording import bounds_text, expected_value

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BOUND_ERRORS = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
_NUMBER_WITH_UNDERSCORES = re.compile(r"[-+]?\d+(_\d+)+(\.\d*)?")


def type_adapter(cls: type[object], name: str) -> TypeAdapter[Any]:
    """Pydantic's adapter of one parameter of a class."""
    from pydantic import TypeAdapter

    adapters = _adapters(cls)
    if name not in adapters:
        adapters[name] = TypeAdapter(fields_of(cls)[name].hint)
    return adapters[name]


@once_per_class
def _adapters(cls: type[object]) -> dict[str, TypeAdapter[Any]]:
    return {}


def check_with_pydantic(cls: type[object], field: Field, given: Any) -> tuple[Any, list[Problem]]:
    """Check the value of one parameter.

    Args:
        cls: The class that has the parameter.
        field: The parameter.
        given: The value as given.

    Returns:
        The value, converted to the parameter's type, and no problems; or None and the problems.
    """
    from pydantic import ValidationError
    from pydantic_core import from_json, to_json

    try:
        # Through JSON, in strict mode: a list may become a tuple, but neither true nor "3" becomes a number.
        text = to_json(given, inf_nan_mode="constants", fallback=plain_value)
    except (ValueError, TypeError):
        return None, [Problem((field.name,), f"{shown(given)} given; must be {expected_value(field.hint)}")]
    if not any(isinstance(mark, NotFinite) for mark in marks_on(field.hint)):
        for path, number in _non_finite(given, (field.name,)):
            return None, [Problem(path, f"{number} given; must be a finite number")]
    try:
        return type_adapter(cls, field.name).validate_json(text, strict=True), []
    except ValidationError as error:
        return None, list(_explained(field, from_json(text), error.errors(include_url=False)))


def plain_value(value: Any) -> Any:
    """A value without NumPy types, enums or tuples, for JSON.

    Raises:
        TypeError: A scenario cannot contain it.
    """
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if isinstance(value, (str, int, float, bool, dict, types.NoneType)):
        return value
    raise TypeError(f"{type(value).__name__} cannot be used in a scenario")


def _non_finite(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], float]]:
    """Every infinite number and NaN inside a value, with its path."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _non_finite(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _non_finite(item, (*path, i))


def _explained(field: Field, value: Any, errors: list[Any]) -> Iterator[Problem]:
    """One problem for every place that Pydantic reports."""
    seen = set()
    for error in errors:
        # Pydantic reports a pair that is too short at its missing entry.
        place = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
        steps, hint = _descend(field.hint, place)
        if steps in seen:
            continue
        seen.add(steps)
        wrong = value
        for step in steps:
            wrong = wrong[step]
        only_bound = error["type"] in _BOUND_ERRORS and not union_members(hint)
        right = bounds_text(hint) if only_bound else expected_value(hint)
        yield Problem((field.name, *steps), f"{shown(wrong)} given; must be {right}", _suggestion(wrong, hint))


def _descend(hint: Any, place: tuple[int | str, ...]) -> tuple[tuple[str | int, ...], Any]:
    """The part of a place that leads into the value, and the type of the value there."""
    steps: list[str | int] = []
    for step in place:
        origin, args = get_origin(bare_type(hint)), get_args(bare_type(hint))
        if isinstance(step, int) and is_list(hint):
            hint = args[0]
        elif isinstance(step, int) and origin is tuple:
            hint = args[step]
        elif isinstance(step, str) and origin is dict and step != "[key]":
            hint = args[1]
        else:
            break
        steps.append(step)
    return tuple(steps), hint


def _suggestion(value: Any, hint: Any) -> str:
    """A hint for a wrong value; empty if there is none."""
    if isinstance(value, str) and _NUMBER_WITH_UNDERSCORES.fullmatch(value):
        return f"did you mean {value.replace('_', '')}? YAML 1.2 has no underscores in numbers"
    close = did_you_mean(value, map(str, choices(hint))) if isinstance(value, str) else ""
    return close if close.startswith("did") else ""

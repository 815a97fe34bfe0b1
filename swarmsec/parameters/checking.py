"""The check of a mapping of parameters, and the instance that is built from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from swarmsec.errors import ParameterError, did_you_mean
from swarmsec.parameters.fast_check import UndecidedError, fast_check
from swarmsec.parameters.fields import fields_of
from swarmsec.parameters.marks import REQUIRED
from swarmsec.parameters.problem import Problem, path_of, spot
from swarmsec.parameters.pydantic_check import check_with_pydantic
from swarmsec.parameters.whole_numbers import with_whole_numbers
from swarmsec.parameters.wording import expected_value

_T = TypeVar("_T")

_SUGGESTIONS_MAX = 50
"""Problems up to which a similar name is searched for an unknown one; each search takes time."""


def build(cls: type[_T], given: Mapping[str, Any], *, where: str = "") -> _T:
    """An instance of a dataclass from parameters in a document.

    Args:
        cls: A dataclass whose fields are the parameters.
        given: Their values by name. It is not changed, and the instance shares no list with it.
        where: The place of `given` in the document, at which the place of an error starts.

    Raises:
        ParameterError: For the first of `problems(cls, given)`, or from the class itself.
    """
    values, found = _check(cls, given)
    if found:
        path, message, hint = found[0]
        raise ParameterError(f"{message}; {hint}" if hint else message, where=spot(path, where))
    try:
        return _construct(cls, values)
    except ParameterError as error:
        raise (error.at(where) if where else error) from None


def problems(cls: type[object], given: Mapping[str, Any]) -> list[Problem]:
    """All errors in the parameters of a dataclass, in the order of `given`."""
    values, found = _check(cls, given)
    if not found:
        try:
            _construct(cls, values)
        except ParameterError as error:
            found += [Problem(path_of(one.where), one.message) for one in (error, *error.others)]
    return found


def _construct(cls: type[_T], values: dict[str, Any]) -> _T:
    """The instance.

    Raises:
        ParameterError: The class itself refuses the values.
    """
    try:
        return cls(**values)
    except ValueError as error:
        raise ParameterError(str(error)) from error


def _check(cls: type[object], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The valid values by name, and the problems of the others."""
    fields = fields_of(cls)
    values: dict[str, Any] = {}
    found: list[Problem] = []
    for name, value in given.items():
        if name not in fields:
            hint = did_you_mean(str(name), fields) if len(found) < _SUGGESTIONS_MAX else ""
            found.append(Problem((str(name),), "unknown parameter", hint))
            continue
        try:
            values[name] = fast_check(fields[name].hint, value)
        except UndecidedError:
            checked, wrong = check_with_pydantic(cls, fields[name], with_whole_numbers(fields[name].hint, value))
            found.extend(wrong)
            if not wrong:
                values[name] = checked
    for name, field in fields.items():
        if field.default is REQUIRED and name not in given:
            found.append(Problem((name,), f"missing; must be {expected_value(field.hint)}"))
    return values, found

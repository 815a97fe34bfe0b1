"""What a parameter of a plug-in or a topology says about itself, and how a given one is checked.

A plug-in is a keyword-only dataclass; its fields are its parameters. A field's annotation carries the type, the
bounds, the unit and one line of help, and from these alone come the check, the YAML schema and `swarmsec show`:

    bias: Annotated[float, Gt(0), Unit("signal"), Help("What every targeted feed is shifted by.")] = 1.5

A parameter is what could stand in a scenario: numbers, text, true and false, lists, and mappings of these. Nothing
is converted on the way but a whole number to a float, and a list to a tuple. What is plainly right is taken here;
Pydantic decides on all else, and is imported for the first value that is not plainly right, since to import it takes
as long as to check a whole scenario. Messages to a person are made here and not there.
"""

from __future__ import annotations

import dataclasses
import math
import operator
import re
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, EnumMeta
from functools import lru_cache, partial
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen

from swarmsec.errors import ParameterError, did_you_mean

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = [
    "REQUIRED",
    "Ge",
    "Gt",
    "Help",
    "Interval",
    "Le",
    "Len",
    "Lt",
    "MaxLen",
    "MinLen",
    "NotFinite",
    "ParameterInfo",
    "Problem",
    "Unit",
    "build",
    "describe",
    "json_schema",
    "problems",
    "shown",
    "spot",
]

_T = TypeVar("_T")


@dataclass(frozen=True)
class Unit:
    """What a parameter is counted in: `USD`, `rounds`, `robust deviations`, `share`."""

    name: str


@dataclass(frozen=True)
class Help:
    """One line that says what a parameter does."""

    text: str


@dataclass(frozen=True)
class NotFinite:
    """Marks a number that may also be infinite or NaN; any other may not."""


class _Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


class Problem(NamedTuple):
    """One thing that is wrong with a mapping of parameters.

    Attributes:
        path: Where: the parameter's name, then positions or keys inside its value.
        message: What was given and what would be right.
        hint: What was probably meant; empty if there is no telling.
    """

    path: tuple[str | int, ...]
    message: str
    hint: str = ""

    @property
    def of_key(self) -> bool:
        """Whether the name itself is wrong, and not what it is given."""
        return self.message.startswith("unknown ")


class ParameterInfo(NamedTuple):
    """What there is to know about one parameter.

    Attributes:
        name: The field's name.
        type: Its type in short: `int`, `list of float`, `one of mean, median`.
        default: The value that it has unless it is given; `REQUIRED` if it must be given.
        unit: What it is counted in, or nothing.
        bounds: `at least 1`, `from 0 to 1`, or nothing.
        help: One line, or nothing.
    """

    name: str
    type: str
    default: Any
    unit: str
    bounds: str
    help: str

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is REQUIRED


def build(cls: type[_T], given: Mapping[str, Any], *, where: str = "") -> _T:
    """An instance of a plug-in from parameters that a person wrote.

    Args:
        cls: A dataclass whose fields are the parameters.
        given: Their values by name. It is not changed, and the instance shares no list with it.
        where: The place of `given` in the document, which the error's own place starts with.

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
    """Everything that is wrong with the parameters of a plug-in, in the order in which they were given."""
    values, found = _check(cls, given)
    if not found:
        try:
            _construct(cls, values)
        except ParameterError as error:
            found.append(Problem(_steps(error.where), error.message))
    return found


def describe(cls: type[object]) -> list[ParameterInfo]:
    """What there is to know about every parameter of a plug-in, in the order of its fields.

    Examples:
        >>> @dataclass(kw_only=True)
        ... class Lie:
        ...     bias: Annotated[float, Gt(0), Unit("signal"), Help("Added.")] = 1.5
        >>> describe(Lie)[0]
        ParameterInfo(name='bias', type='float', default=1.5, unit='signal', bounds='more than 0', help='Added.')
    """
    return [
        ParameterInfo(
            name=field.name,
            type=_short(field.hint),
            default=field.default,
            unit=next((mark.name for mark in _marks(field.hint) if isinstance(mark, Unit)), ""),
            bounds=_bounds(field.hint),
            help=next((mark.text for mark in _marks(field.hint) if isinstance(mark, Help)), ""),
        )
        for field in _fields(cls).values()
    ]


def json_schema(cls: type[object]) -> dict[str, Any]:
    """The JSON schema of a mapping with a plug-in's parameters."""
    properties = {}
    for name, info in zip(_fields(cls), describe(cls), strict=True):
        said = " ".join(text for text in (info.help, f"[{info.unit}]" if info.unit else "") if text)
        properties[name] = _adapter(cls, name).json_schema() | ({"description": said} if said else {})
        if not info.required:
            properties[name]["default"] = _plain(info.default)
    required = [info.name for info in describe(cls) if info.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def spot(path: tuple[str | int, ...], where: str = "") -> str:
    """A path as a person writes it.

    Examples:
        >>> spot(("edges", 3, 0), "network")
        'network.edges[3][0]'
    """
    for step in path:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
    return where


def _steps(where: str) -> tuple[str | int, ...]:
    """The inverse of `spot`, for a place that a class names."""
    return tuple(int(index) if index else key for index, key in re.findall(r"\[(\d+)\]|([^.\[\]]+)", where))


# Checking.


def _construct(cls: type[_T], values: dict[str, Any]) -> _T:
    """The instance, or what the class itself has against parameters that do not go together."""
    try:
        return cls(**values)
    except ValueError as error:
        raise ParameterError(str(error)) from error


def _once_a_class(function: Callable[[type[object]], _T]) -> Callable[[type[object]], _T]:
    return cast(Callable[[type[object]], _T], lru_cache(maxsize=1024)(function))


class _Field(NamedTuple):
    name: str
    hint: Any
    default: Any


@_once_a_class
def _fields(cls: type[object]) -> dict[str, _Field]:
    assert dataclasses.is_dataclass(cls), f"{cls.__name__} is no dataclass"
    hints = get_type_hints(cls, include_extras=True)
    return {
        field.name: _Field(field.name, hints[field.name], _default(field))
        for field in dataclasses.fields(cls)
        if field.init
    }


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return REQUIRED if field.default is dataclasses.MISSING else field.default


@_once_a_class
def _adapters(cls: type[object]) -> dict[str, TypeAdapter[Any]]:
    return {}


def _adapter(cls: type[object], name: str) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    known = _adapters(cls)
    if name not in known:
        known[name] = TypeAdapter(_fields(cls)[name].hint)
    return known[name]


_HINTS_MAX = 50
"""To look for what was meant takes time; whoever has so many wrong names needs no more hints."""


def _check(cls: type[object], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """The values that are right, and what is wrong with the others."""
    fields = _fields(cls)
    values: dict[str, Any] = {}
    found: list[Problem] = []
    for name, value in given.items():
        if name not in fields:
            hint = did_you_mean(str(name), fields) if len(found) < _HINTS_MAX else ""
            found.append(Problem((str(name),), "unknown parameter", hint))
            continue
        try:
            values[name] = _fast_check(fields[name].hint, value)
        except _UnsureError:
            found.extend(_check_one(_adapter(cls, name), fields[name], value, values))
    for name, field in fields.items():
        if field.default is REQUIRED and name not in given:
            found.append(Problem((name,), f"missing; must be {_expected(field.hint)}"))
    return values, found


class _UnsureError(Exception):
    """A value is not plainly right."""


def _fast_check(hint: Any, value: Any) -> Any:
    """A fresh value of the type, from one that is plainly of it and within its bounds.

    Raises:
        _UnsureError: It is for Pydantic to say. Whatever is taken here, Pydantic takes to the same value.
    """
    bare, given = _bare(hint), type(value)
    if members := _members(bare):
        taken = _of_some(members, value)
    elif bare in _READ:
        if given not in _READ[bare]:
            raise _UnsureError
        taken = _text(value) if given is str else value
    elif bare is float and given in {int, float}:
        taken = _finite(value)
    elif bare is Any:
        taken = _anything(value)
    elif get_origin(bare) is Literal and given is str and value in get_args(bare):
        taken = value
    else:
        taken = _of_entries(get_origin(bare), get_args(bare), value)
    if type(hint) is _MARKED and taken is not None and not all(map(partial(_keeps, taken), hint.__metadata__)):
        raise _UnsureError
    return taken


_READ: dict[Any, set[type]] = {int: {int}, str: {str}, bool: {bool}, type(None): {type(None)}}


def _of_some(members: tuple[Any, ...], value: Any) -> Any:
    """As the first member of a union that it plainly is; a whole number stays one where it may."""
    for member in sorted(members, key=lambda member: _bare(member) is not type(value)):
        try:
            return _fast_check(member, value)
        except _UnsureError:
            continue
    raise _UnsureError


def _of_entries(origin: Any, args: tuple[Any, ...], value: Any) -> Any:
    """A list, a tuple or a mapping."""
    if origin is dict and args[0] is str and type(value) is dict and all(type(key) is str for key in value):
        return {_text(key): _fast_check(args[1], item) for key, item in value.items()}
    if type(value) not in {list, tuple} or origin not in {list, tuple}:
        raise _UnsureError
    if origin is list:
        return [_fast_check(args[0], item) for item in value]
    if args[-1] is ...:
        return tuple(_fast_check(args[0], item) for item in value)
    if len(args) != len(value):
        raise _UnsureError
    return tuple(map(_fast_check, args, value))


def _anything(value: Any) -> Any:
    """A fresh copy of plain data."""
    if isinstance(value, dict):
        return _of_entries(dict, (str, Any), value)
    if isinstance(value, (list, tuple)):
        return _of_entries(list, (Any,), value)
    return _fast_check(type(value), value)


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _UnsureError from None
    return value


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        raise _UnsureError from None
    if not math.isfinite(number):
        raise _UnsureError
    return number


def _keeps(value: Any, mark: Any) -> bool:
    """Whether a value keeps to a mark that is plainly a bound."""
    if isinstance(mark, (Unit, Help, NotFinite)):
        return True
    limits = {name: getattr(mark, name) for name in _LIMITS if getattr(mark, name, None) is not None}
    if not isinstance(mark, (Ge, Gt, Le, Lt, Interval, MinLen, MaxLen, Len)):
        return False
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


def _check_one(adapter: TypeAdapter[Any], field: _Field, value: Any, values: dict[str, Any]) -> list[Problem]:
    """Check one value, and put it among `values` if it is right."""
    from pydantic import ValidationError
    from pydantic_core import from_json, to_json

    try:
        # Through JSON, strictly: a list may become a tuple, and true is no number, nor is "3".
        text = to_json(value, inf_nan_mode="constants", fallback=_plain)
    except (ValueError, TypeError):
        return [Problem((field.name,), f"{shown(value)} given; must be {_expected(field.hint)}")]
    if not any(isinstance(mark, NotFinite) for mark in _marks(field.hint)):
        for path, number in _not_finite(value, (field.name,)):
            return [Problem(path, f"{number} given; must be a finite number")]
    try:
        values[field.name] = adapter.validate_json(text, strict=True)
    except ValidationError as error:
        return list(_explain(field, from_json(text), error.errors(include_url=False)))
    return []


def _plain(value: Any) -> Any:
    """A value without numpy or tuples, for JSON."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (str, int, float, bool, dict, types.NoneType)):
        return value
    raise TypeError(f"{type(value).__name__} cannot stand in a scenario")


def _not_finite(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], float]]:
    if isinstance(value, float) and not math.isfinite(value):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _not_finite(item, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from _not_finite(item, (*path, i))


# Telling a person.

_BOUND_ERRORS = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
_NOUNS: dict[Any, tuple[str, str]] = {
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    str: ("text", "texts"),
    bool: ("true or false", "true or false"),
    type(None): ("nothing", "nothings"),
    Any: ("anything", "anything"),
}


def _explain(field: _Field, value: Any, errors: list[Any]) -> Iterator[Problem]:
    """One problem for every place that pydantic complains of."""
    seen = set()
    for error in errors:
        # A pair that is too short is reported at the entry that it lacks.
        place = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
        steps, hint = _descend(field.hint, place)
        if steps in seen:
            continue
        seen.add(steps)
        there = value
        for step in steps:
            there = there[step]
        right = _bounds(hint) if error["type"] in _BOUND_ERRORS and not _members(hint) else _expected(hint)
        yield Problem((field.name, *steps), f"{shown(there)} given; must be {right}", _meant(there, hint))


def _descend(hint: Any, place: tuple[int | str, ...]) -> tuple[tuple[str | int, ...], Any]:
    """How far into a type an error's place leads, and the type that stands there."""
    steps: list[str | int] = []
    for step in place:
        origin, args = get_origin(_bare(hint)), get_args(_bare(hint))
        if isinstance(step, int) and (origin is list or (origin is tuple and args[-1] is ...)):
            hint = args[0]
        elif isinstance(step, int) and origin is tuple:
            hint = args[step]
        elif isinstance(step, str) and origin is dict and step != "[key]":
            hint = args[1]
        else:
            break
        steps.append(step)
    return tuple(steps), hint


_UNDERSCORED = re.compile(r"[-+]?\d+(_\d+)+(\.\d*)?")


def _meant(value: Any, hint: Any) -> str:
    if isinstance(value, str) and _UNDERSCORED.fullmatch(value):
        return f"did you mean {value.replace('_', '')}? YAML 1.2 has no underscores in numbers"
    close = did_you_mean(value, map(str, _choices(hint))) if isinstance(value, str) else ""
    return close if close.startswith("did") else ""


def shown(value: Any) -> str:
    """A value as it may have been written, cut short."""
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _expected(hint: Any) -> str:
    """What a value must be, to go after "must be"."""
    bare, bounds = _bare(hint), _bounds(hint)
    origin, args = get_origin(bare), get_args(bare)
    if members := _members(bare):
        return ", or ".join(_expected(member) for member in members)
    if choices := _choices(bare):
        return f"one of {', '.join(map(str, choices))}"
    if origin is list or (origin is tuple and args[-1] is ...):
        noun = f"a list of {_plural(args[0])}"
    elif origin is tuple:
        noun = f"[{', '.join(_expected(arg) for arg in args)}]"
    elif origin is dict:
        noun = f"a mapping to {_plural(args[1])}"
    else:
        noun = _NOUNS.get(bare, (f"a {getattr(bare, '__name__', bare)}",))[0]
    return f"{noun}, {bounds}" if bounds else noun


def _plural(hint: Any) -> str:
    bare = _bare(hint)
    origin, args = get_origin(bare), get_args(bare)
    if origin is tuple and args[-1] is not ...:
        return f"{_expected(bare)} entries"
    if bare in _NOUNS:
        return f"{_NOUNS[bare][1]}{f', each {_bounds(hint)}' if _bounds(hint) else ''}"
    return f"entries that are each {_expected(hint)}"


def _short(hint: Any) -> str:
    """A type in as few words as will do."""
    bare = _bare(hint)
    origin, args = get_origin(bare), get_args(bare)
    if members := _members(bare):
        return " or ".join(_short(member) for member in members)
    if choices := _choices(bare):
        return f"one of {', '.join(map(str, choices))}"
    if origin is list or (origin is tuple and args[-1] is ...):
        return f"list of {_short(args[0])}"
    if origin is tuple:
        return f"[{', '.join(_short(arg) for arg in args)}]"
    if origin is dict:
        return f"mapping to {_short(args[1])}"
    return {type(None): "nothing", Any: "any", str: "text"}.get(bare) or str(getattr(bare, "__name__", bare))


def _bounds(hint: Any) -> str:
    """The bounds of a number or of a list's length: `at least 1`, `from 0 to 1`."""
    limits: dict[str, Any] = {}
    for mark in _marks(hint):
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length", "multiple_of"):
            limit = getattr(mark, name, None)
            if limit is not None and not (name == "min_length" and limit == 0):
                limits[name] = limit
    if {"ge", "le"} <= limits.keys():
        words = [f"from {_figure(limits.pop('ge'))} to {_figure(limits.pop('le'))}"]
    else:
        words = []
    for name, said in (("ge", "at least {}"), ("gt", "more than {}"), ("le", "at most {}"), ("lt", "less than {}")):
        if name in limits:
            words.append(said.format(_figure(limits[name])))
    if "multiple_of" in limits:
        words.append(f"a multiple of {limits['multiple_of']}")
    for name, said in (("min_length", "with at least"), ("max_length", "with at most")):
        if name in limits:
            words.append(f"{said} {_counted(limits[name], 'character' if _is_text(hint) else 'entry')}")
    return " and ".join(words)


def _figure(limit: Any) -> str:
    return f"{limit:,}" if isinstance(limit, int) else str(limit)


def _counted(count: int, what: str) -> str:
    return f"{count} {what if count == 1 else what.replace('entry', 'entrie') + 's'}"


def _is_text(hint: Any) -> bool:
    return str in {_bare(hint), *map(_bare, _members(hint))}


_MARKED: type[Any] = type(Annotated[int, ""])


def _bare(hint: Any) -> Any:
    """A type without what is annotated on it."""
    return hint.__origin__ if type(hint) is _MARKED else hint


def _members(hint: Any) -> tuple[Any, ...]:
    """The members of a union; none if it is not one."""
    bare = _bare(hint)
    if isinstance(bare, type):  # Most are, and it is quickly said.
        return ()
    return get_args(bare) if get_origin(bare) in (Union, types.UnionType) else ()


def _choices(hint: Any) -> tuple[Any, ...]:
    """The values of a Literal or an Enum; none if it is neither."""
    bare = _bare(hint)
    if isinstance(bare, EnumMeta):
        return tuple(member.value for member in bare)  # type: ignore[var-annotated]
    return get_args(bare) if get_origin(bare) is Literal else ()


def _marks(hint: Any) -> Iterator[Any]:
    """What is annotated on a type, and on the members of a union."""
    if get_origin(hint) is Annotated:
        yield from hint.__metadata__
    for member in _members(hint):
        yield from _marks(member)

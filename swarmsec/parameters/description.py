"""The facts about a class's parameters that `swarmsec show`, the schema and the reference print."""

from __future__ import annotations

from typing import Any, NamedTuple

from swarmsec.parameters.fields import fields_of
from swarmsec.parameters.marks import REQUIRED, Help, Unit
from swarmsec.parameters.type_hints import marks_on
from swarmsec.parameters.wording import bounds_text, short_type


class ParameterInfo(NamedTuple):
    """The facts about one parameter.

    Attributes:
        name: The field's name.
        type: The name of its type: `int`, `list of float`, `one of mean, median`.
        default: Its default value; `REQUIRED` if it has none.
        unit: Its unit, or "".
        bounds: `at least 1`, `from 0 to 1`, or "".
        help: One line, or "".
    """

    name: str
    type: str
    default: Any
    unit: str
    bounds: str
    help: str

    @property
    def required(self) -> bool:
        """Whether a scenario must give it."""
        return self.default is REQUIRED


def describe(cls: type[object]) -> list[ParameterInfo]:
    """The facts about every parameter of a dataclass, in the order of its fields.

    Examples:
        >>> from dataclasses import make_dataclass
        >>> from typing import Annotated
        >>> from swarmsec.parameters import Gt
        >>> bias = Annotated[float, Gt(0), Unit("signal"), Help("Added.")]
        >>> describe(make_dataclass("Lie", [("bias", bias, 1.5)]))[0]
        ParameterInfo(name='bias', type='float', default=1.5, unit='signal', bounds='more than 0', help='Added.')
    """
    return [
        ParameterInfo(
            name=field.name,
            type=short_type(field.hint),
            default=field.default,
            unit=next((mark.name for mark in marks_on(field.hint) if isinstance(mark, Unit)), ""),
            bounds=bounds_text(field.hint),
            help=next((mark.text for mark in marks_on(field.hint) if isinstance(mark, Help)), ""),
        )
        for field in fields_of(cls).values()
    ]

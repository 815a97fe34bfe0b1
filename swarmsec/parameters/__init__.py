"""Parameters of plug-ins, topologies and documents: how a class declares them, and how given values are checked.

A plug-in is a keyword-only dataclass, and its fields are its parameters. A field's annotation has the type, the
bounds, the unit and one line of help. The check, the YAML schema and `swarmsec show` are derived from these alone:

    bias: Annotated[float, Gt(0), Unit("signal"), Help("The shift of every targeted feed.")] = 1.5

A parameter is a value that a scenario can contain: numbers, text, true and false, lists, and mappings of these. Only
two conversions are made: a whole number becomes a float, and a list becomes a tuple, where the type requires it.

Scenario keys and plug-ins' parameters belong here. Rules that need more than one class, such as the shape of a whole
scenario, belong in `swarmsec.scenario`.
"""

from __future__ import annotations

from annotated_types import Ge, Gt, Interval, Le, Len, Lt, MaxLen, MinLen

from swarmsec.parameters.checking import build, problems
from swarmsec.parameters.description import ParameterInfo, describe
from swarmsec.parameters.fields import once_per_class
from swarmsec.parameters.marks import REQUIRED, Help, NotFinite, Unit
from swarmsec.parameters.problem import Problem, shown, spot
from swarmsec.parameters.schema import json_schema

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
    "once_per_class",
    "problems",
    "shown",
    "spot",
]

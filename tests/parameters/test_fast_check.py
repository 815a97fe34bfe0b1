"""The fast check accepts only values that Pydantic accepts, with the same result."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import TypeAdapter
from pydantic_core import to_json

from swarmsec.parameters import Ge, Gt, Help, Interval, Le, Len, Lt, MaxLen, MinLen, Unit
from swarmsec.parameters.fast_check import UndecidedError, fast_check
from swarmsec.parameters.fields import fields_of
from swarmsec.plugin import FAMILIES
from swarmsec.registry import Registry
from swarmsec.scenario import Document
from swarmsec.teams import BlueRules, RedRules

REGISTRY = Registry()
CLASSES = [
    Document,
    RedRules,
    BlueRules,
    *(plugin for family in FAMILIES for plugin in REGISTRY.classes(family).values()),
]
HINTS = {
    **{repr(field.hint): field.hint for cls in CLASSES for field in fields_of(cls).values()},
    **{
        repr(hint): hint
        for hint in (
            int | float,
            float | int,
            float | None,
            bool | int | str,
            list[int | str],
            list[list[float]] | list[float],
            tuple[int, ...],
            tuple[int, float, str],
            dict[str, list[int]],
            dict[int, int],
            Literal[1, "1"],
            Annotated[int | None, Ge(3), Lt(7)],
            Annotated[float, Gt(0), Le(1), Unit("share")],
            Annotated[list[int], Len(1, 2)],
            Annotated[str, MinLen(2), MaxLen(3), Help("x")],
            Annotated[list[Annotated[float, Interval(ge=0, lt=1)]] | str, MaxLen(2)],
            Any,
        )
    },
}
VALUES = [
    *[None, True, False, 0, 1, -1, 2, 3, 5, 7, 10**7, 10**30, -(10**400), 0.0, -0.0, 0.5, 1.0, 3.0, -1.5, 1e300],
    *[
        "",
        "a",
        "ab",
        "uniform",
        "metropolis",
        "1",
        "3",
        "true",
        "null",
        "🐝",
        "\ud800",
        "all",
        "5%",
        "easy",
        "swarmsec/v1",
    ],
    *[
        [],
        [1],
        [1, 2],
        [1, 2, 3],
        [0.5],
        [1, 0.5],
        ["a"],
        [True],
        [None],
        [[1, 2], [3, 4]],
        [[1], [2, 3]],
        [[0, 1]],
        [[]],
    ],
    *[
        (),
        (1, 2),
        (1, 0.5, "x"),
        {},
        {"a": 1},
        {"a": [1]},
        {"a": {"b": [None, 1.5]}},
        {1: 2},
        {"kind": "ring"},
        [{}],
        [{"kind": "x"}],
    ],
    *[float("nan"), float("inf"), object(), b"x", {1}],
]


def equal_with_types(one, other):
    """Whether two values are equal and have the same types at every depth."""
    if type(one) is not type(other) or one != other:
        return False
    if isinstance(one, dict):
        return all(equal_with_types(value, other[key]) for key, value in one.items())
    return all(map(equal_with_types, one, other)) if isinstance(one, (list, tuple)) else True


@pytest.mark.parametrize("hint", HINTS.values(), ids=[text[:60] for text in HINTS])
def test_the_fast_check_gives_the_result_of_pydantic(hint):
    adapter = TypeAdapter(hint)
    for value in VALUES:
        try:
            checked = fast_check(hint, value)
        except UndecidedError:
            continue
        assert equal_with_types(adapter.validate_json(to_json(value), strict=True), checked), value


def test_the_fast_check_copies_lists_and_mappings():
    given = {"a": [1, {"b": []}]}
    checked = fast_check(dict[str, Any], given)
    checked["a"][1]["b"].append(1)
    assert given == {"a": [1, {"b": []}]}


def test_the_fast_check_converts_whole_numbers_and_lists():
    assert fast_check(float | None, 3) == 3.0
    assert fast_check(list[tuple[int, int]], [[0, 1], [1, 2]]) == [(0, 1), (1, 2)]

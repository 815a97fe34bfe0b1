"""How classes declare parameters, and how values are checked and described; the schema."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from swarmsec.errors import ParameterError
from swarmsec.parameters import (
    REQUIRED,
    Ge,
    Gt,
    Help,
    Interval,
    Lt,
    MinLen,
    NotFinite,
    Unit,
    build,
    describe,
    json_schema,
    problems,
    spot,
)


class Color(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(kw_only=True)
class Base:
    start: Annotated[int, Ge(0), Unit("round"), Help("The first round.")] = 0
    stop: Annotated[int, Ge(0)] | None = None


@dataclass(kw_only=True)
class Lie(Base):
    bias: Annotated[float, Gt(0), Unit("signal"), Help("What is added.")] = 1.5
    share: Annotated[float, Interval(ge=0, le=1)] = 0.5
    loud: bool = False
    mode: Literal["mean", "median"] = "mean"
    color: Color = Color.RED
    offsets: Annotated[list[Annotated[int, Ge(1)]], MinLen(1)] = field(default_factory=lambda: [1])
    edges: list[tuple[int, int]] = field(default_factory=list)
    who: int | str | list[int] | dict[str, float] = 0
    value: Annotated[float, NotFinite()] = 0.0
    seen: int = field(default=0, init=False)


@dataclass(kw_only=True)
class Needy:
    f: Annotated[int, Gt(0), Lt(9)]

    def __post_init__(self) -> None:
        if self.f == 5:
            raise ParameterError("5 given; not today", where="f")
        if self.f == 6:
            raise ValueError("six is too many")


OFFSETS = "a list of whole numbers, each at least 1, with at least 1 entry"
WRONG: list[tuple[dict[str, Any], tuple[str | int, ...], str, str]] = [
    ({"bias": 0}, ("bias",), "0 given; must be more than 0", ""),
    ({"share": 1.5}, ("share",), "1.5 given; must be from 0 to 1", ""),
    ({"share": float("nan")}, ("share",), "nan given; must be a finite number", ""),
    ({"bias": float("inf")}, ("bias",), "inf given; must be a finite number", ""),
    ({"start": "3"}, ("start",), '"3" given; must be a whole number, at least 0', ""),
    ({"start": True}, ("start",), "true given; must be a whole number, at least 0", ""),
    ({"start": 2.5}, ("start",), "2.5 given; must be a whole number, at least 0", ""),
    ({"start": None}, ("start",), "nothing given; must be a whole number, at least 0", ""),
    ({"stop": -1}, ("stop",), "-1 given; must be a whole number, at least 0, or nothing", ""),
    ({"bias": True}, ("bias",), "true given; must be a number, more than 0", ""),
    ({"loud": 1}, ("loud",), "1 given; must be true or false", ""),
    ({"mode": "meen"}, ("mode",), '"meen" given; must be one of mean, median', "did you mean `mean`?"),
    ({"color": "rad"}, ("color",), '"rad" given; must be one of red, blue', "did you mean `red`?"),
    ({"offsets": [1, 0]}, ("offsets", 1), "0 given; must be at least 1", ""),
    (
        {"offsets": []},
        ("offsets",),
        "[] given; must be a list of whole numbers, each at least 1, with at least 1 entry",
        "",
    ),
    (
        {"offsets": 3},
        ("offsets",),
        "3 given; must be a list of whole numbers, each at least 1, with at least 1 entry",
        "",
    ),
    ({"edges": [[1, 2], [1]]}, ("edges", 1), "[1] given; must be [a whole number, a whole number]", ""),
    ({"edges": [[1, 2, 3]]}, ("edges", 0), "[1, 2, 3] given; must be [a whole number, a whole number]", ""),
    ({"edges": [[1, "x"]]}, ("edges", 0, 1), '"x" given; must be a whole number', ""),
    ({"bais": 1}, ("bais",), "unknown parameter", "did you mean `bias`?"),
    ({"seen": 1}, ("seen",), "unknown parameter", ""),
]


@pytest.mark.parametrize(("given", "path", "message", "hint"), WRONG)
def test_a_wrong_value_is_reported_with_its_path_and_what_is_allowed(
    given: dict[str, Any], path: tuple[str | int, ...], message: str, hint: str
) -> None:
    [problem] = problems(Lie, given)
    assert (problem.path, problem.message) == (path, message)
    assert hint in problem.hint


def test_all_problems_are_reported_in_the_order_of_the_values() -> None:
    found = problems(Lie, {"mode": "x", "bias": -1, "foo": 1, "offsets": [0, "a"]})
    assert [problem.path for problem in found] == [("mode",), ("bias",), ("foo",), ("offsets", 0), ("offsets", 1)]


def test_the_error_names_a_missing_parameter() -> None:
    assert problems(Needy, {}) == [(("f",), "missing; must be a whole number, more than 0 and less than 9", "")]


def test_build_raises_the_first_problem_with_its_path_in_the_document() -> None:
    with pytest.raises(ParameterError) as caught:
        build(Lie, {"offsets": [1, 0], "bais": 1}, where="attacks[0]")
    assert str(caught.value) == "attacks[0].offsets[1]: 0 given; must be at least 1"


@pytest.mark.parametrize(("f", "message"), [(5, "network.f: 5 given; not today"), (6, "network: six is too many")])
def test_an_error_raised_by_the_class_is_reported_in_the_same_way(f: int, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        build(Needy, {"f": f}, where="network")
    assert str(caught.value) == message
    assert len(problems(Needy, {"f": f})) == 1


def test_numpy_values_and_tuples_are_converted_to_plain_types() -> None:
    lie = build(
        Lie,
        {
            "bias": 2,
            "edges": np.array([[1, 2]]),
            "offsets": (1, np.int32(2)),
            "start": np.int64(3),
            "color": Color.BLUE,
        },
    )
    assert (lie.bias, lie.edges, lie.offsets, lie.start, lie.color) == (2.0, [(1, 2)], [1, 2], 3, Color.BLUE)
    assert isinstance(lie.bias, float)
    assert isinstance(lie.start, int)


@pytest.mark.parametrize("who", [3, "all", [1, 2], {"a": 1.5}])
def test_a_union_keeps_the_given_value(who: object) -> None:
    assert build(Lie, {"who": who}).who == who


def test_floats_keep_every_bit() -> None:
    for value in (0.1, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0):
        assert build(Lie, {"value": value}).value.hex() == value.hex()


def test_a_marked_parameter_may_be_infinite() -> None:
    assert build(Lie, {"value": float("-inf")}).value == float("-inf")


def test_values_that_yaml_cannot_represent_are_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for value in (object(), lambda: 1, loop, b"\xff", {1: object()}):
        for name in ("bias", "mode", "who", "edges"):
            assert len(problems(Lie, {name: value})) == 1


def test_the_instance_copies_given_lists() -> None:
    offsets = [1, 2]
    lie = build(Lie, {"offsets": offsets})
    offsets.append(3)
    assert lie.offsets == [1, 2]


def test_describe_includes_inherited_fields_with_all_their_details() -> None:
    infos = {info.name: info for info in describe(Lie)}
    assert infos["start"] == ("start", "int", 0, "round", "at least 0", "The first round.")
    assert infos["stop"][:5] == ("stop", "int or nothing", None, "", "at least 0")
    assert infos["edges"].type == "list of [int, int]"
    assert "seen" not in infos
    assert describe(Needy)[0].default is REQUIRED
    assert describe(Needy)[0].required


def test_the_schema_allows_only_the_declared_parameters() -> None:
    schema = json_schema(Lie)
    assert schema["properties"]["bias"] == {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "What is added. [signal]",
        "default": 1.5,
    }
    assert schema["properties"]["color"]["default"] == "red"
    assert schema["additionalProperties"] is False
    assert json_schema(Needy)["required"] == ["f"]


def test_a_path_is_formatted_as_in_error_messages() -> None:
    assert spot(("edges", 3, 0)) == "edges[3][0]"
    assert spot((), "network") == "network"


def test_describing_does_not_import_pydantic() -> None:
    code = (
        "import sys; from swarmsec.parameters import describe; from swarmsec.registry import Registry;"
        "[describe(kind) for kind in Registry().classes('topologies').values()]; sys.exit('pydantic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

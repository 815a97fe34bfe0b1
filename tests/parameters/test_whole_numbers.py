"""A whole number is one however it is written, in the schema and in the check alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from swarmsec import load_scenario
from swarmsec.errors import ScenarioError
from swarmsec.parameters import Ge, Help, build, problems
from swarmsec.scenario.sources import tree_of


@dataclass(kw_only=True)
class Sized:
    """Parameters with integers at every depth."""

    count: Annotated[int, Ge(1), Help("x")] = 1
    maybe: int | None = None
    several: list[int] | int = 1
    pair: tuple[int, int] = (0, 1)
    named: dict[str, int] | None = None
    either: int | float = 1


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("count", "1e3", 1000),
        ("count", "100.0", 100),
        ("count", "+5.", 5),
        ("count", "2.5e1", 25),
        ("maybe", "1E2", 100),
        ("several", "7.0", 7),
        ("several", "[1.0, 2, 3e0]", [1, 2, 3]),
        ("pair", "[1e1, 2.0]", (10, 2)),
        ("named", "{a: 1e2}", {"a": 100}),
    ],
)
def test_a_whole_number_is_an_integer_however_it_is_written(name: str, text: str, expected: Any) -> None:
    found = getattr(build(Sized, tree_of(f"{name}: {text}".encode(), "x.yaml").data), name)
    assert repr(found) == repr(expected)


@pytest.mark.parametrize("text", ["1.5", "0.0", "-1e0", ".inf", ".nan", "1e300", "true", "'3'", "1e-3"])
def test_other_numbers_are_refused(text: str) -> None:
    assert problems(Sized, tree_of(f"count: {text}".encode(), "x.yaml").data)


def test_a_real_stays_a_real_where_one_is_allowed() -> None:
    assert repr(build(Sized, {"either": 100.0}).either) == "100.0"


def test_a_scenario_may_write_its_rounds_as_1e3() -> None:
    document = load_scenario("blackswarm", settings={"rounds": 1e3, "seeds": 2.0}).document
    assert (repr(document["rounds"]), repr(document["seeds"])) == ("1000", "2")
    with pytest.raises(ScenarioError):
        load_scenario("blackswarm", settings={"rounds": 1000.5})

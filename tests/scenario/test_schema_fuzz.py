"""Scenarios drawn from the schema of the plug-ins play without a bug: refused by name, or finite to the end.

A case is identified by its number: `case(number)` gives the same scenario again.
"""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

from swarmsec import load_scenario, run
from swarmsec.authoring.class_schema import properties_of
from swarmsec.errors import ExitCode, SwarmsecError
from swarmsec.plugin import Family
from swarmsec.registry import Registry

REGISTRY = Registry()
SCHEMAS = {
    (family, kind): properties_of(plugin)
    for family in ("attacks", "defenses", "protocols", "worlds", "topologies")
    for kind, plugin in REGISTRY.classes(family).items()
}
NUMBERS = [0.0, 1e-320, 1e-12, 0.1, 0.5, 1.0, 2.5, 7.0, 100.0, 1e6, 1e15, 1e150, 1e307]
NAMES = ["all", "hubs", "5%", "40%", "around:0", "MCD", "mean", "x", ""]
ROUNDS = 5
PARTS = 10
CASES = 5_000
SMALL = {"complete": {"n": 5}, "ring": {"n": 6}, "circulant": {"n": 8, "offsets": [1, 2]}, "star": {"n": 5}}


def value(schema: dict[str, Any], draw: random.Random, default: Any) -> Any:
    """A value that the schema describes, often at a bound."""
    if "enum" in schema:
        return draw.choice(schema["enum"])
    members = schema.get("anyOf")
    if members:
        return value({**schema, **draw.choice(members), "anyOf": None}, draw, default)
    kind = schema.get("type")
    kind = draw.choice(kind) if isinstance(kind, list) else kind
    if kind in {"integer", "number"}:
        return number(schema, draw, whole=kind == "integer")
    if kind == "array":
        items = schema.get("items", schema.get("prefixItems", {}))
        count = draw.randint(schema.get("minItems", 0), 3) if isinstance(items, dict) else len(items)
        of_each = [items] * count if isinstance(items, dict) else items
        return [value(one, draw, 1) for one in of_each]
    if kind == "string":
        return draw.choice(NAMES)
    return draw.choice([True, False]) if kind == "boolean" else None if kind == "null" else default


def number(schema: dict[str, Any], draw: random.Random, *, whole: bool) -> float | int:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
    signed = [sign * one for one in NUMBERS for sign in (1, -1)]
    candidates = [one for one in (*signed, low, high) if low <= one <= high and math.isfinite(one)]
    drawn = draw.choice(candidates)
    return (
        draw.choice([0, 1, 2, 3, 5, 10, int(max(min(drawn, 100), -1)), max(int(min(low, 10)), 0)]) if whole else drawn
    )


def spec(family: Family, kind: str, draw: random.Random, changes: int, **fixed: Any) -> dict[str, Any]:
    """A plug-in with a few of its parameters drawn."""
    schemas = SCHEMAS[family, kind]
    names = [name for name in schemas if name not in {*fixed, "path", "digest"}]
    drawn = {
        name: value(schemas[name], draw, schemas[name].get("default"))
        for name in draw.sample(names, min(changes, len(names)))
    }
    return {"kind": kind, **drawn, **fixed}


def case(number: int) -> dict[str, Any]:
    """The scenario of a number."""
    draw = random.Random(number)

    def one_of(family: Family) -> str:
        return draw.choice(sorted(kind for which, kind in SCHEMAS if which == family))

    topology = draw.choice(sorted(SMALL))
    changes = draw.choice([0, 1, 1, 2, 4])
    return {
        "name": "drawn",
        "world": spec("worlds", one_of("worlds"), draw, changes),
        "network": spec("topologies", topology, draw, draw.choice([0, 0, 1]), **SMALL[topology]),
        "protocol": spec("protocols", one_of("protocols"), draw, changes),
        "rounds": ROUNDS,
        "attacks": [
            spec("attacks", one_of("attacks"), draw, changes, start=draw.randint(0, 3))
            for _ in range(draw.randint(0, 2))
        ],
        "defenses": [spec("defenses", one_of("defenses"), draw, changes) for _ in range(draw.randint(0, 1))],
        "engine": draw.choice(["arrays", "arrays", "agents"]),
    }


def fault_of(number: int) -> str:
    """What is wrong with the run of a case, of which every fourth has two seeds; empty if nothing is."""
    try:
        result = run(load_scenario(case(number)), seeds=[0] if number % 4 else [0, 1])
    except SwarmsecError as error:
        named = error.exit_code in {ExitCode.SCENARIO_REJECTED, ExitCode.PLUGIN_FAILED}
        return "" if named else f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    for seed_run in result.seed_runs:
        for arm, trace in seed_run.traces.items():
            wrong = [name for name, figures in trace.metrics.items() if not np.isfinite(figures).all()]
            if wrong:
                return f"{wrong} of the {arm} arm are not finite"
    return "" if all_finite(result.to_dict()) else "a figure of the result is not finite"


def all_finite(document: Any) -> bool:
    if isinstance(document, dict):
        return all(map(all_finite, document.values()))
    if isinstance(document, list | tuple):
        return all(map(all_finite, document))
    return not isinstance(document, float) or math.isfinite(document)


def test_the_cases_draw_every_parameter_of_every_attack() -> None:
    drawn = {(attack["kind"], name) for number in range(CASES) for attack in case(number)["attacks"] for name in attack}
    assert drawn >= {(kind, name) for (family, kind), names in SCHEMAS.items() if family == "attacks" for name in names}


def test_40_scenarios_of_the_schema_are_refused_or_finite() -> None:
    assert {number: fault for number in range(40) if (fault := fault_of(number))} == {}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_5_000_scenarios_of_the_schema_are_refused_or_finite(part: int) -> None:
    assert {number: fault for number in range(part, CASES, PARTS) if (fault := fault_of(number))} == {}


@pytest.mark.parametrize("kind", ["allocation", "beliefs", "exchange"])
@pytest.mark.parametrize(("low", "high"), [(0.0, -0.0), (-0.0, 0.0), (0, 0), (-1.7e308, 1.7e308), (-1e308, 1.7e308)])
def test_a_range_of_zeros_or_of_everything_is_drawn_from_or_refused(kind: str, low: float, high: float) -> None:
    more = {"initial": "uniform"} if kind == "beliefs" else {}
    network = {"kind": "complete", "n": 5}
    document = {"name": "range", "world": {"kind": kind, "low": low, "high": high, **more}, "network": network}
    try:
        run({**document, "rounds": 2, "seeds": 1})
    except SwarmsecError as error:
        assert error.exit_code == ExitCode.SCENARIO_REJECTED  # noqa: PT017  # Either outcome is right.

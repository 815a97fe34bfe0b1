"""Errors have a message, a location and an exit code, and can be pickled."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from swarmsec import errors
from swarmsec.errors import (
    ExecutorError,
    ExitCode,
    NotVisibleError,
    OutputError,
    ParameterError,
    PluginError,
    RulesError,
    ScenarioError,
    SwarmsecError,
    TooLargeError,
    UnknownNameError,
    UsageError,
    did_you_mean,
)

EVERY = [thing for _, thing in inspect.getmembers(errors, inspect.isclass) if issubclass(thing, SwarmsecError)]


@pytest.mark.parametrize("kind", EVERY)
def test_pickling_and_copying_keep_the_location_of_an_error(kind) -> None:
    error = kind("3 given; must be at most 2", where="attacks[0].f")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(again), again.message, again.where, str(again)) == (
            kind,
            "3 given; must be at most 2",
            "attacks[0].f",
            "attacks[0].f: 3 given; must be at most 2",
        )


def test_an_error_without_a_location_is_its_message() -> None:
    assert str(UsageError("no seeds")) == "no seeds"


@pytest.mark.parametrize(
    ("inner", "outer", "where"),
    [
        ("f", "defenses[0]", "defenses[0].f"),
        ("[3]", "edges", "edges[3]"),
        ("", "world", "world"),
        ("initial[2]", "world", "world.initial[2]"),
    ],
)
def test_at_prepends_the_outer_location(inner, outer, where) -> None:
    error = ParameterError("wrong", where=inner)
    located = error.at(outer)
    assert (type(located), located.message, located.where) == (ParameterError, "wrong", where)
    assert error.where == inner


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, 2),
        (OutputError, 2),
        (ScenarioError, 3),
        (ParameterError, 3),
        (UnknownNameError, 3),
        (RulesError, 3),
        (TooLargeError, 3),
        (PluginError, 5),
        (NotVisibleError, 5),
        (ExecutorError, 2),
    ],
)
def test_every_error_class_sets_the_exit_code(kind, code) -> None:
    assert kind("x").exit_code == code


def test_exit_codes_are_the_documented_ones() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "GATE_FAILED": 1,
        "USAGE": 2,
        "SCENARIO_REJECTED": 3,
        "INCONCLUSIVE": 4,
        "PLUGIN_FAILED": 5,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
    }


def test_the_class_tree_in_the_docstring_names_every_error() -> None:
    assert [kind.__name__ for kind in EVERY if kind.__name__ not in (errors.__doc__ or "")] == []


def test_a_misspelled_name_gets_the_closest_name_or_all_names() -> None:
    assert did_you_mean("wmsrr", {"wmsr", "none"}) == "did you mean `wmsr`?"
    assert did_you_mean("zzz", {"b", "a"}) == "known: a, b"
    assert did_you_mean("zzz", []) == "known: none"

"""A change of the format that an existing scenario could notice needs a version and a migration step."""

import copy
import json

import pytest

from tests.authoring.freeze import STORED, WHAT_TO_DO, accepts, broken, fingerprint

FROZEN = json.loads(STORED.read_text(encoding="utf-8"))


def changed(edit):
    new = copy.deepcopy(FROZEN)
    edit(new)
    return broken(FROZEN, new)


def test_version_1_keeps_what_it_promises():
    found = broken(FROZEN, fingerprint())
    assert not found, "\n".join(["", *found, WHAT_TO_DO])


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda new: new.pop("attacks.stubborn"), "attacks.stubborn is gone"),
        (lambda new: new["attacks.stubborn"].pop("value"), "attacks.stubborn: `value` is gone"),
        (lambda new: new["scenario"].update(rounds_max=new["scenario"].pop("rounds")), "scenario: `rounds` is gone"),
        (lambda new: new["defenses.wmsr"]["f"].update(required=True), "defenses.wmsr: `f` has become required"),
        (lambda new: new["defenses.wmsr"]["f"]["schema"].update(minimum=1), "defenses.wmsr: `f` is narrower"),
        (
            lambda new: new["defenses.wmsr"].update(g={"required": True, "schema": {"type": "integer"}}),
            "defenses.wmsr: `g` is new and required",
        ),
        (lambda new: new["scenario"]["engine"]["schema"].update(enum=["arrays"]), "scenario: `engine` is narrower"),
    ],
)
def test_a_promise_that_is_broken_is_named(edit, message):
    assert [one[: len(message)] for one in changed(edit)] == [message]


@pytest.mark.parametrize(
    "edit",
    [
        lambda new: new.update({"attacks.new": {}}),
        lambda new: new["defenses.wmsr"].update(g={"required": False, "schema": {"type": "integer"}}),
        lambda new: new["defenses.wmsr"]["f"]["schema"].pop("minimum"),
        lambda new: new["defenses.wmsr"]["f"]["schema"].update(type="number"),
        lambda new: new["scenario"]["engine"]["schema"]["enum"].append("new"),
    ],
)
def test_what_only_adds_is_allowed(edit):
    assert changed(edit) == []


def test_bounds_are_compared_with_their_ends():
    assert not accepts({"type": "number", "exclusiveMinimum": 0}, {"type": "number", "minimum": 0})
    assert accepts({"type": "number", "minimum": 0}, {"type": "number", "exclusiveMinimum": 0})
    assert not accepts({"type": "number", "exclusiveMaximum": 1}, {"type": "number", "maximum": 1})
    assert accepts({"type": "number", "maximum": 1}, {"type": "number", "exclusiveMaximum": 1})
    assert not accepts({"type": "integer"}, {"anyOf": [{"type": "integer"}, {"type": "null"}]})

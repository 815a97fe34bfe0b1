"""A plug-in that is written in the wrong form is reported with the right form."""

import pytest

from swarmsec.registry import Registry
from swarmsec.scenario.check import check

SCENARIO = {"world": {"kind": "beliefs"}, "network": {"kind": "ring", "n": 7}}


@pytest.mark.parametrize(
    ("changed", "message", "hint"),
    [
        ({"world": "beliefs"}, '"beliefs" given; must be a mapping', "write `world: {kind: beliefs}`"),
        (
            {"world": [{"kind": "beliefs"}]},
            "[{'kind': 'beliefs'}] given; must be a mapping",
            "remove `- `, or `[` and `]`",
        ),
        ({"world": None}, "nothing given; must be a mapping", ""),
        (
            {"attacks": {"kind": "stubborn"}},
            "{'kind': 'stubborn'} given; must be a list of mappings",
            "put `- ` before it",
        ),
        (
            {"attacks": "stubborn"},
            '"stubborn" given; must be a list of mappings',
            "write `attacks: [{kind: stubborn}]`",
        ),
        ({"attacks": ["stubborn"]}, '"stubborn" given; must be a mapping', "write `{kind: stubborn}`"),
        ({"defenses": [None]}, "nothing given; must be a mapping", ""),
        ({"schedule": {"phase": "calm"}}, "{'phase': 'calm'} given; must be a list of mappings", "put `- ` before it"),
        ({"score": "shortfall"}, '"shortfall" given; must be a mapping', ""),
    ],
)
def test_a_wrong_form_is_reported_with_the_right_one(changed, message, hint):
    (found,) = check({**SCENARIO, **changed}, Registry())
    assert (found.problem.message, found.problem.hint) == (message, hint)


@pytest.mark.parametrize(
    ("changed", "family", "kinds"),
    [
        ({"world": {}}, "worlds", {"beliefs", "trading"}),
        ({"network": {"n": 7}}, "topologies", {"ring", "torus"}),
        ({"protocol": {}}, "protocols", {"average_consensus"}),
        ({"attacks": [{}]}, "attacks", {"stubborn", "none"}),
        ({"defenses": [{}]}, "defenses", {"wmsr", "none"}),
    ],
)
def test_a_missing_kind_lists_the_kinds(changed, family, kinds):
    (found,) = check({**SCENARIO, **changed}, Registry())
    assert found.problem.message == f"missing; must be one of the {family}"
    assert kinds <= set(found.problem.hint.removeprefix("known: ").split(", "))
    assert found.topic == family

"""Every plug-in in the registry keeps the contract of its family."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from swarmsec.registry import Registry
from swarmsec.testing import check_attack, check_defense, check_protocol, check_world

REGISTRY = Registry()
SAMPLE = {"none", "false_signal", "wmsr", "average_consensus", "push_sum", "contract_net"}
"""The attacks, defenses and protocols of the default run; the checks of all others are slow."""


def kinds(family: Literal["attacks", "defenses", "protocols"]) -> list[Any]:
    """The kinds of a family, those outside of the sample marked as slow."""
    return [pytest.param(kind, marks=[] if kind in SAMPLE else pytest.mark.slow) for kind in REGISTRY.kinds(family)]


@pytest.mark.parametrize("kind", kinds("attacks"))
def test_an_attack_keeps_the_contract(kind: str) -> None:
    check_attack(REGISTRY.get("attacks", kind))


@pytest.mark.parametrize("kind", kinds("defenses"))
def test_a_defense_keeps_the_contract(kind: str) -> None:
    check_defense(REGISTRY.get("defenses", kind))


@pytest.mark.parametrize("kind", kinds("protocols"))
def test_a_protocol_keeps_the_contract(kind: str) -> None:
    check_protocol(REGISTRY.get("protocols", kind))


@pytest.mark.parametrize("kind", REGISTRY.kinds("worlds"))
def test_a_world_keeps_the_contract(kind: str) -> None:
    check_world(REGISTRY.get("worlds", kind))


def test_every_family_has_its_nulls() -> None:
    assert "none" in REGISTRY.kinds("attacks")
    assert {"none", "random_quarantine", "quarantine_all", "oracle"} <= set(REGISTRY.kinds("defenses"))

"""Every plug-in in the registry keeps the contract of its family."""

from __future__ import annotations

import pytest

from swarmsec.registry import Registry
from swarmsec.testing import check_attack, check_defense, check_protocol, check_world

REGISTRY = Registry()


@pytest.mark.parametrize("kind", REGISTRY.kinds("attacks"))
def test_an_attack_keeps_the_contract(kind: str) -> None:
    check_attack(REGISTRY.get("attacks", kind))


@pytest.mark.parametrize("kind", REGISTRY.kinds("defenses"))
def test_a_defense_keeps_the_contract(kind: str) -> None:
    check_defense(REGISTRY.get("defenses", kind))


@pytest.mark.parametrize("kind", REGISTRY.kinds("protocols"))
def test_a_protocol_keeps_the_contract(kind: str) -> None:
    check_protocol(REGISTRY.get("protocols", kind))


@pytest.mark.parametrize("kind", REGISTRY.kinds("worlds"))
def test_a_world_keeps_the_contract(kind: str) -> None:
    check_world(REGISTRY.get("worlds", kind))


def test_every_family_has_its_nulls() -> None:
    assert "none" in REGISTRY.kinds("attacks")
    assert {"none", "random_quarantine", "quarantine_all", "oracle"} <= set(REGISTRY.kinds("defenses"))

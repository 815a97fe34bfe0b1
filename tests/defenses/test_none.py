"""The null defense has no effect."""

from __future__ import annotations

import numpy as np

from swarmsec import run, simulate
from tests.strategies import K3, beliefs

SWARM = beliefs(
    [0, 3, 6], K3, attacks=[{"kind": "stubborn", "daemons": [0]}], defenses=[{"kind": "none"}], noise=0.1, seeds=3
)


def test_the_defended_arm_equals_the_attacked_one() -> None:
    attacked, defended = (simulate(SWARM, arm=arm, record_states=True) for arm in ("attacked", "defended"))
    assert np.array_equal(attacked.states, defended.states)


def test_its_damage_limited_is_exactly_0_and_its_overhead_is_0() -> None:
    result = run(SWARM)
    assert result.bites
    assert result.damage_limited == (0.0, 0.0, 0.0)
    assert (result.overhead.messages, result.overhead.bytes) == (1.0, 1.0)
    assert result.guarantee.holds is None

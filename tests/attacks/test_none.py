"""The null attack changes nothing."""

from __future__ import annotations

import numpy as np

from swarmsec import run, simulate
from tests.strategies import K3, beliefs

SWARM = beliefs([0, 3, 6], K3, attacks=[{"kind": "none", "daemons": "all"}], seeds=3)


def test_the_attacked_arm_equals_the_clean_one() -> None:
    clean, attacked = (simulate(SWARM, arm=arm, record_states=True) for arm in ("clean", "attacked"))
    assert np.array_equal(clean.states, attacked.states)


def test_it_compromises_no_daemon_and_its_damage_is_exactly_0() -> None:
    result = run(SWARM)
    assert not result.seed_runs[0].traces["attacked"].compromised.any()
    assert (result.damage["attacked"].mean, result.verdict) == (0.0, "no_bite")

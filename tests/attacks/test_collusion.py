"""A clique with one lie moves along with the swarm, and drags it."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from tests.attacks.swarms import spread_swarm
from tests.strategies import beliefs

SIX = {"kind": "complete", "n": 6}


def test_it_drags_plain_averaging_on_and_on() -> None:
    # Two of six hold μ + 3. The others move by h' − h = (2 (μ + 3) − 2 h)/6; a member, which does not count its own
    # lie, would hold μ' = (4 h + μ + μ + 3)/6. So h − μ is 1/2 from the first round on, and h moves by 5/6 a round.
    attack = {"kind": "collusion", "daemons": [0, 1], "offset": 3.0, "width": 0.0}
    swarm = beliefs([0.0] * 6, SIX, attacks=[attack], rounds=50)
    states = simulate(swarm, arm="attacked", record_states=True).states[:, :, 0]
    assert np.diff(states[:, 2]) == pytest.approx(np.array([1.0, *[5 / 6] * 49]), rel=1e-12)


def test_members_keep_their_places_in_the_clique() -> None:
    attack = {"kind": "collusion", "daemons": [0, 1, 2], "width": 0.5}
    swarm = beliefs([0.0] * 6, SIX, attacks=[attack], rounds=5)
    states = simulate(swarm, arm="attacked", record_states=True).states[1:, :3, 0]
    gaps = states - states.mean(axis=1, keepdims=True)
    assert gaps == pytest.approx(np.tile(gaps[0], (5, 1)), abs=1e-12)
    assert np.ptp(gaps[0]) > 0.0


def test_zero_strength_does_no_damage() -> None:
    assert run(spread_swarm("collusion", strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_krum_selects_a_clique_that_stays_close_and_not_one_far_away() -> None:
    near, far = (run(spread_swarm("collusion", [{"kind": "krum", "f": 10}], offset=offset)) for offset in (0.2, 1.0))
    assert near.bites
    assert near.verdict == "harmful"
    assert far.damage_limited.low > 0.5

"""A false value in messages only: the liar's state stays honest."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import K3, beliefs


def states(**lie: object) -> np.ndarray:
    attack = {"kind": "false_message", "daemons": [2], **lie}
    swarm = beliefs([0, 1, 0.5], K3, attacks=[attack], rounds=1)
    return simulate(swarm, arm="attacked", record_states=True).states[:, :, 0]


def test_all_neighbors_receive_the_bias_and_the_liars_state_stays_honest() -> None:
    assert states(bias=3.0)[1] == pytest.approx(np.array([1.5, 1.5, 0.5]))


def test_the_scale_multiplies_the_honest_value() -> None:
    assert states(bias=0.0, scale=7.0)[1] == pytest.approx(np.array([1.5, 1.5, 0.5]))


def test_two_faces_send_opposite_lies() -> None:
    assert states(bias=3.0, two_faced=True)[1] == pytest.approx(np.array([1.5, -0.5, 0.5]))


def test_unnamed_columns_stay_honest() -> None:
    np.testing.assert_array_equal(states(bias=3.0, columns=[1]), states(bias=0.0))
    np.testing.assert_array_equal(states(bias=3.0, columns=[0, 5]), states(bias=3.0))


def test_half_the_strength_is_half_the_lie() -> None:
    np.testing.assert_array_equal(states(bias=3.0, strength=0.5), states(bias=1.5))

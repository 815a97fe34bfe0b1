"""Delayed messages: true values of an earlier round."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import beliefs

PAIR = {"kind": "complete", "n": 2}


def states(**delay: object) -> np.ndarray:
    attack = {"kind": "delay", "daemons": [0], **delay}
    return simulate(beliefs([0, 1], PAIR, attacks=[attack], rounds=8), arm="attacked", record_states=True).states[
        :, :, 0
    ]


def test_no_message_arrives_before_the_first_delayed_one() -> None:
    trajectory = states(exchanges=3)
    assert np.array_equal(trajectory[:4], np.tile([0.0, 1.0], (4, 1)))
    assert trajectory[4] == pytest.approx(np.array([0.5, 0.5]))


def test_half_the_strength_is_half_the_delay_rounded_up() -> None:
    np.testing.assert_array_equal(states(exchanges=3, strength=0.5), states(exchanges=2))


def test_a_link_keeps_its_order_so_a_delayed_message_delays_those_after_it() -> None:
    trajectory = states(exchanges=3, stop=1)
    assert np.array_equal(trajectory[:4], np.tile([0.0, 1.0], (4, 1)))
    assert trajectory[4] == pytest.approx(np.array([0.5, 0.5]))


def test_no_daemon_is_compromised() -> None:
    attack = {"kind": "delay", "daemons": [0]}
    assert not simulate(beliefs([0, 1], PAIR, attacks=[attack]), arm="attacked").compromised.any()

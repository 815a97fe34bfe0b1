"""The clip bounds the effect of one lie by the usual range of the warm-up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from swarmsec import simulate
from tests.strategies import READS, beliefs, values

PATH = {"kind": "path", "n": 7}
WIDTH = 3.0 * 1.4826 * 2  # Readings in the warm-up are 0 to 6: median 3, MAD 2.


def readings(rounds=3, clip=None, **attack):
    attack = {"kind": "false_signal", "daemons": [3], "bias": 100.0, "start": 1, **attack}
    clip = {"kind": "signal_clip", "warm_up": 1, **(clip or {})}
    swarm = beliefs(range(7), PATH, attacks=[attack], defenses=[clip], protocol=READS, rounds=rounds)
    return simulate(swarm, record_states=True)


@pytest.mark.parametrize(("bias", "read"), [(100.0, 3 + WIDTH), (-100.0, 3 - WIDTH), (8.0, 11.0), (-8.0, -5.0)])
def test_a_reading_is_clipped_to_the_band_and_unchanged_within_it(bias, read) -> None:
    assert readings(bias=bias).states[3, :, 0].tolist() == pytest.approx([0, 1, 2, read, 4, 5, 6])


def test_the_threshold_is_half_the_width_of_the_band() -> None:
    assert readings(clip={"threshold": 6.0}).states[3, 3, 0] == pytest.approx(3 + 2 * WIDTH)


def test_it_learns_every_reading_in_the_warm_up_and_clips_none() -> None:
    # One lie in fourteen readings moves their median to 3.5, and keeps their MAD at 2.
    assert readings(clip={"warm_up": 2}).states[1:, 3, 0].tolist() == pytest.approx([3, 103, 3.5 + WIDTH])


def test_the_band_is_frozen_after_the_warm_up() -> None:
    trace = readings(daemons="all", bias=5.0, rounds=50)
    assert np.array_equal(trace.states[2], trace.states[-1])


def test_only_a_clipped_reading_is_an_alarm() -> None:
    assert readings().metrics["alarms"].tolist() == [0, 1, 1]
    assert readings(bias=8.0).metrics["alarms"].tolist() == [0, 0, 0]


def test_it_sends_no_message() -> None:
    assert readings().metrics["messages"].tolist() == [12, 24, 36]


@given(values)
@settings(max_examples=50, deadline=None)
def test_no_lie_exceeds_the_band(bias) -> None:
    trace = readings(bias=bias, daemons="all", rounds=2)
    assert np.abs(trace.states[2] - 3.0).max() <= WIDTH * (1 + 1e-12)

"""The clip bounds the effect of one lie by the daemon's own usual range in the warm-up."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings

from defenses.signal_clip import SignalClip
from swarmsec import simulate
from tests.strategies import READS, beliefs, values

PATH = {"kind": "path", "n": 7}
CENTERS = np.arange(7.0)
OWN = CENTERS[:, None] + np.array([0, -2, 2, -1, 1])  # Each daemon reads around its own center, with a MAD of 1.
WIDTH = 3.0 * 1.4826


def clipped(later, *, before=OWN, **parameters):
    """The last of the readings `later` (7, rounds) after the clip, which learned from those before (7, warm-up)."""
    clip = SignalClip(warm_up=before.shape[1], **parameters)
    clip.begin(SimpleNamespace())
    for round, readings in enumerate(np.concatenate([before, later], axis=1).T):
        passed = clip.filter_signals(readings[:, None], SimpleNamespace(round=round))[:, 0]
    return passed


def lie(bias):
    return (CENTERS + bias * (np.arange(7) == 3))[:, None]


@pytest.mark.parametrize(("bias", "read"), [(100.0, 3 + WIDTH), (-100.0, 3 - WIDTH), (4.0, 7.0), (-4.0, -1.0)])
def test_a_reading_is_clipped_to_the_band_and_unchanged_within_it(bias, read) -> None:
    assert clipped(lie(bias)).tolist() == pytest.approx([0, 1, 2, read, 4, 5, 6])


def test_the_threshold_is_half_the_width_of_the_band() -> None:
    assert clipped(lie(100.0), threshold=6.0)[3] == pytest.approx(3 + 2 * WIDTH)


def test_the_band_of_a_daemon_depends_on_its_own_readings_only() -> None:
    others = OWN.copy()
    others[[0, 1, 2, 4, 5, 6]] *= 1000.0
    assert clipped(lie(100.0), before=others)[3] == pytest.approx(3 + WIDTH)


def test_it_clips_nothing_in_the_warm_up() -> None:
    trace = simulate(
        beliefs(
            range(7),
            PATH,
            attacks=[{"kind": "false_signal", "daemons": [3], "bias": 100.0, "start": 1}],
            defenses=[{"kind": "signal_clip", "warm_up": 2}],
            protocol=READS,
            rounds=2,
        ),
        record_states=True,
    )
    assert trace.states[1:, 3, 0].tolist() == [3, 103]
    assert not trace.metrics["alarms"].any()


def test_the_band_is_frozen_after_the_warm_up() -> None:
    far = np.repeat(lie(100.0), 50, axis=1)
    assert np.array_equal(clipped(far), clipped(far[:, :1]))


def test_only_a_clipped_reading_is_an_alarm_and_it_sends_no_message() -> None:
    attack = {"kind": "false_signal", "daemons": [3], "bias": 100.0, "start": 1}
    clip = {"kind": "signal_clip", "warm_up": 1}
    trace = simulate(beliefs(range(7), PATH, attacks=[attack], defenses=[clip], protocol=READS, rounds=3))
    assert trace.metrics["alarms"].tolist() == [0, 1, 1]
    assert trace.metrics["messages"].tolist() == [12, 24, 36]


@given(values)
@settings(max_examples=50, deadline=None)
def test_no_lie_exceeds_the_band(bias) -> None:
    assert np.abs(clipped(CENTERS[:, None] + bias) - CENTERS).max() <= WIDTH * (1 + 1e-12)

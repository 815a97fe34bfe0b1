"""Quarantine isolates after a confirmed suspicion, and releases after good behavior."""

from __future__ import annotations

import numpy as np

from swarmsec.immunity import Quarantine


def looks(suspicions, *, confirm, release_after):
    """The isolated daemons after each look, if every verdict is carried out."""
    quarantine = Quarantine(len(suspicions[0]), confirm=confirm, release_after=release_after)
    isolated = np.zeros(len(suspicions[0]), dtype=bool)
    rows = []
    for suspicious in suspicions:
        verdict = quarantine.look(np.array(suspicious, dtype=bool), isolated)
        isolated[verdict.isolate], isolated[verdict.release] = True, False
        rows.append(isolated.astype(int).tolist())
    return rows


def test_consecutive_suspicious_looks_isolate() -> None:
    assert looks([[1], [1], [0], [1], [1], [1]], confirm=3, release_after=9) == [[0], [0], [0], [0], [0], [1]]


def test_consecutive_harmless_looks_release() -> None:
    assert looks([[1], [0], [1], [0], [0], [0]], confirm=1, release_after=2) == [[1], [1], [1], [1], [0], [0]]


def test_daemons_are_counted_separately() -> None:
    assert looks([[1, 0], [1, 1], [0, 1]], confirm=2, release_after=1) == [[0, 0], [1, 0], [0, 1]]


def test_a_released_daemon_can_be_isolated_again() -> None:
    assert looks([[1], [0], [1]], confirm=1, release_after=1) == [[1], [0], [1]]


def test_the_daemon_suspected_longest_comes_first_then_the_lowest_number() -> None:
    quarantine = Quarantine(4, confirm=1, release_after=1)
    isolated = np.zeros(4, dtype=bool)
    quarantine.look(np.array([0, 0, 1, 0], dtype=bool), isolated)
    assert quarantine.look(np.array([1, 1, 1, 0], dtype=bool), isolated).isolate.tolist() == [2, 0, 1]


def test_a_suspected_daemon_is_proposed_until_it_is_isolated() -> None:
    quarantine = Quarantine(1, confirm=1, release_after=1)
    outside = np.zeros(1, dtype=bool)
    assert [quarantine.look(np.array([True]), outside).isolate.tolist() for _ in range(3)] == [[0], [0], [0]]


def test_good_behavior_counts_from_the_isolation() -> None:
    """Harmless looks before another defense isolates a daemon do not count."""
    quarantine = Quarantine(1, confirm=1, release_after=3)
    for _ in range(5):
        quarantine.look(np.array([False]), np.array([False]))
    released = [quarantine.look(np.array([False]), np.array([True])).release.tolist() for _ in range(3)]
    assert released == [[], [], [0]]

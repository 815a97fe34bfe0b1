"""Conformal test martingales keep Ville's bound on false alarms, and grow after a change."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import PowerMartingale, SequentialRanks, p_values

STREAMS = 4_000


def largest_logs(rounds: int, *, restarts: bool, p=None) -> np.ndarray:
    """(n,) the largest logarithm of each stream's evidence; of uniform p-values unless given."""
    rng, martingale = np.random.default_rng(0), PowerMartingale(STREAMS, restarts=restarts)
    drawn = p or (lambda: 1.0 - rng.random(STREAMS))
    return np.max([martingale.observe(drawn()) for _ in range(rounds)], axis=0)


def test_one_observation_multiplies_the_evidence_by_the_mean_bet() -> None:
    found = PowerMartingale(2).observe(np.array([0.01, 1.0]))
    exponents = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9])
    assert found == pytest.approx(np.log([np.mean(exponents * 0.01 ** (exponents - 1.0)), np.mean(exponents)]))


@pytest.mark.parametrize("limit", [10, 20, 100])
def test_the_share_of_streams_with_a_false_alarm_stays_below_villes_bound(limit) -> None:
    share = (largest_logs(500, restarts=False) >= np.log(limit)).mean()
    assert share <= 1 / limit + 3 * np.sqrt(1 / limit / STREAMS)
    assert share > 0.2 / limit


@pytest.mark.parametrize("limit", [10, 20, 100])
def test_the_bound_holds_for_ranks_of_a_stream_among_its_own_past(limit) -> None:
    rng, ranks = np.random.default_rng(1), SequentialRanks(STREAMS)
    largest = largest_logs(200, restarts=False, p=lambda: ranks.observe(rng.standard_t(2, STREAMS)))
    assert (largest >= np.log(limit)).mean() <= 1 / limit + 3 * np.sqrt(1 / limit / STREAMS)


def test_the_bound_holds_while_observations_repeat() -> None:
    rng, ranks = np.random.default_rng(2), SequentialRanks(STREAMS)
    largest = largest_logs(200, restarts=False, p=lambda: ranks.observe(rng.integers(0, 3, STREAMS)))
    assert (largest >= np.log(20)).mean() <= 1 / 20


def test_with_restarts_the_mean_time_to_a_false_alarm_is_at_least_the_limit() -> None:
    rng, martingale = np.random.default_rng(3), PowerMartingale(STREAMS)
    first = np.zeros(STREAMS)
    for now in range(1, 3_000):
        over = martingale.observe(1.0 - rng.random(STREAMS)) >= np.log(50)
        first[(first == 0) & over] = now
    # Streams without an alarm count as one at the end, which makes the mean smaller.
    assert np.where(first == 0, 3_000, first).mean() >= 50


def test_restarts_find_a_late_change_sooner() -> None:
    delays = {}
    for restarts in (True, False):
        rng, martingale = np.random.default_rng(4), PowerMartingale(STREAMS, restarts=restarts)
        calibration = np.sort(rng.normal(size=2_000))
        for _ in range(300):
            martingale.observe(p_values(calibration, rng.normal(size=STREAMS)))
        delay, logs = 0, np.zeros(STREAMS)
        while np.median(logs) < np.log(1000) and delay < 400:
            delay += 1
            logs = martingale.observe(p_values(calibration, rng.normal(2.0, 1.0, STREAMS)))
        delays[restarts] = delay
    assert delays[True] < 10
    assert delays[False] > 3 * delays[True]


def test_ranks_begin_again_when_the_memory_is_full() -> None:
    ranks = SequentialRanks(1, memory=3)
    found = [float(ranks.observe(np.array([score]))[0]) for score in (1.0, 3.0, 2.0, 0.0, 1.0)]
    assert found == pytest.approx([1.0, 1 / 2, 2 / 3, 1.0, 1 / 2])


def test_a_stream_is_ranked_among_what_was_seen_of_it() -> None:
    ranks = SequentialRanks(2, memory=4)
    ranks.observe(np.array([1.0, np.nan]))
    assert ranks.observe(np.array([np.nan, 1.0])).tolist() == pytest.approx([np.nan, 1.0], nan_ok=True)
    assert ranks.observe(np.array([2.0, 0.0])).tolist() == [0.5, 1.0]


def test_a_gap_changes_nothing_and_joined_streams_begin_without_evidence() -> None:
    martingale = PowerMartingale(2)
    before = martingale.observe(np.array([0.001, 0.5]))
    assert martingale.observe(np.full(2, np.nan)) == pytest.approx(before)
    martingale.extend(np.array([0, 2]), 3)
    assert martingale.logs == pytest.approx([before[0], 0.0, before[1]])
    martingale.reset(np.array([True, False, False]))
    assert martingale.logs == pytest.approx([0.0, 0.0, before[1]])

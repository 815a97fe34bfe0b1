"""Tests over time have the run lengths of the literature, on the streams that they are made for."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity.sequential import Cusum, Ewma, PageHinkley
from swarmsec.immunity.whitening import Whitener, group_medians

STREAMS = 4_000


def run_lengths(test, limit: float, *, shift: float = 0.0, phi: float = 0.0, whitener=None, most: int = 6_000):
    """The number of observations until each stream's first alarm, without those that have none."""
    rng = np.random.default_rng(0)
    n = len(test.observe(np.full(STREAMS, np.nan)))
    lengths, x = np.zeros(n), rng.normal(size=n)
    for now in range(1, most + 1):
        x = phi * x + np.sqrt(1 - phi**2) * rng.normal(size=n)
        z = x + shift if whitener is None else whitener.whiten(x + shift)
        over = test.observe(z) > limit
        lengths[(lengths == 0) & over] = now
        if (lengths > 0).all():
            break
    assert (lengths > 0).mean() > 0.999
    return lengths[lengths > 0]


@pytest.mark.parametrize(("h", "arl"), [(4, 168), (5, 465)])
def test_a_cusum_without_a_shift_runs_as_long_as_the_tables_say(h, arl) -> None:
    assert run_lengths(Cusum(STREAMS), h).mean() == pytest.approx(arl, rel=0.05)


@pytest.mark.parametrize(
    ("h", "shift", "delay"),
    [(4, 0.5, 26.7), (4, 1.0, 8.4), (4, 2.0, 3.3), (5, 0.5, 38.0), (5, 1.0, 10.4), (5, 2.0, 4.0)],
)
def test_a_cusum_finds_a_shift_as_soon_as_the_tables_say(h, shift, delay) -> None:
    assert run_lengths(Cusum(STREAMS), h, shift=shift).mean() == pytest.approx(delay, rel=0.05)


def test_autocorrelation_shortens_the_runs_and_a_whitener_restores_them() -> None:
    raw = run_lengths(Cusum(STREAMS), 4, phi=0.5).mean()
    whitener, rng = Whitener(STREAMS), np.random.default_rng(1)
    x = rng.normal(size=STREAMS)
    for _ in range(400):
        x = 0.5 * x + np.sqrt(0.75) * rng.normal(size=STREAMS)
        whitener.collect(x)
    whitener.learn()
    assert whitener.phi == pytest.approx(0.5, abs=0.02)
    assert raw < 168 / 3
    assert run_lengths(Cusum(STREAMS), 4, phi=0.5, whitener=whitener).mean() == pytest.approx(168, rel=0.1)


def test_the_score_of_an_ewma_has_variance_1_from_the_first_observation_on() -> None:
    rng, ewma = np.random.default_rng(2), Ewma(STREAMS)
    for _ in range(5):
        scores = ewma.observe(rng.normal(size=STREAMS))
        assert np.mean(scores**2) == pytest.approx(1.0, abs=0.08)


def test_page_hinkley_needs_no_known_mean() -> None:
    rng, test = np.random.default_rng(3), PageHinkley(STREAMS)
    quiet = [test.observe(7.0 + rng.normal(size=STREAMS)) for _ in range(100)][-1]
    moved = [test.observe(8.5 + rng.normal(size=STREAMS)) for _ in range(20)][-1]
    assert np.quantile(quiet, 0.99) < np.quantile(moved, 0.01)


@pytest.mark.parametrize("kind", [Cusum, Ewma, PageHinkley])
def test_a_stream_is_scored_the_same_alone_and_among_others_and_a_gap_changes_nothing(kind) -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(30, 5))
    many, alone = kind(5), kind(1)
    for row in values:
        scores, single = many.observe(row), alone.observe(row[2:3])
        assert scores[2] == single[0]
    assert many.observe(np.full(5, np.nan)) == pytest.approx(scores)


def test_a_few_lying_streams_do_not_decide_the_whitening_of_others() -> None:
    rng = np.random.default_rng(5)
    honest, lying = Whitener(100), Whitener(100)
    for t in range(200):
        x = rng.normal(size=100)
        honest.collect(x)
        lying.collect(np.where(np.arange(100) < 20, 50.0 * np.sin(t), x))
    honest.learn()
    lying.learn()
    assert lying.phi == pytest.approx(honest.phi, abs=0.05)
    x = rng.normal(size=100)
    assert lying.whiten(x)[20:] == pytest.approx(honest.whiten(x)[20:], abs=0.3)


def test_a_stream_that_is_reset_begins_again() -> None:
    cusum = Cusum(2)
    cusum.observe(np.array([5.0, 5.0]))
    cusum.reset(np.array([True, False]))
    assert cusum.scores.tolist() == [0.0, 4.5]


@pytest.mark.parametrize("kind", [Cusum, Ewma, PageHinkley])
def test_joined_streams_begin_anew_and_the_others_go_on(kind) -> None:
    rng = np.random.default_rng(6)
    test, fresh = kind(2), kind(1)
    for _ in range(20):
        test.observe(rng.normal(1.0, 1.0, size=2))
    before = test.observe(np.full(2, np.nan))
    test.extend(np.array([0, 2]), 3)
    scores = test.observe(np.array([np.nan, 3.0, np.nan]))
    assert scores == pytest.approx([before[0], fresh.observe(np.array([3.0]))[0], before[1]])
    test.reset(np.array([True, True, True]))
    assert (test.observe(np.full(3, np.nan)) == 0.0).all()


def test_a_group_is_whitened_by_its_own_streams_alone() -> None:
    rng = np.random.default_rng(7)
    groups = np.repeat([0, 1], 20)
    whiteners = [Whitener(40, groups=groups), Whitener(20)]
    x = rng.normal(size=40)
    for _ in range(200):
        x = np.where(groups == 0, 0.5, 0.0) * x + np.where(groups == 0, 1.0, 100.0) * rng.normal(size=40)
        for whitener, size in zip(whiteners, (40, 20), strict=True):
            whitener.collect(x[:size])
    for whitener in whiteners:
        whitener.learn()
    x = rng.normal(size=40)
    assert whiteners[0].whiten(x)[:20].tolist() == whiteners[1].whiten(x[:20]).tolist()


def test_a_joined_stream_is_whitened_as_usual_in_its_group() -> None:
    rng, whitener = np.random.default_rng(8), Whitener(2, groups=np.array([0, 1]))
    for _ in range(200):
        whitener.collect(rng.normal(0.0, [1.0, 100.0]))
    whitener.learn()
    whitener.extend(np.array([0, 2]), 3, np.array([0, 1, 1]))
    whitener.whiten(np.zeros(3))
    z = whitener.whiten(np.full(3, 100.0))
    assert z[1] == pytest.approx(1.0, abs=0.2)
    assert z[2] == pytest.approx(1.0, abs=0.3)
    assert z[0] > 50.0


def test_the_median_of_each_group_is_that_of_its_values() -> None:
    rng = np.random.default_rng(9)
    groups = rng.integers(0, 7, 100)
    values = np.where(rng.random(100) < 0.2, np.nan, rng.normal(size=100))
    expected = [np.nanmedian(values[groups == group]) for group in range(7)]
    assert group_medians(values, groups) == pytest.approx(expected)
    assert np.isnan(group_medians(np.array([np.nan]), np.array([0]))).all()


def test_a_warm_up_that_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        Whitener(4).learn()

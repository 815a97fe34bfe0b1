"""Intervals over seeds: Student's t up to 40 seeds, BCa otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from swarmsec.scoring.intervals import Interval, of_mean, of_ratio


@pytest.mark.parametrize("count", [2, 3, 5, 8, 40])
def test_up_to_forty_seeds_a_mean_has_students_interval(count) -> None:
    values = np.random.default_rng(count).exponential(size=count)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    interval = of_mean(values)
    assert interval.mean == pytest.approx(values.mean(), rel=1e-14)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), rel=1e-10)


def test_up_to_forty_seeds_a_ratio_has_the_linearized_interval_of_cochran() -> None:
    top, bottom = np.array([1.0, 2.0, 4.0]), np.array([2.0, 4.0, 6.0])
    ratio = 7 / 12
    residuals = np.array([1 - 2 * ratio, 2 - 4 * ratio, 4 - 6 * ratio])
    error = np.sqrt((residuals**2).sum() / 2 / 3) / 4
    half = stats.t.ppf(0.975, 2) * error
    assert of_ratio(top, bottom) == pytest.approx((ratio, ratio - half, ratio + half), rel=1e-12)


@pytest.mark.parametrize("count", [41, 60])
def test_from_forty_one_seeds_on_a_mean_has_the_bca_interval(count) -> None:
    values = np.random.default_rng(count).exponential(size=count)
    expected = stats.bootstrap((values,), np.mean, n_resamples=50_000, method="BCa", rng=1).confidence_interval
    interval = of_mean(values)
    width = expected.high - expected.low
    assert interval.low == pytest.approx(expected.low, abs=0.03 * width)
    assert interval.high == pytest.approx(expected.high, abs=0.03 * width)


def test_from_forty_one_seeds_on_a_ratio_resamples_its_pairs() -> None:
    rng = np.random.default_rng(3)
    bottom = rng.normal(10, 2, 50)
    top = 0.3 * bottom + rng.normal(0, 0.1, 50)
    expected = stats.bootstrap(
        (top, bottom),
        lambda a, b, axis=-1: a.mean(axis=axis) / b.mean(axis=axis),
        paired=True,
        n_resamples=50_000,
        method="BCa",
        rng=1,
    ).confidence_interval
    interval = of_ratio(top, bottom)
    width = expected.high - expected.low
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=0.03 * width)
    assert width < 0.03


def test_intervals_are_bit_identical_for_equal_seeds() -> None:
    values = np.random.default_rng(0).normal(size=45)
    assert of_mean(values) == of_mean(values.copy())


def test_one_seed_gives_no_interval_ends() -> None:
    assert of_mean(np.array([3.0])) == Interval(3.0, None, None)
    assert Interval(3.0, None, None).to_dict() == {"mean": 3.0, "low": None, "high": None}


@pytest.mark.parametrize("count", [2, 45])
def test_equal_seeds_give_an_interval_of_width_0(count) -> None:
    assert of_mean(np.full(count, 0.1)) == pytest.approx((0.1, 0.1, 0.1), rel=1e-15)
    assert of_ratio(np.linspace(1, 2, count), np.linspace(2, 4, count)) == (0.5, 0.5, 0.5)


@given(st.lists(st.sampled_from([0.0, 0.0, 1.0, 5.0]), min_size=41, max_size=45))
@settings(max_examples=25, deadline=None)
def test_an_interval_has_finite_ends_around_its_mean(values) -> None:
    interval = of_mean(np.array(values))
    assert np.isfinite([interval.low, interval.high]).all()
    assert interval.low <= interval.mean <= interval.high


def test_a_ratio_has_finite_ends_even_if_a_resample_has_no_damage() -> None:
    bottom = np.array([0, 0, 0, 0, 0, 0, 10, 11, 12, 13.0])
    top = np.array([0, 0, 0, 0, 0, 0, 1, 2, 1, 3.0])
    interval = of_ratio(top, bottom)
    assert np.isfinite([interval.low, interval.high]).all()
    assert interval.low <= 7 / 46 <= interval.high

"""Conformal p-values are valid for any distribution of scores; Benjamini–Hochberg keeps its rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from swarmsec.immunity import benjamini_hochberg, p_values


def test_a_p_value_counts_the_calibration_scores_that_are_at_least_as_high() -> None:
    calibration = np.array([1.0, 2.0, 2.0, 3.0])
    scores = np.array([0.0, 1.0, 1.5, 2.0, 3.0, 4.0])
    assert p_values(calibration, scores).tolist() == [1.0, 1.0, 0.8, 0.8, 0.4, 0.2]


def test_a_non_finite_score_has_the_smallest_p_value() -> None:
    assert p_values(np.arange(9.0), np.array([np.nan, np.inf])).tolist() == [0.1, 0.1]


def test_the_calibration_scores_and_a_new_one_are_exchangeable_so_that_p_is_uniform() -> None:
    """Each of n+1 scores in turn against the others: every p from 1/(n+1) to 1 occurs once."""
    scores = np.random.default_rng(0).exponential(size=20)
    p = [p_values(np.sort(np.delete(scores, i)), scores[i : i + 1])[0] for i in range(20)]
    assert sorted(p) == pytest.approx([k / 20 for k in range(1, 21)])


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1])
def test_the_false_alarm_rate_given_the_calibration_set_is_beta(alpha) -> None:
    n, rng = 199, np.random.default_rng(5)
    rates = []
    for _ in range(2000):
        calibration = np.sort(rng.random(n))
        # Scores are uniform, so the rate is the length of the interval of scores with p ≤ α.
        alarmed = np.searchsorted(-p_values(calibration, calibration), -alpha, side="left")
        threshold = calibration[alarmed - 1] if alarmed else 0.0
        assert p_values(calibration, np.array([np.nextafter(threshold, 1)]))[0] <= alpha
        rates.append(1.0 - threshold)
    rank = int(alpha * (n + 1))
    assert stats.kstest(rates, stats.beta(rank, n + 1 - rank).cdf).pvalue > 0.01


@given(
    st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=40),
    st.sampled_from([0.01, 0.05, 0.1, 0.3]),
)
def test_benjamini_hochberg_rejects_p_values_that_scipy_adjusts_to_at_most_the_rate(p, rate) -> None:
    p = np.array(p)
    adjusted = stats.false_discovery_control(p, method="bh")
    clear = np.abs(adjusted - rate) > 1e-9
    assert np.array_equal(benjamini_hochberg(p, rate)[clear], (adjusted <= rate)[clear])


def test_benjamini_hochberg_of_an_empty_array_is_empty() -> None:
    assert benjamini_hochberg(np.empty(0), 0.1).tolist() == []


def test_benjamini_hochberg_keeps_the_share_of_false_rejections_below_the_rate() -> None:
    rng = np.random.default_rng(9)
    shares = []
    for _ in range(2000):
        p = np.concatenate([rng.random(40), stats.norm.sf(rng.normal(3.0, 1.0, 10))])
        rejected = benjamini_hochberg(p, 0.1)
        shares.append(rejected[:40].sum() / max(1, rejected.sum()))
    assert np.mean(shares) == pytest.approx(0.1 * 40 / 50, abs=0.01)

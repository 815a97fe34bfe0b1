"""Whether a mean over seeds is above 0, many comparisons at once, and the number of seeds that would decide."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import stats

from swarmsec.scoring.significance import holm, is_positive, seeds_needed, sign_flip, student


def test_the_sign_flip_test_counts_all_signs() -> None:
    values = np.array([1.0, -0.5, 2.0, 0.25, 3.0, -0.1])
    signs = np.array(list(product([1, -1], repeat=6)))
    assert sign_flip(values) == np.mean(signs @ values >= values.sum() - 1e-12)


def test_beyond_twenty_values_signs_are_drawn() -> None:
    values = np.random.default_rng(0).normal(0.3, 1.0, 30)
    assert sign_flip(values) == sign_flip(values.copy())
    assert sign_flip(values) == pytest.approx(student(values), abs=0.02)


def test_student_is_that_of_scipy() -> None:
    values = np.random.default_rng(1).normal(0.5, 1.0, 7)
    assert student(values) == pytest.approx(stats.ttest_1samp(values, 0.0, alternative="greater").pvalue, rel=1e-10)


@pytest.mark.parametrize(
    ("values", "positive"),
    [
        ([5.0], False),  # One seed shows nothing.
        ([1.0, 1.0], True),
        ([1.0, 1.2, 0.9], True),
        ([1.0, 50.0, 0.1], False),
        ([1.0, 50.0, 0.1, 3.0, 0.2], True),  # Above 0 in five seeds of five: 1 in 32.
        ([1.0, 50.0, -0.1, 3.0, 0.2], False),
        ([-1.0] * 9, False),
    ],
)
def test_a_mean_is_positive_by_sign_flips_from_five_seeds_on(values, positive) -> None:
    assert is_positive(np.array(values)) is positive


def test_holm_rejects_step_by_step() -> None:
    assert holm([0.03, 0.001, 0.02, 0.5]).tolist() == [False, True, False, False]
    assert holm([0.01, 0.001, 0.015, 0.5]).tolist() == [True, True, True, False]
    assert holm([]).tolist() == []


@pytest.mark.parametrize("spread", [0.2, 1.0, 7.0])
def test_with_as_many_seeds_as_needed_the_interval_just_fits(spread) -> None:
    count = seeds_needed(spread, 0.5)
    halves = [stats.t.ppf(0.975, n - 1) * spread / n**0.5 for n in (count, count - 1) if n > 1]
    assert halves[0] < 0.5 <= (halves[1] if len(halves) > 1 else np.inf)


def test_no_number_of_seeds_reaches_a_distance_of_0() -> None:
    assert seeds_needed(1.0, 0.0) is None
    assert seeds_needed(1e6, 1e-3) is None

"""The trimmed Mahalanobis distance keeps its power where outliers in the training take that of the plain one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from swarmsec.immunity import TrimmedMahalanobis

COLUMNS, ALPHA = 4, 0.01
LIMIT = np.sqrt(chi2.ppf(1 - ALPHA, COLUMNS))


def anomalies(rng: np.random.Generator, count: int) -> np.ndarray:
    """Rows that are as dense as the training data of an attack usually are: a little denser than normal ones."""
    rows = 0.85 * rng.normal(size=(count, COLUMNS))
    rows[:, 0] += 4.65
    return rows


def plain(rows: np.ndarray, tested: np.ndarray) -> np.ndarray:
    centered = tested - rows.mean(axis=0)
    return np.sqrt(np.einsum("ri,ij,rj->r", centered, np.linalg.inv(np.cov(rows.T)), centered))


def trimmed(rows: np.ndarray, tested: np.ndarray) -> np.ndarray:
    distance = TrimmedMahalanobis()
    distance.fit(rows)
    return distance.score(tested)


def share_found(distance, contamination: float) -> float:
    """The share of anomalous rows beyond the limit, if this share of the training was anomalous too."""
    shares = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rows = rng.normal(size=(1_000, COLUMNS))
        count = int(contamination * len(rows))
        rows[:count] = anomalies(rng, count)
        shares.append((distance(rows, anomalies(rng, 500)) > LIMIT).mean())
    return float(np.mean(shares))


def test_a_tenth_of_outliers_in_the_training_takes_the_power_of_the_plain_distance() -> None:
    assert share_found(plain, 0.0) == pytest.approx(0.93, abs=0.02)
    assert share_found(plain, 0.1) == pytest.approx(0.06, abs=0.03)


def test_the_trimmed_distance_keeps_its_power_at_a_fifth_of_outliers() -> None:
    assert share_found(trimmed, 0.0) == pytest.approx(share_found(plain, 0.0), abs=0.01)
    assert share_found(trimmed, 0.2) == pytest.approx(0.85, abs=0.05)


def test_its_scale_is_that_of_chi_squared() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(20_000, COLUMNS)) @ rng.normal(size=(COLUMNS, COLUMNS)) + 7.0
    assert (trimmed(rows[:10_000], rows[10_000:]) > LIMIT).mean() == pytest.approx(ALPHA, abs=0.003)


def test_it_does_not_depend_on_units() -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(500, COLUMNS))
    units = np.array([1e-9, 1.0, 1e6, 1e12])
    assert trimmed(rows * units, rows * units) == pytest.approx(trimmed(rows, rows), rel=1e-6)


def test_a_row_has_the_same_score_alone_and_in_a_flood() -> None:
    rows = np.random.default_rng(3).normal(size=(300, 9))
    distance = TrimmedMahalanobis()
    distance.fit(rows)
    flood = np.concatenate([rows[:5] + 3.0, np.full((1_000, 9), 1e6)])
    assert distance.score(flood)[0] == distance.score(flood[:1])[0]


def test_another_value_in_a_constant_column_is_far_away_and_a_non_finite_row_infinitely_far() -> None:
    rows = np.random.default_rng(4).normal(size=(300, 3))
    rows[:, 1] = 1.0
    found = trimmed(rows, np.array([[0.0, 1.0, 0.0], [0.0, 1.1, 0.0], [np.nan, 1.0, 0.0], [1e300, 1.0, 0.0]]))
    assert found[0] < 3.0
    assert found[1] > 1e6
    assert found[2] == np.inf
    assert np.isfinite(found[3])


def test_rows_without_any_variation_or_with_equal_columns_are_no_failure() -> None:
    assert trimmed(np.ones((50, 2)), np.array([[1.0, 1.0], [1.0, 2.0]]))[0] == 0.0
    column = np.random.default_rng(5).normal(size=(200, 1))
    equal = np.concatenate([column, column], axis=1)
    found = trimmed(equal, np.array([[0.1, 0.1], [0.0, 1.0]]))
    assert found[0] < 1.0
    assert found[1] > 100.0

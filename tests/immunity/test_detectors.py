"""Detectors give a row the same score alone and in a flood, and do not change after fitting."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.errors import ParameterError
from swarmsec.immunity import BatchInvariantDetector, check_detector
from swarmsec.immunity.ecod_copod import FrozenTails

DETECTORS = ["ECOD", "COPOD", "HBOS", "KNN", "IForest", "MCD", "PCA", "LOF"]


@pytest.fixture(scope="module")
def usual():
    rng = np.random.default_rng(7)
    return np.concatenate([rng.normal(size=(400, 3)), rng.exponential(size=(400, 2))], axis=1)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_score_is_the_same_alone_and_in_a_flood(name, usual):
    detector = BatchInvariantDetector(name, {}, seed=1)
    detector.fit(usual[:300])
    row = usual[300:301] + 3.0
    flood = np.concatenate([row, np.full((500, 5), 40.0)])
    assert detector.score(flood)[0] == pytest.approx(detector.score(row)[0], rel=1e-9)


@pytest.mark.parametrize("name", DETECTORS)
def test_a_distant_row_has_a_higher_score_than_nine_of_ten_usual_ones(name, usual):
    detector = BatchInvariantDetector(name, {}, seed=1)
    detector.fit(usual[:300])
    far = detector.score(np.full((1, 5), 6.0))[0]
    assert far > np.quantile(detector.score(usual[300:]), 0.9)


@pytest.mark.parametrize("name", ["ECOD", "COPOD"])
def test_frozen_tails_equal_pyods_scores_for_a_batch_of_one_row(name, usual):
    pyod = pytest.importorskip(f"pyod.models.{name.lower()}")
    oracle = getattr(pyod, name)()
    oracle.fit(usual[:300])
    frozen = FrozenTails(usual[:300], name)
    rows = usual[300:340]
    expected = np.array([oracle.decision_function(row[None])[0] for row in rows])
    # One more row can change the sign of a skewness near 0, in the symmetric columns only.
    close = np.isclose(frozen.score(rows), expected, rtol=1e-9)
    assert close.mean() > 0.9


def test_a_detector_that_ranks_within_its_batch_is_recognized_and_scores_row_by_row(usual, monkeypatch):
    detector = BatchInvariantDetector("HBOS", {}, seed=1)
    monkeypatch.setattr(detector._detector, "decision_function", lambda x: x.sum(axis=1) - x.mean())
    detector.fit(usual[:300])
    row = usual[300:301]
    assert detector.score(np.concatenate([row, usual[301:400] + 9.0]))[0] == pytest.approx(detector.score(row)[0])


@pytest.mark.parametrize(("name", "hint"), [("ecodd", "ecod"), ("nothing_like_it", "known")])
def test_an_unknown_detector_is_refused_without_importing_pyod(name, hint):
    with pytest.raises(ParameterError, match=hint):
        check_detector(name)


def test_an_unknown_parameter_of_a_detector_is_refused():
    with pytest.raises(ParameterError, match="n_neighbors"):
        BatchInvariantDetector("KNN", {"n_neighbours": 3}, seed=0)


def test_a_constant_column_is_left_out_and_another_value_in_it_is_a_finding() -> None:
    rows = np.random.Generator(np.random.PCG64(0)).normal(size=(200, 3))
    rows[:, 1] = 1.0
    for name in ("MCD", "PCA", "KNN", "ECOD", "IForest"):
        detector = BatchInvariantDetector(name, {}, seed=0)
        detector.fit(rows)
        scores = detector.score(np.array([[0.0, 1.0, 0.0], [0.0, 1.1, 0.0], [np.nan, 1.0, 0.0]]))
        assert np.isfinite(detector.score(rows)).all()
        assert scores[0] < np.inf
        assert scores[1:].tolist() == [np.inf, np.inf]


def test_rows_without_any_variation_can_be_learned() -> None:
    detector = BatchInvariantDetector("MCD", {}, seed=0)
    detector.fit(np.ones((50, 2)))
    assert detector.score(np.array([[1.0, 1.0], [1.0, 2.0]])).tolist() == [0.0, np.inf]


def test_a_detector_without_a_score_for_a_single_row_is_refused() -> None:
    """Its scores would all be infinite, so that nothing ever raised an alarm."""
    rows = np.random.Generator(np.random.PCG64(0)).normal(size=(60, 3))
    with pytest.raises(ParameterError, match="CD gives no score to a single row"):
        BatchInvariantDetector("CD", {}, seed=0).fit(rows)

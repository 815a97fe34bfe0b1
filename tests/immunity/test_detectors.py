"""Detectors give a row the same score alone and in a flood, and do not change after fitting."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.errors import ParameterError
from swarmsec.immunity import (
    SKLEARN_CLASSES,
    BatchInvariantDetector,
    check_detector,
    detector_classes,
    detectors,
    try_detector,
)
from swarmsec.immunity.ecod_copod import FrozenTails
from tests.sampling import sampled

DETECTORS = ["ECOD", "COPOD", "HBOS", "KNN", "IForest", "MCD", "PCA", "LOF"]
OF_PYOD = [*DETECTORS, "KDE", "GMM", "OCSVM", "CBLOF", "LODA", "INNE", "ABOD", "Sampling", "QMCD"]


@pytest.fixture(scope="module")
def usual():
    rng = np.random.default_rng(7)
    return np.concatenate([rng.normal(size=(400, 3)), rng.exponential(size=(400, 2))], axis=1)


@pytest.mark.parametrize("name", [*sampled(OF_PYOD, set(DETECTORS)), *SKLEARN_CLASSES])
def test_a_score_is_the_same_alone_and_in_a_flood(name, usual):
    detector = BatchInvariantDetector(name, {}, seed=1)
    detector.fit(usual[:300])
    row = usual[300:301] + 3.0
    flood = np.concatenate([row, np.full((500, 5), 40.0)])
    assert detector.score(flood)[0] == pytest.approx(detector.score(row)[0], rel=1e-9)


# The boundary of SGDOneClassSVM is a plane through the usual rows, on one side of which everything is normal.
@pytest.mark.parametrize("name", [*DETECTORS, *sorted(set(SKLEARN_CLASSES) - {"SGDOneClassSVM"})])
def test_a_distant_row_has_a_higher_score_than_nine_of_ten_usual_ones(name, usual):
    detector = BatchInvariantDetector(name, {}, seed=1)
    detector.fit(usual[:300])
    far = detector.score(np.full((1, 5), 6.0))[0]
    assert far > np.quantile(detector.score(usual[300:]), 0.9)


@pytest.mark.parametrize("name", SKLEARN_CLASSES)
def test_a_class_of_scikit_learn_is_found_with_and_without_its_module(name):
    full = f"{SKLEARN_CLASSES[name]}.{name}"
    assert check_detector(name) == check_detector(name.lower()) == check_detector(full) == full
    found = detector_classes.detector_class(name)
    assert (found.__name__, found.__module__.startswith("sklearn.")) == (name, True)


@pytest.mark.parametrize("name", ["sklearn.svm.SVC", "sklearn.svm.NoSuchClass", "sklearn.nothing.OneClassSVM"])
def test_a_class_of_scikit_learn_that_detects_no_outliers_is_refused(name):
    with pytest.raises(ParameterError):
        try_detector(name, {})


def test_scores_of_scikit_learn_are_those_of_its_class_with_the_sign_turned(usual):
    ensemble = pytest.importorskip("sklearn.ensemble")
    detector = BatchInvariantDetector("IsolationForest", {"n_estimators": 20}, seed=1)
    detector.fit(usual[:300])
    theirs = ensemble.IsolationForest(n_estimators=20, random_state=1)
    theirs.fit(detector._standard(usual[:300]))
    assert detector.score(usual[300:]) == pytest.approx(-theirs.decision_function(detector._standard(usual[300:])))


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


def at_rest(share: float, columns: int = 4, *, rows: int = 200) -> np.ndarray:
    """Rows of which a share is equal, as the features of a swarm that has agreed; the others vary."""
    rng = np.random.Generator(np.random.PCG64(3))
    made = rng.normal(size=(rows, columns)) ** 3
    made[: int(share * rows)] = 0.5
    return rng.permutation(made)


def collinear() -> np.ndarray:
    rng = np.random.Generator(np.random.PCG64(3))
    rows = rng.normal(size=(200, 2))
    return np.concatenate([rows, rows[:, :1], rows.sum(axis=1, keepdims=True)], axis=1)


NORMAL_ROWS = {
    "half at rest": at_rest(0.5),
    "nine of ten at rest": at_rest(0.9),
    "all but one at rest": at_rest(0.995),
    "all at rest": at_rest(1.0),
    "equal columns": collinear(),
    "one column": at_rest(0.0, 1),
    "huge": at_rest(0.0) * 1e100,
    "tiny": at_rest(0.0) * 1e-100,
    "huge and tiny": at_rest(0.0) * [1e100, 1e-100, 1.0, 0.0],
}


SLOWER = [name for name in (*DETECTORS, "KDE", "GMM", "OCSVM") if name not in {"MCD", "PCA"}]


@pytest.mark.parametrize("name", ["MCD", "PCA", *(pytest.param(name, marks=pytest.mark.slow) for name in SLOWER)])
@pytest.mark.parametrize("rows", NORMAL_ROWS.values(), ids=NORMAL_ROWS)
def test_normal_rows_of_any_kind_have_finite_scores_and_a_wild_one_a_higher_one(name, rows) -> None:
    detector = BatchInvariantDetector(name, {}, seed=0)
    detector.fit(rows[:100], rows[100:])
    scores = detector.score(rows[100:])
    assert np.isfinite(scores).all()
    wild = detector.score(np.full((1, rows.shape[1]), 1e120))[0]
    assert wild >= np.median(scores)


def test_a_column_that_is_constant_in_half_of_the_normal_rows_tells_nothing() -> None:
    rows = np.random.Generator(np.random.PCG64(0)).normal(size=(200, 3))
    rows[:100, 1] = 0.0
    detector = BatchInvariantDetector("MCD", {}, seed=0)
    detector.fit(rows[:100], rows[100:])
    assert np.isfinite(detector.score(rows[100:])).all()


NO_DETECTORS = ["COF", "SOD", "MAD", "CD", "LSCP", "no_such", "_pyg_utils", "_ts_utils", "base"]


@pytest.mark.parametrize("name", sampled(NO_DETECTORS, {"MAD", "no_such", "base"}))
def test_a_class_that_cannot_score_a_row_alone_is_refused_by_a_trial(name) -> None:
    with pytest.raises(ParameterError):
        try_detector(name, {})


@pytest.mark.parametrize(
    ("name", "parameters", "accepted"),
    [
        ("KNN", {"n_neighbors": 700}, True),
        ("KNN", {"n_neighbors": -1}, False),
        ("HBOS", {"n_bins": "many"}, False),
        ("MCD", {"support_fraction": 0.9}, True),
        ("MCD", {"contamination": 7.0}, False),
        ("IForest", {"n_estimators": 0}, False),
        ("PCA", {"n_components": 99}, False),
        ("OneClassSVM", {"nu": 0.1}, True),
        ("OneClassSVM", {"nu": 7.0}, False),
        ("LocalOutlierFactor", {"novelty": False}, False),
    ],
)
def test_parameters_are_tried_on_made_up_rows(name, parameters, accepted) -> None:
    if accepted:
        try_detector(name, parameters)
        return
    with pytest.raises(ParameterError):
        try_detector(name, parameters)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(detectors._PROVEN))
def test_detectors_without_a_trial_pass_it(name) -> None:
    detectors._try(name, ())


@pytest.mark.slow
def test_every_class_of_pyod_passes_the_trial_or_is_refused(capsys) -> None:
    accepted = []
    for name in detector_classes.detector_names():
        try:
            detectors._try(name, ())
        except ParameterError:
            continue
        accepted.append(name)
    assert set(accepted) >= detectors._PROVEN
    assert not {"cof", "sod", "mad", "cd", "sos"} & set(accepted)
    assert capsys.readouterr().out == ""

"""A daemon's own readings, decisions and outcomes are compared with what neighbors told, or with its own past."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.aggregation import MAD_TO_DEVIATION, Neighborhoods
from swarmsec.immunity import OWN_FEATURES, OutcomeFeatures, OwnFeatures, UsualSelf
from swarmsec.network import topology

COMPLETE = topology("complete", n=7)


def test_a_false_reading_deviates_from_what_neighbors_told_of_theirs() -> None:
    readings = np.array([0.0, 1, 2, 3, 4, 5, 100])[:, None]
    around = Neighborhoods(COMPLETE).median_and_mad(readings)
    features = OwnFeatures(7)
    first, second = features.observe(readings, around), features.observe(readings + 1.0, around)
    row = dict(zip(OWN_FEATURES, first[6], strict=True))
    # Daemon 6 reads 100; its neighbors read 0 to 5: median 2.5, MAD 1.5.
    deviation = 97.5 / (1.5 * MAD_TO_DEVIATION)
    assert row == pytest.approx(
        {"distance": 97.5, "deviation": deviation, "deviation_ewma": 0.1 * deviation, "step": 0.0}
    )
    assert second[6, 3] == pytest.approx(1.0 / (1.5 * MAD_TO_DEVIATION))


def test_features_are_finite_whatever_the_values_are() -> None:
    around = Neighborhoods(COMPLETE).median_and_mad(np.zeros((7, 2)))
    features = OwnFeatures(7)
    for value in (np.nan, np.inf, -1e300, 0.0):
        assert np.isfinite(features.observe(np.full((7, 2), value), around)).all()
    outcomes = OutcomeFeatures(1)
    for value in (0.0, np.nan, np.inf, -np.inf, 1e300, 0.0):
        assert np.isfinite(outcomes.observe(np.array([value]), np.array([1.0]))).all()


def test_what_is_usual_of_oneself_is_the_past_alone() -> None:
    usual = UsualSelf(1)
    rng = np.random.default_rng(0)
    for _ in range(500):
        usual.observe(rng.normal(3.0, 2.0, size=1))
    mean, deviation = usual.observe(np.array([1e6]))
    assert mean[0, 0] == pytest.approx(3.0, abs=1.5)
    assert deviation[0, 0] == pytest.approx(2.0, abs=1.0)


def test_an_outcome_that_breaks_its_claim_is_a_finding_and_a_usual_gap_is_not() -> None:
    rng, features = np.random.default_rng(1), OutcomeFeatures(3)
    for now in range(101):
        claims = rng.normal(10.0, 5.0, size=3)
        gap = np.array([0.0, 4.0, 0.0 if now < 100 else 8.0])  # The second always claims too much.
        found = features.observe(claims - gap + 0.5 * rng.normal(size=3), claims)
    assert np.abs(found[:2, 1]).max() < 5.0
    assert found[2, 1] < -8.0

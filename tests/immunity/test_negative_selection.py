"""Detectors cover everything except self, and nothing around a sample of self."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import NegativeSelection, UnitCube


def ring_of_self(count, seed):
    """Self on a ring around the center, so that non-self is inside and outside of it."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, count)
    return 0.5 + 0.3 * np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.01, (count, 2))


def fitted(samples, seed=0, **parameters):
    detectors = NegativeSelection(np.random.default_rng(seed), **parameters)
    detectors.fit(samples)
    return detectors


def test_no_detector_reaches_into_the_self_radius_of_a_sample() -> None:
    samples = ring_of_self(500, 0)
    detectors = fitted(samples, self_radius=0.05)
    apart = np.linalg.norm(samples[:, None] - detectors.centers, axis=2)
    assert (apart >= detectors.radii + 0.05 - 1e-12).all()


@pytest.mark.parametrize(("coverage", "measured"), [(0.9, 0.8), (0.99, 0.95)])
def test_the_share_of_non_self_that_is_covered_is_a_little_below_the_estimate(coverage, measured) -> None:
    samples = ring_of_self(500, 0)
    points = np.random.default_rng(1).random((20_000, 2))
    other = points[np.linalg.norm(points[:, None] - samples, axis=2).min(axis=1) > 0.05]
    found = np.mean([fitted(samples, seed, coverage=coverage).anomalous(other).mean() for seed in range(5)])
    assert measured < found <= coverage


def test_it_finds_the_inside_of_a_ring_and_the_outside_and_not_the_ring() -> None:
    detectors = fitted(ring_of_self(500, 0))
    assert detectors.anomalous(np.array([[0.5, 0.5], [0.05, 0.05], [7.0, -3.0]])).all()
    assert detectors.anomalous(ring_of_self(2000, 2)).mean() < 0.01


def test_detectors_of_larger_radius_make_few_enough() -> None:
    """Radii vary, so that a wide empty space needs few detectors (Ji & Dasgupta 2004, section 3)."""
    detectors = fitted(np.full((10, 2), 0.5), coverage=0.99)
    assert len(detectors.radii) < 60
    assert detectors.radii.max() > 2 * detectors.radii.min()


def test_a_score_does_not_depend_on_the_other_rows() -> None:
    detectors = fitted(ring_of_self(300, 0))
    rows = np.random.default_rng(3).random((50, 2))
    flood = np.concatenate([rows, np.full((5000, 2), 0.99)])
    assert np.array_equal(detectors.score(rows), detectors.score(flood)[:50])
    assert np.array_equal(detectors.score(rows[:1]), detectors.score(rows)[:1])


def test_the_distance_to_self_finds_as_much_at_an_equal_rate_of_false_alarms() -> None:
    """What a plain nearest-neighbor detector finds; so the random detectors are redundant here."""
    rng = np.random.default_rng(4)
    samples, normal = rng.normal(0.5, 0.05, (2, 1000, 3))
    lies = rng.normal([0.7, 0.5, 0.5], 0.05, (1000, 3))
    detectors = fitted(samples, self_radius=0.08)
    nearest = [np.array([np.linalg.norm(samples - row, axis=1).min() for row in rows]) for rows in (normal, lies)]
    limit = np.quantile(nearest[0], 1.0 - detectors.anomalous(normal).mean())
    assert (nearest[1] > limit).mean() >= detectors.anomalous(lies).mean() - 0.02


def test_the_unit_cube_has_the_usual_in_its_middle_and_holds_everything() -> None:
    rows = np.random.default_rng(5).normal(3.0, 2.0, (4000, 2))
    places = UnitCube(rows).place(np.array([[3.0, 11.0], [-1e300, 1e300]]))
    assert places[0] == pytest.approx([0.5, 0.75], abs=0.01)
    assert places[1] == pytest.approx([0.0, 1.0], abs=1e-6)
    assert np.array_equal(UnitCube(np.ones((9, 1))).place(np.ones((1, 1))), [[0.5]])

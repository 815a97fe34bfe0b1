"""Values on edges are compared with what the same receiver saw before."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.immunity import EdgeBaseline
from swarmsec.network import topology

RING = topology("circulant", n=12, offsets=[1, 2])


def learned(noise, network=RING):
    baseline = EdgeBaseline(network)
    for values in noise:
        baseline.collect(values, network)
    return baseline


def test_usual_values_are_standard_normal() -> None:
    rng = np.random.default_rng(0)
    offset, scale = rng.normal(size=(RING.m, 1)), np.repeat(np.arange(1.0, 13.0), 4)[:, None]
    draws = offset + scale * rng.normal(size=(500, RING.m, 1))
    baseline = learned(draws[:64])
    z = np.stack([baseline.standardize(values, RING) for values in draws[64:]])
    assert z.mean() == pytest.approx(0.0, abs=0.1)
    assert z.std() == pytest.approx(1.0, rel=0.1)


def test_a_receiver_is_not_judged_by_the_values_of_another() -> None:
    draws = np.random.default_rng(1).normal(size=(20, RING.m, 2))
    louder = draws.copy()
    far = RING.receivers >= 6
    louder[:, far] *= 1000.0
    one, other = (learned(each).standardize(draws[0], RING) for each in (draws, louder))
    assert np.array_equal(one[~far], other[~far])
    assert not np.allclose(one[far], other[far])


def test_an_edge_that_never_varied_has_finite_deviations() -> None:
    baseline = learned(np.ones((5, RING.m, 1)))
    assert np.array_equal(baseline.standardize(np.ones((RING.m, 1)), RING), np.zeros((RING.m, 1)))
    assert np.isfinite(baseline.standardize(np.full((RING.m, 1), 1e100), RING)).all()


def test_a_new_edge_is_compared_with_the_deviation_of_its_receiver() -> None:
    more = topology("circulant", n=12, offsets=[1, 2, 3])
    rng = np.random.default_rng(2)
    baseline = learned(rng.normal(size=(64, RING.m, 1)))
    before = baseline.standardize(np.full((RING.m, 1), 3.0), RING)
    after = baseline.standardize(np.full((more.m, 1), 3.0), more)
    assert len(after) == more.m
    assert np.isin(before, after).all()
    assert after[~np.isin(after, before)].mean() == pytest.approx(3.0, rel=0.3)

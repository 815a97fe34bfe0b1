"""Objectives that a learning swarm minimizes."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec.objectives import WORST, loss


@pytest.mark.parametrize("objective", ["sphere", "rastrigin"])
def test_the_origin_is_the_minimum(objective) -> None:
    points = np.linspace(-3, 3, 61)[:, None] * np.ones(4)
    losses = loss(objective, points)
    assert losses[30] == 0.0
    assert (np.delete(losses, 30) > 0).all()


def test_rastrigin_has_a_local_minimum_near_every_grid_point() -> None:
    near = loss("rastrigin", np.array([[0.995], [0.9], [1.1]]))
    assert near[0] == pytest.approx(0.994959, abs=1e-6)
    assert near[0] < near[1:].min()


@pytest.mark.parametrize("objective", ["sphere", "rastrigin"])
@pytest.mark.parametrize("wild", [np.nan, np.inf, 1e300, -1e200])
def test_a_non_finite_point_has_the_largest_loss(objective, wild) -> None:
    assert loss(objective, np.array([[wild, 1.0]])).tolist() == [WORST]

"""MinMax and MinSum go as far as the distances between honest daemons allow, and no farther."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist, pdist

from swarmsec import run, simulate
from tests.attacks.swarms import spread_swarm
from tests.strategies import beliefs


def lie(honest, **min_max) -> np.ndarray:
    """The lie of one hijacked daemon beside honest daemons with these values."""
    initial = [[9.0] * len(honest[0]), *honest]
    attack = {"kind": "min_max", "daemons": [0], **min_max}
    swarm = beliefs(initial, {"kind": "complete", "n": len(initial)}, attacks=[attack], rounds=1)
    return simulate(swarm, arm="attacked").final[0]


@pytest.mark.parametrize("direction", ["unit", "deviation", "sign"])
def test_on_a_line_the_largest_distance_is_reached_at_the_smallest_honest_value(direction) -> None:
    # 0, 1 and 5 have mean 2 and diameter 5: |x − 5| ≤ 5 gives x = 0.
    assert lie([[0.0], [1.0], [5.0]], direction=direction) == pytest.approx(np.array([0.0]), abs=1e-14)


def test_on_a_line_the_sum_of_squares_allows_more() -> None:
    # 5 has the largest sum, 25 + 16 = 41; −1 has 1 + 4 + 36 = 41.
    assert lie([[0.0], [1.0], [5.0]], bound="sum") == pytest.approx(np.array([-1.0]), abs=1e-14)


def test_a_triangle_by_hand() -> None:
    # Mean (4/3, 1), diameter 5, x = (4/3 − g, 1 − g): (4, 0) binds, 2g² + 10/3 g − 152/9 = 0.
    g = (-10 + math.sqrt(1316)) / 12
    found = lie([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]], direction="sign")
    assert found == pytest.approx(np.array([4 / 3 - g, 1 - g]), rel=1e-14)


@pytest.mark.parametrize("direction", ["unit", "deviation", "sign"])
def test_the_bounds_hold_with_equality_in_three_dimensions(direction) -> None:
    honest = np.random.default_rng(3).normal(size=(9, 3))
    squares = cdist(honest, honest, "sqeuclidean").sum(axis=1)
    farthest = cdist(lie(honest.tolist(), direction=direction)[None], honest)
    assert farthest.max() == pytest.approx(pdist(honest).max(), rel=1e-12)
    summed = cdist(lie(honest.tolist(), direction=direction, bound="sum")[None], honest, "sqeuclidean").sum()
    assert summed == pytest.approx(squares.max(), rel=1e-12)


def test_it_holds_the_mean_where_all_honest_daemons_agree() -> None:
    assert lie([[2.0], [2.0]]).tolist() == [2.0]


def test_zero_strength_does_no_damage() -> None:
    assert run(spread_swarm("min_max", strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_it_bites_and_w_msr_does_not_limit_it() -> None:
    defended = run(spread_swarm("min_max", [{"kind": "wmsr", "f": 10}]))
    assert defended.bites
    assert defended.verdict == "not_limited"


def test_krum_excludes_the_lie_within_the_bound_on_sums() -> None:
    assert run(spread_swarm("min_max", [{"kind": "krum", "f": 10}], bound="sum")).damage_limited.mean > 0.5

"""The rules over (n, d): published numbers, guarantees as properties, and refused input."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from swarmsec import aggregation
from swarmsec.aggregation import (
    bucketing,
    bulyan,
    centered_clipping,
    cge,
    fltrust,
    geometric_median,
    krum,
    krum_eta,
    meamed,
    mean,
    median,
    monna,
    multi_krum,
    nnm,
    robustness_coefficient,
    trimmed_mean,
)
from swarmsec.aggregation.matrix.nearest import squared_distances
from swarmsec.errors import ParameterError

TO_ONE: list[Callable[..., Any]] = [
    mean,
    median,
    trimmed_mean,
    krum,
    multi_krum,
    bulyan,
    geometric_median,
    centered_clipping,
    meamed,
    cge,
    monna,
    fltrust,
]
MIXING: list[Callable[..., Any]] = [nnm, bucketing]
ROBUST = [rule for rule in TO_ONE if rule is not mean]


def name_of(rule: Callable[..., Any]) -> str:
    return rule.__name__


def normal(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def points(n: int = 11, d: int = 3, size: float = 100.0) -> st.SearchStrategy[np.ndarray]:
    """Rows whose pairwise distances are larger than rounding errors."""
    return arrays(np.int64, (n, d), elements=st.integers(int(-8 * size), int(8 * size))).map(lambda x: x / 8)


# --- SCIENCE.md, section 3 ------------------------------------------------------------------------------------------


def test_the_trimmed_mean_of_seven_zeros_and_three_millions() -> None:
    x = [[0.0]] * 7 + [[1e6]] * 3
    assert trimmed_mean(x, f=2) == pytest.approx([166666.667], abs=1e-3)
    assert trimmed_mean(x, f=3).tolist() == [0.0]


def test_centered_clipping_from_zero_with_tau_one() -> None:
    rows = [[1, 0], [-1, 0], [0, 1], [0, -1], [1e6, 0]]
    assert centered_clipping(rows, center=[0, 0], tau=1.0, iterations=1) == pytest.approx([0.2, 0.0], abs=1e-15)


@pytest.mark.parametrize(("n", "f", "eta"), [(10, 2, 6.0), (7, 2, 7.34847), (25, 5, 11.26601)])
def test_krums_eta(n: int, f: int, eta: float) -> None:
    assert krum_eta(n, f) == pytest.approx(eta, abs=5e-6)


def test_the_geometric_median_of_the_triangle_is_its_fermat_point() -> None:
    triangle = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0]])
    found = geometric_median(triangle)
    assert found == pytest.approx([0.695789, 0.751176], abs=5e-7)
    assert np.linalg.norm(triangle - found, axis=1).sum() == pytest.approx(6.766433, abs=5e-7)


@pytest.mark.parametrize(("epsilon", "turned"), [(2.3, False), (2.4, True)])
def test_inner_product_manipulation_reverses_the_mean_if_epsilon_exceeds_n_minus_f_over_f(
    epsilon: float, turned: bool
) -> None:
    honest = np.ones((7, 4))
    x = np.vstack([honest, np.repeat(-epsilon * honest.mean(axis=0, keepdims=True), 3, axis=0)])
    assert bool((mean(x, f=3) < 0).all()) is turned


# --- Each rule against its definition ---------------------------------------------------------------------------------


def krum_scores(x: np.ndarray, f: int) -> np.ndarray:
    squares = ((x[:, None] - x) ** 2).sum(axis=2)
    return np.sort(squares, axis=1)[:, 1 : len(x) - f - 1].sum(axis=1)


@pytest.mark.parametrize(("n", "d", "f"), [(7, 2, 1), (30, 4, 9), (100, 1000, 20), (500, 40, 100)])
def test_krum_is_the_row_with_the_smallest_sum_over_the_n_minus_f_minus_2_nearest(n: int, d: int, f: int) -> None:
    x = normal(n, d)
    scores = krum_scores(x, f)
    assert np.array_equal(krum(x, f=f), x[np.argmin(scores)])
    for m in (1, 3, n - f):
        best = np.argsort(scores)[:m]
        assert multi_krum(x, f=f, m=m) == pytest.approx(x[best].mean(axis=0), abs=1e-12)
    assert np.array_equal(multi_krum(x, f=f), multi_krum(x, f=f, m=n - f - 2))


def test_krum_counts_exactly_n_minus_f_minus_2_neighbors() -> None:
    """With four neighbors the row at 3 has the smallest score; with five it would be the row at 1."""
    x = np.array([[0.0], [0.5], [1.0], [3.0], [3.4], [3.5], [100.0]])
    one_too_many = np.sort((x - x.T) ** 2, axis=1)[:, 1:6].sum(axis=1)
    assert krum(x, f=1).tolist() == x[np.argmin(krum_scores(x, 1))].tolist()
    assert np.argmin(krum_scores(x, 1)) != np.argmin(one_too_many)


@pytest.mark.parametrize("shift", [0.0, 1e6, 1e8])
@pytest.mark.parametrize("scale", [1.0, 1e-150, 1e150])
def test_krum_is_exact_far_from_the_origin(shift: float, scale: float) -> None:
    x = normal(100, 50, seed=3)
    moved = (np.round(x, 6) + shift) * scale
    apart = np.round(moved / scale - shift, 6)
    expected = np.argmin(krum_scores(apart, 20))
    assert np.array_equal(krum(moved, f=20), moved[expected])


def test_krum_ignores_scattered_liars_among_equal_rows() -> None:
    x = np.full((300, 20), 0.1)
    x[:60] = normal(60, 20)
    assert np.array_equal(krum(x, f=60), x[-1])
    assert (nnm(x, f=60)[60:] == nnm(x, f=60)[-1]).all()


@pytest.mark.parametrize("n", [65, 130, 301])
def test_equal_rows_get_equal_mixtures_and_equal_distances(n: int) -> None:
    """On every processor: BLAS may round equal rows of a product differently, by their position in its blocks."""
    x = normal(n, 40, seed=n)
    x[::3] = x[1]
    x[::3, 7], x[1, 7] = 0.0, -0.0
    agree = np.flatnonzero((x == x[1]).all(axis=1))
    distances = squared_distances(x)
    assert (distances[:, agree] == distances[:, agree[:1]]).all()
    assert (distances == distances.T).all()
    assert (nnm(x, f=n // 4)[agree] == nnm(x, f=n // 4)[agree[0]]).all()


@given(points(9, 2))
@settings(max_examples=60, deadline=None)
def test_bulyan_selects_by_repeated_krum_and_takes_the_mean_around_the_median(x: np.ndarray) -> None:
    x = x + normal(9, 2, seed=1) / 64  # Ties would decide the result.
    left, selected, f = list(range(9)), [], 1
    while len(selected) < 7:
        rest = x[left]
        squares = np.sort(((rest[:, None] - rest) ** 2).sum(axis=2), axis=1)
        scores = squares[:, 1 : 1 + max(len(left) - f - 2, 1)].sum(axis=1)
        selected.append(left.pop(int(np.lexsort((squares.sum(axis=1), scores))[0])))
    assert bulyan(x, f=1) == pytest.approx(meamed_reference(x[selected], 5), abs=1e-9)


def meamed_reference(x: np.ndarray, count: int) -> np.ndarray:
    """The mean of the values nearest to the median, for every way to break ties on one side or the other."""
    means = []
    for column in x.T:
        distances = np.abs(column - np.median(column))
        reach = np.sort(distances)[count - 1]
        sure, tied = column[distances < reach], column[distances == reach]
        ways = [np.sum(way) for way in itertools.combinations(tied, count - len(sure))]
        above, below = max(ways), min(ways)
        means.append((sure.sum() + 0.5 * (above + below)) / count)
    return np.array(means)


@given(points(8, 3), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_meamed_is_the_mean_of_the_n_minus_f_values_nearest_to_the_median(x: np.ndarray, f: int) -> None:
    assert meamed(x, f=f) == pytest.approx(meamed_reference(x, 8 - f), abs=1e-9)


@given(points(8, 3), st.integers(0, 3))
@settings(max_examples=100, deadline=None)
def test_median_and_trimmed_mean_equal_those_of_sorted_values(x: np.ndarray, f: int) -> None:
    assert np.array_equal(median(x), np.median(x, axis=0) + 0.0)
    assert trimmed_mean(x, f=f) == pytest.approx(np.sort(x, axis=0)[f : 8 - f].mean(axis=0), abs=1e-9)


@pytest.mark.parametrize(("n", "d"), [(100, 1000), (1000, 100), (101, 333)])
def test_large_matrices_give_the_results_of_small_ones(n: int, d: int) -> None:
    x = np.round(normal(n, d), 2)
    f = n // 5
    ranked = np.sort(x, axis=0)
    assert np.array_equal(median(x), np.median(x, axis=0) + 0.0)
    assert trimmed_mean(x, f=f) == pytest.approx(ranked[f : n - f].mean(axis=0), abs=1e-12)
    assert mean(x) == pytest.approx(x.mean(axis=0), abs=1e-12)
    squares = ((x - x[3]) ** 2).sum(axis=1)
    assert monna(x, f=f, own=3) == pytest.approx(x[np.argsort(squares)[: n - f]].mean(axis=0), abs=1e-12)
    lengths = np.linalg.norm(x, axis=1)
    cut = np.minimum(1, 8 / lengths)
    assert centered_clipping(x, center=0, tau=8) == pytest.approx((cut[:, None] * x).mean(axis=0), abs=1e-12)
    pairs = np.concatenate([(x[: n // 2 * 2 : 2] + x[1 : n // 2 * 2 : 2]) / 2, x[n // 2 * 2 :]])
    assert bucketing(x, s=2) == pytest.approx(pairs, abs=1e-12)


@pytest.mark.parametrize(("n", "f"), [(20, 4), (120, 30)])
def test_nearest_neighbor_mixing_averages_the_n_minus_f_nearest(n: int, f: int) -> None:
    x = normal(n, 40)
    squares = ((x[:, None] - x) ** 2).sum(axis=2)
    expected = [x[np.argsort(row)[: n - f]].mean(axis=0) for row in squares]
    assert nnm(x, f=f) == pytest.approx(np.array(expected), abs=1e-12)


@given(points(9, 2, 10.0))
@settings(max_examples=150, deadline=None)
def test_the_geometric_median_has_converged(x: np.ndarray) -> None:
    """The unit vectors to the rows cancel, or a row outweighs them: the condition of a minimum."""
    found = geometric_median(x)
    apart = x - found
    distances = np.linalg.norm(apart, axis=1)
    far = distances > 1e-12
    pull = np.linalg.norm((apart[far] / distances[far, None]).sum(axis=0))
    assert pull <= np.count_nonzero(~far) + 1e-6


@pytest.mark.parametrize(("n", "d"), [(100, 1000), (1000, 100)])
@pytest.mark.parametrize("lie", [0.0, 50.0, 1e12, 1e300])
def test_a_large_geometric_median_has_converged_with_two_liars_in_five(n: int, d: int, lie: float) -> None:
    x = normal(n, d)
    if lie:
        x[: 2 * n // 5] = lie
    found = geometric_median(x)
    apart = x - found
    apart /= np.abs(apart).max(axis=1, keepdims=True)
    apart /= np.linalg.norm(apart, axis=1, keepdims=True)
    assert np.linalg.norm(apart.sum(axis=0)) <= 1e-6 * n


def test_the_geometric_median_at_a_row_is_that_row() -> None:
    x = np.array([[0.0, 0.0], [1.0, 0.1], [-1.0, 0.1], [0.0, -1.0], [0.02, 1.0]])
    assert geometric_median(x).tolist() == [0.0, 0.0]
    assert geometric_median([[3.0, 4.0]] * 5 + [[9.0, 9.0]] * 4).tolist() == [3.0, 4.0]


def test_fltrust_drops_rows_of_opposite_direction_and_rescales_long_ones() -> None:
    server = np.array([1.0, 0.0])
    assert fltrust([[2.0, 0.0], [-50.0, 0.0], [100.0, 0.0]], server=server).tolist() == [1.0, 0.0]
    assert fltrust([[-2.0, 0.0], [0.0, 0.0]], server=server).tolist() == [1.0, 0.0]
    weighed = fltrust([[3.0, 3.0], [0.5, 0.0]], server=server)
    cosine = math.sqrt(0.5)
    assert weighed == pytest.approx(np.array([cosine * cosine + 1, cosine * cosine]) / (cosine + 1))
    assert np.array_equal(fltrust([server, [2.0, 0.0]], server=0), [1.0, 0.0])


def test_cge_keeps_the_shortest_rows() -> None:
    assert cge([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0], [9.0, 9.0]], f=1) == pytest.approx([-2 / 3, 2 / 3])


def test_bucketing_shuffles_with_the_given_generator() -> None:
    x = normal(9, 2)
    buckets = bucketing(x, s=3, rng=np.random.default_rng(5))
    order = np.random.default_rng(5).permutation(9)
    assert sorted(map(tuple, buckets)) == sorted(
        tuple(x[[order[3 * k], order[3 * k + 1], order[3 * k + 2]]].mean(axis=0).tolist()) for k in range(3)
    ) or buckets == pytest.approx(x[order].reshape(3, 3, 2).mean(axis=1))
    assert mean(buckets) == pytest.approx(mean(x))


# --- Properties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", TO_ONE, ids=name_of)
@given(x=points(), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_rows_does_not_matter(rule, x: np.ndarray, seed: int) -> None:
    if rule in {krum, multi_krum, bulyan}:
        x = x + normal(*x.shape, seed=1) / 64  # Ties would decide the result.
    mixed = x[np.random.default_rng(seed).permutation(len(x))]
    assert rule(mixed, f=2) == pytest.approx(rule(x, f=2), abs=1e-6)


@pytest.mark.parametrize("rule", [rule for rule in TO_ONE if rule not in {cge, fltrust}], ids=name_of)
@given(x=points(), shift=st.integers(-1000, 1000))
@settings(max_examples=40, deadline=None)
def test_moving_all_rows_moves_the_result(rule, x: np.ndarray, shift: int) -> None:
    assert rule(x + shift, f=2) == pytest.approx(rule(x, f=2) + shift, abs=1e-6)


@pytest.mark.parametrize("rule", TO_ONE, ids=name_of)
@pytest.mark.parametrize("factor", [2.0**-40, 2.0**40, 2.0**900])
def test_scaling_all_rows_scales_the_result(rule, factor: float) -> None:
    x = normal(15, 4)
    assert rule(x * factor, f=3) / factor == pytest.approx(rule(x, f=3), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("rule", [median, trimmed_mean, meamed, bulyan], ids=name_of)
@given(honest=points(9, 2), lies=arrays(np.float64, (2, 2), elements=st.floats(allow_nan=True, allow_infinity=True)))
@example(  # A lie of 0 is nearer to the median, 0.875, than the two honest values of 1.875 are.
    honest=np.array([[15, 0], [7, -9], [15, 7], [7, 7], [7, 7], [7, 7], [7, 7], [7, 7], [7, 7]]) / 8,
    lies=np.zeros((2, 2)),
)
@settings(max_examples=80, deadline=None)
def test_f_liars_cannot_move_a_componentwise_rule_out_of_the_honest_box(rule, honest, lies) -> None:
    f = 2 if rule in {median, trimmed_mean} else 1
    if rule in {meamed, bulyan}:
        # They average values near the median, which may be lies: within one honest spread of the box.
        spread = np.ptp(honest, axis=0)
        low, high = honest.min(axis=0) - spread, honest.max(axis=0) + spread
    else:
        low, high = honest.min(axis=0), honest.max(axis=0)
    found = rule(np.vstack([honest, lies[:f]]), f=f)
    assert (low - 1e-9 <= found).all()
    assert (found <= high + 1e-9).all()


@pytest.mark.parametrize(
    ("rule", "name"),
    [(trimmed_mean, "trimmed_mean"), (median, "median"), (geometric_median, "geometric_median"), (krum, "krum")],
)
@pytest.mark.parametrize("mixed", [False, True])
@given(honest=points(7, 2), lies=points(2, 2, size=1000))
@settings(max_examples=60, deadline=None)
def test_rules_are_robust_by_their_coefficient(rule, name, mixed: bool, honest: np.ndarray, lies: np.ndarray) -> None:
    """Allouah et al. 2023, definition 2, for every set of n − f rows."""
    x = np.vstack([honest, lies])
    kappa = robustness_coefficient(name, 9, 2, mixed=mixed)
    found = rule(nnm(x, f=2), f=2) if mixed else rule(x, f=2)
    for some in itertools.combinations(range(9), 7):
        center = x[list(some)].mean(axis=0)
        spread = ((x[list(some)] - center) ** 2).sum(axis=1).mean()
        assert ((found - center) ** 2).sum() <= kappa * spread + 1e-6


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_non_finite_row_is_dropped_and_counts_as_one_of_the_f(rule, bad: float) -> None:
    x = normal(15, 3)
    poisoned = np.insert(x, 4, [0.0, bad, 0.0], axis=0)
    assert np.array_equal(rule(poisoned, f=3), rule(x, f=2))
    assert np.array_equal(rule(x, f=0), rule(np.vstack([x, [[bad] * 3] * 2]), f=1))


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
def test_large_matrices_with_a_non_finite_row(rule) -> None:
    x = normal(150, 200)
    poisoned = np.insert(x, 4, np.nan, axis=0)
    assert np.array_equal(rule(poisoned, f=3), rule(x, f=2))


@pytest.mark.parametrize("rule", ROBUST, ids=name_of)
@pytest.mark.parametrize("shape", [(15, 3), (150, 200)])
@pytest.mark.parametrize("lie", [1e150, 1e300, 1.7e308])
@pytest.mark.filterwarnings("error")
def test_lies_of_the_largest_floats_do_not_overflow(rule, shape: tuple[int, int], lie: float) -> None:
    x = normal(*shape)
    x[0], x[1] = lie, -lie
    found = rule(x, f=2)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 10.0


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
@pytest.mark.parametrize("shape", [(15, 3), (150, 200)])
@pytest.mark.filterwarnings("error")
def test_rows_of_the_largest_floats_stay_finite(rule, shape: tuple[int, int]) -> None:
    found = rule(np.full(shape, 1.7e308), f=2)
    assert found.reshape(-1) == pytest.approx(np.full(found.size, 1.7e308), rel=1e-9)


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
@pytest.mark.parametrize("shape", [(15, 3), (150, 200)])
def test_a_rule_changes_no_input_and_keeps_no_state(rule, shape: tuple[int, int]) -> None:
    x = normal(*shape)
    before = x.copy()
    first = rule(x, f=2)
    kept = first.copy()
    rule(x * 3 + 1, f=1)
    again = rule(x, f=2)
    again += 1.0
    assert np.array_equal(x, before)
    assert np.array_equal(first, kept)


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
def test_lists_integers_and_other_memory_layouts_are_accepted(rule) -> None:
    x = np.round(normal(15, 3) * 10).astype(np.int64)
    expected = rule(x.astype(float), f=2)
    for other in (x, x.tolist(), x.astype(np.float32), np.asfortranarray(x), [tuple(row) for row in x.tolist()]):
        assert np.array_equal(rule(other, f=2), expected)
    wide = np.asfortranarray(normal(150, 200))
    assert rule(wide, f=2) == pytest.approx(rule(np.ascontiguousarray(wide), f=2), abs=1e-12)


@pytest.mark.parametrize("rule", TO_ONE, ids=name_of)
def test_a_vector_of_n_numbers_is_n_rows_of_one_component(rule) -> None:
    x = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 60.0]
    assert np.array_equal(rule(x, f=1), rule([[v] for v in x], f=1))
    assert rule(x, f=1).shape == (1,)


# --- Refused input ----------------------------------------------------------------------------------------------------

LEAST = {
    mean: lambda f: 1,
    median: lambda f: 2 * f + 1,
    trimmed_mean: lambda f: 2 * f + 1,
    krum: lambda f: 2 * f + 3,
    multi_krum: lambda f: 2 * f + 3,
    bulyan: lambda f: 4 * f + 3,
    geometric_median: lambda f: 2 * f + 1,
    centered_clipping: lambda f: 2 * f + 1,
    meamed: lambda f: 2 * f + 1,
    cge: lambda f: 2 * f + 1,
    monna: lambda f: 2 * f + 1,
    fltrust: lambda f: max(f, 1),
    nnm: lambda f: 2 * f + 1,
    bucketing: lambda f: 2 * f + 1,
}


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
@pytest.mark.parametrize("f", [0, 1, 2, 3])
def test_an_n_and_f_that_violate_the_precondition_are_refused(rule, f: int) -> None:
    least = LEAST[rule](f)
    assert np.isfinite(rule(normal(least, 2), f=f)).all()
    with pytest.raises(ParameterError):
        rule(normal(least - 1, 2), f=f)


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
@pytest.mark.parametrize("f", [-1, 1.0, "1", True, None, math.nan])
def test_an_f_that_is_no_count_is_refused(rule, f: object) -> None:
    with pytest.raises(ParameterError, match="whole number"):
        rule(normal(20, 2), f=f)


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
@pytest.mark.parametrize("x", [[[1, 2], [3]], "rows", np.zeros((4, 2, 2)), [["a"]], None, [[1j]], np.zeros((0, 3))])
def test_input_that_is_no_matrix_of_numbers_is_refused(rule, x: object) -> None:
    with pytest.raises(ParameterError):
        rule(x, f=0)


@pytest.mark.parametrize("rule", TO_ONE + MIXING, ids=name_of)
def test_a_matrix_without_a_finite_row_is_refused(rule) -> None:
    with pytest.raises(ParameterError, match="not finite"):
        rule(np.full((11, 2), math.nan), f=2)


@pytest.mark.parametrize(
    ("rule", "options", "where"),
    [
        (multi_krum, {"m": 0}, "m"),
        (multi_krum, {"m": 10}, "m"),
        (centered_clipping, {"tau": 0.0}, "tau"),
        (centered_clipping, {"tau": -1.0}, "tau"),
        (centered_clipping, {"iterations": 0}, "iterations"),
        (centered_clipping, {"center": [1.0, 2.0, 3.0]}, "center"),
        (centered_clipping, {"center": math.nan}, "center"),
        (geometric_median, {"tolerance": 0.0}, "tolerance"),
        (monna, {"own": 11}, "own"),
        (monna, {"own": -1}, "own"),
        (monna, {"own": [math.inf, 0.0]}, "own"),
        (fltrust, {"server": 11}, "server"),
        (fltrust, {"server": [0.0] * 5}, "server"),
        (bucketing, {"s": 0}, "s"),
    ],
)
def test_an_option_out_of_bounds_is_refused_with_its_name(rule, options: dict[str, Any], where: str) -> None:
    with pytest.raises(ParameterError) as refused:
        rule(normal(11, 2), f=2, **options)
    assert refused.value.where == where


def test_buckets_with_a_lying_majority_are_refused_if_requested_and_avoided_by_default() -> None:
    x = normal(7, 2)
    with pytest.raises(ParameterError):
        bucketing(x, f=3, s=2)
    assert bucketing(x, f=3).shape == (7, 2)
    assert bucketing(x, f=1).shape == (4, 2)


def test_the_public_api_has_all_rules() -> None:
    assert {name_of(rule) for rule in TO_ONE + MIXING} <= set(aggregation.__all__)

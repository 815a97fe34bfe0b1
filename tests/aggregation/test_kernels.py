"""The compiled rules equal plain Python to the bit, stay in the honest hull, and give the published numbers."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.aggregation.kernels import compiled_rows as _compiled
from swarmsec.aggregation.kernels import reference as _ordered
from swarmsec.aggregation.kernels import rows as _kernels
from swarmsec.aggregation.kernels.rows import Rows
from swarmsec.arrays import Floats

VALUES = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 1.0, 2.0, 0.1, 0.3]),  # Values with ties.
    st.floats(-1e3, 1e3),
)
PAYLOADS = st.one_of(VALUES, st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300, 1e16]))
WEIGHTS = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0.0, 8.0))


class Case(NamedTuple):
    """The neighborhood of each daemon, and the values that each receives."""

    rows: Rows
    own: Floats
    arguments: dict[str, Floats]

    def heard(self, i: int) -> tuple[float, Floats, Floats | None]:
        edges = slice(self.rows.indptr[i], self.rows.indptr[i + 1])
        broadcast = self.arguments.get("broadcast", self.own)
        values = (
            self.arguments["per_edge"][edges] if "per_edge" in self.arguments else broadcast[self.rows.senders[edges]]
        )
        weights = self.arguments["weights"][edges] if "weights" in self.arguments else None
        return float(self.own[i]), values, weights

    def degrees(self, i: int) -> tuple[int, list[int]]:
        every = np.diff(self.rows.indptr)
        return int(every[i]), [int(every[j]) for j in self.rows.senders[self.rows.indptr[i] : self.rows.indptr[i + 1]]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n = draw(st.integers(1, 12))
    degrees = [draw(st.integers(0, 19))] * n if draw(st.booleans()) else draw(_lists(st.integers(0, 19), n))
    indptr = np.concatenate([[0], np.cumsum(degrees)]).astype(np.int32)
    m = int(indptr[-1])
    indices = np.array(draw(_lists(st.integers(0, n - 1), m)), dtype=np.int32)
    payloads = PAYLOADS if draw(st.booleans()) else VALUES
    arguments = {}
    for name, size, values in (("broadcast", n, payloads), ("per_edge", m, payloads), ("weights", m, WEIGHTS)):
        if draw(st.booleans()):
            arguments[name] = np.array(draw(_lists(values, size)), dtype=np.float64)
    return Case(Rows(indptr, indices), np.array(draw(_lists(payloads, n)), dtype=np.float64), arguments)


def _lists(values: st.SearchStrategy, size: int) -> st.SearchStrategy:
    return st.lists(values, min_size=size, max_size=size)


def _bits(values: Floats | list[float]) -> list[str]:
    return ["nan" if math.isnan(v) else float(v).hex() for v in values]


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_mean_equals_plain_python_to_the_bit(case: Case) -> None:
    expected = [_ordered.mean_one(*case.heard(i)) for i in range(case.rows.n)]
    assert _bits(_kernels.mean(case.rows, case.own, **case.arguments)) == _bits(expected)


@settings(max_examples=300, deadline=None)
@given(cases())
def test_metropolis_equals_plain_python_to_the_bit(case: Case) -> None:
    expected = []
    for i in range(case.rows.n):
        own, values, weights = case.heard(i)
        degree, degrees = case.degrees(i)
        expected.append(_ordered.metropolis_one(own, degree, values, degrees, weights))
    assert _bits(_kernels.metropolis(case.rows, case.own, **case.arguments)) == _bits(expected)


@settings(max_examples=500, deadline=None)
@given(cases(), st.integers(0, 21))
def test_wmsr_equals_plain_python_to_the_bit(case: Case, f: int) -> None:
    expected = [_ordered.wmsr_one(*case.heard(i), f) for i in range(case.rows.n)]
    assert _bits(_kernels.wmsr(case.rows, case.own, f, **case.arguments)) == _bits(expected)


@settings(max_examples=300, deadline=None)
@given(cases())
def test_the_median_and_its_deviation_equal_plain_python_to_the_bit(case: Case) -> None:
    expected = [_ordered.median_and_mad_one(*case.heard(i)) for i in range(case.rows.n)]
    median, mad = _kernels.median_and_mad(case.rows, case.own, **case.arguments)
    assert _bits(median) == _bits([each.median for each in expected])
    assert _bits(mad) == _bits([each.mad for each in expected])
    assert _bits(_kernels.median(case.rows, case.own, **case.arguments)) == _bits(median)


@pytest.mark.parametrize(
    "degrees", [[8] * 300, [16] * 100, [5, 0, 300, 1, 17, 40] * 30, [700] * 70, [0, 20_000, 3] * 2]
)
@pytest.mark.parametrize("form", ["broadcast", "per_edge"])
def test_many_and_long_rows_equal_plain_python_to_the_bit(degrees: list[int], form: str) -> None:
    rng = np.random.default_rng(7)
    n = len(degrees)
    rows = Rows(np.concatenate([[0], np.cumsum(degrees)]), rng.integers(0, n, sum(degrees)))
    own = np.round(rng.normal(size=n), 1)  # Values with many ties.
    arguments = {"per_edge": np.round(rng.normal(size=rows.m), 1)} if form == "per_edge" else {}
    case = Case(rows, own, arguments)
    for f in (1, 3, 30):
        expected = [_ordered.wmsr_one(*case.heard(i), f) for i in range(n)]
        assert _bits(_kernels.wmsr(rows, own, f, **arguments)) == _bits(expected)
    spreads = [_ordered.median_and_mad_one(*case.heard(i)) for i in range(n)]
    assert _bits(_kernels.median_and_mad(rows, own, **arguments).mad) == _bits([each.mad for each in spreads])
    means = [_ordered.mean_one(*case.heard(i)) for i in range(n)]
    assert _bits(_kernels.mean(rows, own, **arguments)) == _bits(means)


@pytest.mark.parametrize("regular", [True, False])
def test_two_threads_give_the_same_bits_as_one(regular: bool) -> None:
    rng = np.random.default_rng(3)
    n = _kernels.PARALLEL_ROWS_MIN + 1
    degrees = np.full(n, 6) if regular else rng.integers(0, 12, n)
    rows = Rows(np.concatenate([[0], np.cumsum(degrees)]), rng.integers(0, n, degrees.sum()))
    own = rng.normal(size=n)
    assert np.array_equal(_kernels.mean(rows, own), _kernels.mean(rows, own, threads=2))
    assert np.array_equal(_kernels.wmsr(rows, own, 2), _kernels.wmsr(rows, own, 2, threads=2))
    assert np.array_equal(_kernels.metropolis(rows, own), _kernels.metropolis(rows, own, threads=2))
    assert np.array_equal(_kernels.median(rows, own), _kernels.median(rows, own, threads=2))


@pytest.mark.slow
def test_compiled_code_fuses_no_product_with_a_sum() -> None:
    # Cached code cannot be inspected, so it is compiled again.
    import numba

    arrays = numba.types.Array(numba.float64, 1, "C", readonly=True)
    ints = numba.types.Array(numba.int32, 1, "C", readonly=True)
    unsigned = numba.types.Array(numba.uint32, 1, "C", readonly=True)
    heard = (*[arrays] * 4, numba.boolean, numba.float64[::1], numba.int64, numba.int64)
    for kernel, front in (
        (_compiled.mean_rows, (ints, unsigned, numba.int64)),
        (_compiled.metropolis_rows, (ints, unsigned, numba.int64, arrays)),
        (_compiled.wmsr_rows, (ints, unsigned, ints, numba.int64)),
        (_compiled.median_rows, (ints, unsigned, ints, numba.float64[::1])),
    ):
        fresh = numba.njit(nogil=True, error_model="numpy")(kernel.py_func)
        fresh.compile((*front, *heard))
        assert "vfm" not in fresh.inspect_asm((*front, *heard))


# --- W-MSR ------------------------------------------------------------------------------------------------------------


def _wmsr_naive(own: float, values: list[float], f: int) -> float:
    """The rule of the paper: remove values from a list one at a time."""
    kept = list(values)
    for _ in range(f):
        if kept and max(kept) > own:
            kept.remove(max(kept))
    for _ in range(f):
        if kept and min(kept) < own:
            kept.remove(min(kept))
    return math.fsum([own, *kept]) / (1 + len(kept))


@settings(max_examples=500, deadline=None)
@given(VALUES, st.lists(VALUES, max_size=12), st.integers(0, 5))
def test_wmsr_matches_the_definition_in_the_paper(own: float, values: list[float], f: int) -> None:
    rows = Rows(np.array([0, len(values)]), np.zeros(len(values), dtype=np.int32))
    result = _kernels.wmsr(rows, np.array([own]), f, per_edge=np.array(values))[0]
    assert result == pytest.approx(_wmsr_naive(own, values, f), rel=1e-12, abs=1e-9)


@settings(max_examples=500, deadline=None)
@given(st.data(), st.integers(1, 4), st.booleans())
def test_wmsr_never_leaves_the_hull_of_the_honest_values(data, f: int, weighed: bool) -> None:
    honest = data.draw(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=12))
    lie = st.sampled_from([1e300, -1e300, 1.7e308, -1e308, 1e16, -1e16, math.inf, -math.inf, math.nan, 1e-300])
    liars = data.draw(st.lists(lie, max_size=f))
    per_edge = np.array(data.draw(st.permutations(honest[1:] + liars)), dtype=np.float64)
    weights = np.array(data.draw(_lists(WEIGHTS, per_edge.size))) if weighed else None
    rows = Rows(np.array([0, per_edge.size]), np.zeros(per_edge.size, dtype=np.int32))
    result = _kernels.wmsr(rows, np.array(honest[:1]), f, per_edge=per_edge, weights=weights)[0]
    assert min(honest) <= result <= max(honest)


@pytest.mark.parametrize(("lie", "mild"), [(1e300, 0.9), (-1e308, -0.9), (1e16, 0.9)])
def test_a_dropped_lie_leaves_no_rounding_error(lie: float, mild: float) -> None:
    rows = Rows(np.array([0, 5]), np.zeros(5, dtype=np.int32))
    own, per_edge = np.array([0.3]), np.array([0.1, 0.2, lie, 0.4, 0.5])
    milder = np.where(per_edge == lie, mild, per_edge)
    assert _kernels.wmsr(rows, own, 1, per_edge=per_edge) == _kernels.wmsr(rows, own, 1, per_edge=milder)


@pytest.mark.parametrize("lie", [math.inf, -math.inf, math.nan])
def test_non_finite_values_are_dropped_before_the_others_are_counted(lie: float) -> None:
    rows = Rows(np.array([0, 5]), np.zeros(5, dtype=np.int32))
    own, per_edge = np.array([0.3]), np.array([0.1, 0.2, lie, 0.4, 0.5])
    heard = (np.where(np.isfinite(per_edge), per_edge, 7.0), np.isfinite(per_edge).astype(np.float64))
    for rule in (_kernels.mean, _kernels.median, lambda *a, **k: _kernels.wmsr(*a, 1, **k)):
        assert rule(rows, own, per_edge=per_edge) == rule(rows, own, per_edge=heard[0], weights=heard[1])


def test_a_weight_of_one_is_no_weight_and_a_weight_of_zero_is_no_message() -> None:
    rng = np.random.default_rng(1)
    rows = Rows(np.arange(0, 401, 8), rng.integers(0, 50, 400))
    own = np.round(rng.normal(size=50), 1)
    ones, none = np.ones(400), np.zeros(400)
    for rule in (_kernels.mean, _kernels.metropolis, _kernels.median, lambda *a, **k: _kernels.wmsr(*a, 2, **k)):
        assert np.array_equal(rule(rows, own), rule(rows, own, weights=ones))
        assert np.array_equal(own, rule(rows, own, weights=none))


def test_the_heaviest_of_equal_messages_counts_as_the_largest() -> None:
    rows = Rows(np.array([0, 2]), np.zeros(2, dtype=np.int32))
    for weights, expected in (([1.0, 3.0], 0.5), ([3.0, 1.0], 0.5)):
        result = _kernels.wmsr(rows, np.array([0.0]), 1, per_edge=np.array([1.0, 1.0]), weights=np.array(weights))
        assert result[0] == expected


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(1, 3))
def test_wmsr_does_not_depend_on_the_order_of_neighbors(data: st.DataObject, f: int) -> None:
    messages = data.draw(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.1, 2.0)), min_size=2, max_size=12))
    rows = Rows(np.array([0, len(messages)]), np.zeros(len(messages), dtype=np.int32))
    results = set()
    for listed in (messages, data.draw(st.permutations(messages))):
        per_edge, weights = np.array(listed).T
        results.add(float(_kernels.wmsr(rows, np.array([0.3]), f, per_edge=per_edge, weights=weights)[0]))
    assert len(results) == 1


def test_a_daemon_without_messages_keeps_its_value() -> None:
    rows = Rows(np.array([0, 0, 1]), np.array([0]))
    own = np.array([3.0, 5.0])
    for rule in (_kernels.mean, _kernels.metropolis, _kernels.median, lambda *a: _kernels.wmsr(*a, 1)):
        assert rule(rows, own)[0] == 3.0
    assert _kernels.median_and_mad(rows, own).mad.tolist() == [0.0, 0.0]


# --- SCIENCE.md, section 3 ------------------------------------------------------------------------------------------


def _rows(edges: list[tuple[int, int]], n: int) -> Rows:
    listens = [sorted({j for i, j in edges if i == k} | {i for i, j in edges if j == k}) for k in range(n)]
    return Rows(np.concatenate([[0], np.cumsum([len(row) for row in listens])]), np.concatenate(listens))


TWO_CLIQUES = [(i + b, j + b) for b in (0, 4) for i in range(4) for j in range(i)] + [(i, 4 + i) for i in range(4)]
CUBE = [(i, i ^ bit) for i in range(8) for bit in (1, 2, 4) if i < i ^ bit]
C7 = [(i, (i + k) % 7) for i in range(7) for k in (1, 2)]


@pytest.mark.parametrize("edges", [TWO_CLIQUES, CUBE])
def test_a_network_that_is_not_robust_enough_freezes(edges: list[tuple[int, int]]) -> None:
    rows = _rows(edges, 8)
    start = np.array([0.0] * 4 + [1.0] * 4)
    state = start
    for _ in range(50):
        state = _kernels.wmsr(rows, state, 1)
    assert state.tolist() == start.tolist()


def test_a_malicious_constant_in_k3_cannot_prevent_agreement() -> None:
    rows = _rows([(0, 1), (0, 2), (1, 2)], 3)
    state = np.array([0.0, 1.0, 100.0])
    for _ in range(100):
        state = _kernels.wmsr(rows, state, 1)
        state[2] = 100.0
    assert state[:2] == pytest.approx([1.0, 1.0])


def test_a_byzantine_echo_in_k3_prevents_agreement() -> None:
    rows = _rows([(0, 1), (0, 2), (1, 2)], 3)
    state = np.array([0.0, 1.0, 100.0])
    for _ in range(100):
        per_edge = state[rows.senders]
        per_edge[rows.senders == 2] = state[:2]
        state = _kernels.wmsr(rows, state, 1, per_edge=per_edge)
    assert state[:2].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("says", "agreed"),
    [
        (lambda t: 100.0, 3.015625),
        (lambda t: -5.0, 1.984375),
        (lambda t: 0.1 * t, 1.947304),
        (lambda t: 50.0 * math.sin(t), 2.489466),
    ],
)
def test_honest_daemons_in_c7_agree_within_the_hull(says, agreed: float) -> None:
    rows = _rows(C7, 7)
    state = np.array([says(0), 0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    for t in range(300):
        state[0] = says(t)
        state = _kernels.wmsr(rows, state, 1)
        assert 0.0 <= state[1:].min() <= state[1:].max() <= 5.0
    assert state[1:] == pytest.approx([agreed] * 6, abs=1e-6)


def test_a_plain_mean_in_c7_follows_the_liar() -> None:
    rows = _rows(C7, 7)
    state = np.array([100.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    for _ in range(300):
        state = _kernels.mean(rows, state)
        state[0] = 100.0
    assert state == pytest.approx([100.0] * 7)

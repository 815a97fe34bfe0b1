"""The rules over neighborhoods equal plain Python for one daemon to the bit, and the rules over (n, d) in value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import aggregation
from swarmsec.aggregation import (
    CenteredClippingRule,
    GeometricMedianRule,
    InvertedToleranceRule,
    KrumRule,
    MedianRule,
    Rule,
    TrimmedMeanRule,
    WmsrRule,
    neighborhoods,
)
from swarmsec.errors import ParameterError
from swarmsec.messages import Messages
from swarmsec.network import Network, topology

RULES: list[Rule] = [
    WmsrRule(1),
    TrimmedMeanRule(0),
    TrimmedMeanRule(1),
    TrimmedMeanRule(3),
    MedianRule(),
    KrumRule(0),
    KrumRule(1),
    KrumRule(2),
    GeometricMedianRule(),
    CenteredClippingRule(),
    CenteredClippingRule(tau=0.7, iterations=3),
    InvertedToleranceRule(),
    InvertedToleranceRule(rate=1.0, cap=1.0),
]
VALUES = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 1.0, 2.0, 0.1, 0.3]), st.floats(-1e3, 1e3))
PAYLOADS = st.one_of(VALUES, st.sampled_from([math.nan, math.inf, -math.inf, 1e300, -1e300, 1e16, 1e-300]))
WEIGHTS = st.one_of(st.sampled_from([0.0, 1.0, 0.5]), st.floats(0.0, 1.0))


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[np.ndarray, Messages]:
    """The value of each daemon, and the messages that each receives."""
    n = draw(st.integers(1, 9))
    d = draw(st.integers(1, 3))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    network = Network.from_edges(n, np.array(edges, dtype=np.int64).reshape(-1, 2), directed=True)
    values = PAYLOADS if draw(st.booleans()) else VALUES

    def array(size: int) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=size * d, max_size=size * d))).reshape(size, d)

    own, m = array(n), network.m
    weights = np.array(draw(st.lists(WEIGHTS, min_size=m, max_size=m))) if draw(st.booleans()) else None
    broadcast = own if draw(st.booleans()) else array(n)
    return own, Messages(network, broadcast, per_edge=array(m) if draw(st.booleans()) else None, weights=weights)


def bits(values: np.ndarray) -> list[str]:
    return ["nan" if math.isnan(v) else float(v).hex() for v in np.ravel(values)]


@pytest.mark.parametrize("rule", RULES, ids=str)
@settings(max_examples=60, deadline=None)
@given(exchange=exchanges())
def test_all_daemons_at_once_equal_one_by_one_to_the_bit(rule: Rule, exchange) -> None:
    own, messages = exchange
    combine_guarantees = rule.over_neighborhoods(own, messages)
    for i in range(len(own)):
        assert bits(combine_guarantees[i]) == bits(rule.over_one(own[i], messages.inbox_of(i)))


def test_a_geometric_median_is_finite_beside_a_point_at_almost_no_distance() -> None:
    own = np.array([[0.0, 0.0], [1e-300, 1.0], [-1e300, 1.0]])
    network = Network.from_edges(3, [(1, 0), (2, 0)], directed=True)
    messages = Messages(network, own, weights=np.array([1.0, 0.5]))
    rule = GeometricMedianRule()
    found = rule.over_neighborhoods(own, messages)[0]
    assert np.isfinite(found).all()
    assert bits(found) == bits(rule.over_one(own[0], messages.inbox_of(0)))


def a_swarm(d: int, f: int = 2, seed: int = 0) -> tuple[Network, np.ndarray]:
    rng = np.random.default_rng(seed)
    network = topology("random_regular", n=60, degree=8, seed=seed)
    x = rng.normal(size=(60, d))
    x[rng.choice(60, f, replace=False)] += 50.0
    return network, x


LOOPS: dict[str, tuple[dict[str, Any], Any]] = {
    "trimmed_mean": ({"f": 2}, lambda rows: aggregation.trimmed_mean(rows, f=2)),
    "median": ({}, lambda rows: aggregation.median(rows)),
    "krum": ({"f": 2}, lambda rows: aggregation.krum(rows, f=2)),
    "geometric_median": ({}, lambda rows: aggregation.geometric_median(rows)),
    "centered_clipping": (
        {"tau": 2.0, "iterations": 2},
        lambda rows: aggregation.centered_clipping(rows, center=rows[0], tau=2.0, iterations=2),
    ),
}


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("name", LOOPS)
def test_a_neighborhood_is_a_matrix_of_own_value_and_received_values(name: str, d: int) -> None:
    network, x = a_swarm(d)
    options, over_rows = LOOPS[name]
    combine_guarantees = getattr(neighborhoods, name)(network, x, **options)
    expected = [over_rows(np.vstack([x[i : i + 1], x[network.neighbors(i)]])) for i in range(network.n)]
    tolerance = 1e-7 if name == "geometric_median" else 1e-12
    np.testing.assert_allclose(combine_guarantees, np.array(expected), rtol=0, atol=tolerance)


@pytest.mark.parametrize("rule", [TrimmedMeanRule(1), KrumRule(1)], ids=str)
def test_a_non_finite_message_counts_as_one_of_the_f(rule: Rule) -> None:
    network = topology("complete", n=6)
    x = np.array([[0.0], [1.0], [2.0], [3.0], [7.0], [math.nan]])
    found = rule.over_neighborhoods(x, Messages(network, x))[0]
    expected = {"TrimmedMeanRule": np.mean(x[:5]), "KrumRule": 1.0}[type(rule).__name__]
    assert found[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rule", "n"), [(TrimmedMeanRule(1), 2), (TrimmedMeanRule(2), 4), (KrumRule(1), 4), (KrumRule(2), 6)], ids=str
)
def test_a_neighborhood_too_small_for_f_keeps_its_values(rule: Rule, n: int) -> None:
    x = np.arange(n, dtype=float)[:, None]
    assert np.array_equal(rule.over_neighborhoods(x, Messages(topology("complete", n=n), x)), x)
    more = topology("complete", n=n + 1)
    x = np.arange(n + 1, dtype=float)[:, None]
    assert not np.array_equal(rule.over_neighborhoods(x, Messages(more, x)), x)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_daemon_without_messages_keeps_its_value_and_repeated_messages_count_once(rule: Rule) -> None:
    lonely = Network.from_edges(3, [(1, 2)])
    x = np.array([[4.0, -1.0], [1.0, 0.0], [2.0, 5.0]])
    assert rule.over_neighborhoods(x, Messages(lonely, x))[0].tolist() == [4.0, -1.0]
    network, x = a_swarm(2)
    often = np.full(network.m, 7, dtype=np.int32)
    once = rule.over_neighborhoods(x, Messages(network, x))
    assert np.array_equal(rule.over_neighborhoods(x, Messages(network, x, copies=often)), once)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_rule_changes_no_input_and_keeps_no_state(rule: Rule) -> None:
    network, x = a_swarm(3)
    broadcast, weights = x.copy(), np.linspace(0, 1, network.m)
    first = rule.over_neighborhoods(x, Messages(network, broadcast, weights=weights))
    assert np.array_equal(x, broadcast)
    assert np.array_equal(weights, np.linspace(0, 1, network.m))
    rule.over_neighborhoods(x + 1, Messages(network, broadcast * 2))
    assert np.array_equal(rule.over_neighborhoods(x, Messages(network, broadcast, weights=weights)), first)


@pytest.mark.parametrize("name", ["wmsr", "trimmed_mean", "median", "krum", "geometric_median", "inverted_tolerance"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_liar_among_eight_cannot_move_a_neighborhood_out_of_the_honest_box(name: str, data) -> None:
    """Inverted tolerance guarantees only that no distance from the median grows."""
    network = topology("complete", n=9)
    honest = np.array(data.draw(st.lists(st.floats(-5, 5), min_size=8, max_size=8)))
    lie = data.draw(st.floats(-1e6, 1e6))
    x = np.append(honest, lie)[:, None]
    options = {} if name in {"median", "geometric_median", "inverted_tolerance"} else {"f": 1}
    found = getattr(neighborhoods, name)(network, x, **options)[:8, 0]
    if name == "inverted_tolerance":
        center = [np.median(np.delete(x[:, 0], i)) for i in range(8)]
        assert (np.abs(found - center) <= np.abs(honest - center) + 1e-9).all()
    else:
        assert honest.min() - 1e-12 <= found.min() <= found.max() <= honest.max() + 1e-12


def test_a_vector_of_one_component_gives_a_vector() -> None:
    network, x = a_swarm(1)
    assert neighborhoods.median(network, x[:, 0]).shape == (60,)


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"values": np.zeros((5, 1))}, "values"),
        ({"own": np.zeros((60, 2))}, "own"),
        ({"per_edge": np.zeros((60, 1))}, "per_edge"),
        ({"weights": np.ones(3)}, "weights"),
        ({"f": -1}, "f"),
        ({"f": 1.5}, "f"),
    ],
)
def test_arguments_that_do_not_fit_the_network_are_refused(options: dict[str, Any], where: str) -> None:
    network, x = a_swarm(1)
    with pytest.raises(ParameterError) as refused:
        neighborhoods.wmsr(network, **{"values": x, "f": 1, **options})
    assert refused.value.where == where


# --- ODDI-C -----------------------------------------------------------------------------------------------------------


def _oddi_c(own: float, heard: list[float], mu: float) -> float:
    """The filter and the update of the paper, with a division by the scaled MAD."""
    median = np.median(heard)
    scale = np.median(np.abs(heard - median)) * 1.4826
    z, mine = np.abs(heard - median) / scale, abs(own - median) / scale
    kept = np.array(heard)[z <= min(mine, 3.0)]
    return own + mu * float(np.mean(kept - own)) if len(kept) else own


@settings(max_examples=200, deadline=None)
@given(own=st.integers(-50, 50), heard=st.lists(st.integers(-50, 50), min_size=3, max_size=9))
def test_inverted_tolerance_is_the_published_filter_if_the_neighbors_differ(own: int, heard: list[int]) -> None:
    spread = np.median(np.abs(np.array(heard) - np.median(heard)))
    if spread == 0:
        return
    network = Network.from_edges(len(heard) + 1, [(j, 0) for j in range(1, len(heard) + 1)], directed=True)
    x = np.array([own, *heard], dtype=float)
    found = neighborhoods.inverted_tolerance(network, x)[0]
    assert found == pytest.approx(_oddi_c(float(own), np.array(heard, dtype=float), 0.5), abs=1e-9)


def test_an_outlier_moves_to_neighbors_that_agree_and_they_stay() -> None:
    network = topology("complete", n=6)
    x = np.array([5.0, 5.0, 5.0, 5.0, 5.0, 100.0])
    assert neighborhoods.inverted_tolerance(network, x).tolist() == [5.0] * 5 + [52.5]


def test_a_daemon_with_fewer_than_three_neighbors_does_not_move() -> None:
    network = topology("ring", n=5)
    x = np.arange(5.0)
    assert neighborhoods.inverted_tolerance(network, x).tolist() == x.tolist()


@pytest.mark.slow
def test_compiled_code_fuses_no_product_with_a_sum() -> None:
    # Cached code cannot be inspected, so it is compiled again.
    import numba

    from swarmsec.aggregation.kernels import compiled_rows as _compiled
    from swarmsec.aggregation.kernels import compiled_vectors as _compiled_vectors

    def array(kind: Any, dimensions: int) -> Any:
        return numba.types.Array(kind, dimensions, "C", readonly=True)

    ints, unsigned = array(numba.int32, 1), array(numba.uint32, 1)
    column, matrix = array(numba.float64, 1), array(numba.float64, 2)
    span = (numba.int64, numba.int64)
    wide = (matrix, matrix, matrix, column, numba.float64[:, ::1], *span)
    narrow = (column, column, column, column)
    for kernel, front, rest in (
        (_compiled.trimmed_rows, (ints, numba.int64), (*narrow, numba.boolean, numba.float64[::1], *span)),
        (_compiled.krum_rows, (ints, numba.int64), wide),
        (_compiled_vectors.geometric_median_rows, (numba.float64,), wide),
        (_compiled_vectors.clipping_rows, (numba.float64, numba.int64), wide),
        (
            _compiled_vectors.inverted_tolerance_rows,
            (numba.float64, numba.float64, numba.float64[::1], numba.float64[::1]),
            (*narrow, numba.float64[::1], *span),
        ),
    ):
        signature = (ints, unsigned, *front, *rest)
        fresh = numba.njit(nogil=True, error_model="numpy")(kernel.py_func)
        fresh.compile(signature)
        assert "vfm" not in fresh.inspect_asm(signature)

"""Robustness of networks, compared with its definition, the literature and integer programs."""

from __future__ import annotations

import itertools
import time

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.errors import ParameterError
from swarmsec.network import (
    Network,
    Robustness,
    _integer_programs,
    _lower_bounds,
    _robustness,
    _subsets,
    robustness,
    topology,
)


def two_cliques(f: int) -> Network:
    """Two K4, node i joined to 4 + (i+k) % 4 for k < f."""
    within = [(q + a, q + b) for q in (0, 4) for a, b in itertools.combinations(range(4), 2)]
    return Network.from_edges(8, within + [(i, 4 + (i + k) % 4) for i in range(4) for k in range(f)])


def defined(network: Network) -> tuple[int, int]:
    """(r, s) computed from the definition; r of a network with one daemon is 1 by convention."""
    n = network.n
    hears = [set(network.neighbors(i).tolist()) for i in range(n)]
    pairs = []
    for assigned in itertools.product((0, 1, 2), repeat=n):
        first, second = ({i for i in range(n) if assigned[i] == which} for which in (1, 2))
        if first and second:
            pairs.append((first, second))

    def reached(part: set[int], r: int) -> int:
        return sum(len(hears[i] - part) >= r for i in part)

    def robust(r: int, s: int) -> bool:
        return all(
            reached(one, r) == len(one) or reached(two, r) == len(two) or reached(one, r) + reached(two, r) >= s
            for one, two in pairs
        )

    r = max(r for r in range(n + 1) if all(reached(one, r) or reached(two, r) for one, two in pairs))
    return r, max(s for s in range(1, n + 1) if robust(r, s))


def check_witness(network: Network, found: Robustness) -> None:
    """The witness is two disjoint, nonempty sets, neither (r_at_most + 1)-reachable."""
    assert found.witness is not None
    first, second = found.witness
    assert first
    assert second
    assert not set(first) & set(second)
    assert max(_subsets.reach(network, part) for part in found.witness) <= found.r_at_most


@pytest.mark.parametrize(
    ("network", "r", "s"),
    [
        (topology("complete", n=4), 2, 4),
        (topology("complete", n=5), 3, 5),
        (topology("complete", n=6), 3, 6),
        (topology("complete", n=7), 4, 7),
        (topology("ring", n=5), 1, 5),
        (topology("ring", n=8), 1, 4),
        (topology("path", n=4), 1, 2),
        (topology("wheel", n=7), 2, 3),
        (topology("hypercube", dimension=3), 1, 6),
        (Network.from_networkx(nx.complete_bipartite_graph(3, 3)), 2, 4),
        (topology("circulant", n=7, offsets=[1, 2]), 2, 7),
        (topology("circulant", n=8, offsets=[1, 2]), 2, 4),
        (two_cliques(1), 1, 8),
    ],
)
def test_known_networks_have_their_known_robustness(network: Network, r: int, s: int) -> None:
    found = robustness(network)
    assert (found.r, found.s, found.exact, found.r_at_most) == (r, s, True, r)
    check_witness(network, found)


def test_connectivity_is_not_robustness() -> None:
    assert nx.node_connectivity(two_cliques(1).to_networkx()) == 4
    assert robustness(two_cliques(1)).f_max == 0


@st.composite
def digraphs(draw: st.DrawFn) -> Network:
    n = draw(st.integers(2, 5))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    return Network.from_edges(n, draw(st.lists(st.sampled_from(pairs), unique=True)), directed=True)


@settings(max_examples=200, deadline=None)
@given(digraphs())
def test_enumeration_equals_the_definition(network: Network) -> None:
    found = robustness(network)
    assert (found.r, found.s) == defined(network)
    check_witness(network, found)


@settings(max_examples=200, deadline=None)
@given(digraphs())
def test_f_max_is_the_largest_f_with_f1_f1_robustness(network: Network) -> None:
    found = robustness(network)
    right = [r - 1 for r in range(1, found.r + 1) if _subsets.s_robustness(network, r) >= r]
    assert found.f_max == max(right, default=-1)
    assert found.f_local <= found.f_max


@pytest.mark.parametrize("n", range(2, 9))
def test_a_complete_network_withstands_fewer_than_half(n: int) -> None:
    complete = topology("complete", n=n)
    r, witness = _subsets.r_robustness(complete)
    found = robustness(complete)
    assert (found.r, found.s) == (r, _subsets.s_robustness(complete, r)) == ((n + 1) // 2, n)
    assert found.f_max == (n + 1) // 2 - 1
    check_witness(complete, found)
    check_witness(complete, found._replace(witness=witness))


@pytest.mark.parametrize(("n", "edges", "r", "f_max"), [(1, [], 1, 0), (2, [], 0, -1), (2, [[0, 1]], 1, 0)])
def test_one_or_two_daemons_have_a_robustness(n: int, edges: list[list[int]], r: int, f_max: int) -> None:
    found = robustness(Network.from_edges(n, edges))
    assert (found.r, found.f_max, found.exact) == (r, f_max, True)


def test_f_local_needs_more_robustness_than_f_total() -> None:
    found = robustness(topology("complete", n=7))
    assert (found.f_max, found.f_local) == (3, 1)


# Integer programs.


def check_programs(network: Network) -> None:
    deadline = time.monotonic() + 60
    r, _ = _subsets.r_robustness(network)
    proven, found = _integer_programs.r_robustness(network, 0, network.n, deadline)
    assert proven == r
    assert found is not None
    assert max(_subsets.reach(network, part) for part in found) == r
    for level in range(1, r + 1):
        assert _integer_programs.s_robustness(network, level, deadline) == (_subsets.s_robustness(network, level), True)


def connected_graphs(n: int) -> list[Network]:
    graphs = [g for g in nx.graph_atlas_g() if g.number_of_nodes() == n and nx.is_connected(g)]
    return [Network.from_networkx(g) for g in graphs]


@pytest.mark.parametrize("network", connected_graphs(5))
def test_programs_agree_with_enumeration_on_all_connected_graphs_of_five(network: Network) -> None:
    check_programs(network)


def test_there_are_112_connected_graphs_of_six() -> None:
    assert (len(connected_graphs(5)), len(connected_graphs(6))) == (21, 112)


@pytest.mark.slow
@pytest.mark.parametrize("network", connected_graphs(6))
def test_programs_agree_with_enumeration_on_all_connected_graphs_of_six(network: Network) -> None:
    check_programs(network)


@pytest.mark.parametrize(
    "network",
    [
        topology("circulant", n=9, offsets=[1, 2]),
        topology("hypercube", dimension=3),
        topology("k_in_random", n=10, k=4),
        topology("robust_attachment", n=10, r=3, s=2),
        two_cliques(2),
    ],
)
def test_programs_agree_with_enumeration_on_selected_networks(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = robustness(network)
    monkeypatch.setattr(_robustness, "ENUMERATE_TO", 1)
    found = robustness(network)
    assert found._replace(witness=None) == exact._replace(witness=None)
    check_witness(network, found)


@pytest.mark.parametrize("directed", [False, True])
def test_a_network_of_two_separate_parts_is_not_robust(directed: bool) -> None:
    # If directed, daemons 0 and 999 have no incoming edges; otherwise the line is cut in the middle.
    line = [(i, i + 1) for i in range(500)] + [(i + 1, i) if directed else (i, i + 1) for i in range(501, 999)]
    network = Network.from_edges(1000, line, directed=directed)
    found = robustness(network)
    assert (found.r, found.s, found.f_max, found.exact) == (0, 1000, -1, True)
    check_witness(network, found)


@pytest.mark.parametrize("time_limit", [0, 1e-6])
def test_a_time_limit_gives_bounds_that_are_not_exact(time_limit: float) -> None:
    network = topology("random_regular", n=40, degree=10)
    found = robustness(network, time_limit=time_limit)
    assert not found.exact
    assert 1 <= found.r < found.r_at_most
    check_witness(network, found)


@pytest.mark.parametrize(
    ("network", "time_limit"),
    [
        (topology("circulant", n=12, offsets=[1, 2, 3]), 60),
        (topology("robust_attachment", n=25, r=3, s=1), 60),
        (topology("random_regular", n=150, degree=10), 0),
        (topology("random_regular", n=2000, degree=8), 60),
    ],
    ids=["enumerated", "program", "bounds", "large"],
)
def test_a_result_that_reaches_no_time_limit_is_reproducible(network: Network, time_limit: float) -> None:
    assert robustness(network, time_limit=time_limit) == robustness(network, time_limit=time_limit)


def test_large_networks_get_bounds() -> None:
    network = topology("random_regular", n=1001, degree=600)
    found = robustness(network)
    # A daemon with 600 neighbors hears at least 101 from outside any half.
    assert (found.r, found.exact, found.f_local) == (101, False, 50)
    check_witness(network, found)


@given(st.integers(23, 400), st.integers(1, 4), st.integers(1, 4), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_robust_attachment_is_proven_robust_at_any_size(n: int, r: int, s: int, seed: int) -> None:
    found = robustness(topology("robust_attachment", n=n, r=r, s=s, seed=seed), time_limit=0)
    assert found.r > r or (found.r == r and found.s >= s)
    assert found.f_max >= min(r, s) - 1
    assert found.r_at_most >= found.r


@given(st.integers(2, 7), st.integers(0, 1000), st.data())
@settings(max_examples=200, deadline=None)
def test_lower_bounds_are_at_most_the_exact_robustness(n: int, seed: int, data: st.DataObject) -> None:
    network = topology("k_in_random", n=n, k=data.draw(st.integers(0, n - 1)), seed=seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_lower_bounds, "PART_MAX", data.draw(st.integers(2, n)))
        parts = _lower_bounds.parts(network)
    r, _ = _subsets.r_robustness(network)
    assert _lower_bounds.least_r(parts) <= r
    for level in range(1, _lower_bounds.least_r(parts) + 1):
        assert _lower_bounds.least_s(parts, level) <= _subsets.s_robustness(network, level)


def test_a_time_limit_must_not_be_negative() -> None:
    with pytest.raises(ParameterError, match="time_limit: -1 given"):
        robustness(topology("ring", n=5), time_limit=-1)

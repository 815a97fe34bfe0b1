"""Every kind of topology: its properties, its seeds, and the parameters that it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.errors import ParameterError, SwarmsecError, UnknownNameError
from swarmsec.network import Network, robustness, topology
from swarmsec.network.topologies import _growth
from swarmsec.parameters import build, describe, problems
from swarmsec.registry import Registry

TOPOLOGIES = Registry().classes("topologies")

EXAMPLES: dict[str, dict[str, Any]] = {
    "complete": {"n": 6},
    "ring": {"n": 9},
    "path": {"n": 9},
    "circulant": {"n": 12, "offsets": [1, 3, 6]},
    "grid": {"rows": 3, "columns": 4},
    "torus": {"rows": 3, "columns": 4},
    "star": {"n": 7},
    "wheel": {"n": 7},
    "hypercube": {"dimension": 4},
    "erdos_renyi": {"n": 60, "p": 0.2},
    "random_regular": {"n": 60, "degree": 5},
    "small_world": {"n": 60, "neighbors": 6, "rewire": 0.3},
    "scale_free": {"n": 60, "attachments": 3},
    "stochastic_blocks": {"sizes": [20, 15, 25], "p_in": 0.5, "p_out": 0.05},
    "k_in_random": {"n": 60, "k": 4},
    "robust_attachment": {"n": 60, "r": 3, "s": 2},
    "edges": {"n": 4, "edges": [[0, 1], [2, 3]]},
    "file": {"path": str(Path(__file__).with_name("four_daemons.csv"))},
}
RANDOM = [
    "erdos_renyi",
    "random_regular",
    "small_world",
    "scale_free",
    "stochastic_blocks",
    "k_in_random",
    "robust_attachment",
]


def rows(network: Network) -> list[list[int]]:
    return [network.neighbors(i).tolist() for i in range(network.n)]


def check(network: Network) -> None:
    """The network has no self-loops, no duplicates and ascending rows."""
    assert not (network.indices == network.receivers).any()
    keys = network.receivers.astype(np.int64) * network.n + network.indices
    assert (np.diff(keys) > 0).all()
    assert network.n == 1 or 0 <= network.indices.min(initial=0) <= network.indices.max(initial=0) < network.n


def test_every_kind_has_an_example_here() -> None:
    assert EXAMPLES.keys() == TOPOLOGIES.keys()


@pytest.mark.parametrize("kind", TOPOLOGIES)
def test_a_network_is_simple_and_symmetric_unless_directed(kind: str) -> None:
    network = topology(kind, **EXAMPLES[kind])
    check(network)
    assert network.symmetric == (kind != "k_in_random")


@pytest.mark.parametrize("kind", TOPOLOGIES)
def test_a_seed_repeats_its_network_and_another_seed_changes_it(kind: str) -> None:
    first, again, other = (topology(kind, seed=seed, **EXAMPLES[kind]) for seed in (3, 3, 4))
    assert rows(first) == rows(again)
    assert (rows(first) != rows(other)) == (kind in RANDOM)


@pytest.mark.parametrize("kind", RANDOM)
def test_a_given_generator_is_used_instead_of_the_seed(kind: str) -> None:
    first, again = (topology(kind, rng=np.random.default_rng(7), seed=seed, **EXAMPLES[kind]) for seed in (1, 2))
    assert rows(first) == rows(again)


@pytest.mark.parametrize("kind", TOPOLOGIES)
def test_every_parameter_has_help_and_every_kind_a_docstring(kind: str) -> None:
    assert TOPOLOGIES[kind].__doc__
    assert all(info.help for info in describe(TOPOLOGIES[kind]))


@pytest.mark.parametrize("kind", TOPOLOGIES)
@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5])
def test_few_daemons_give_a_network_or_a_parameter_error(kind: str, n: int) -> None:
    for example in (EXAMPLES[kind] | {"n": n}, {"n": n}, {"n": n, "p": 1, "degree": 1, "k": 1, "neighbors": 2}):
        known = {info.name for info in describe(TOPOLOGIES[kind])}
        parameters: dict[str, Any] = {name: value for name, value in example.items() if name in known}
        if problems(TOPOLOGIES[kind], parameters):
            with pytest.raises(ParameterError):
                topology(kind, **parameters)
            continue
        network = topology(kind, **parameters)
        check(network)
        assert network.n == build(TOPOLOGIES[kind], parameters).size() == n
        assert network.components >= 1
        assert network.outgoing.edges.size == network.m


# Deterministic topologies equal those of networkx.


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (topology("complete", n=6), nx.complete_graph(6)),
        (topology("complete", n=1), nx.complete_graph(1)),
        (topology("ring", n=9), nx.cycle_graph(9)),
        (topology("path", n=9), nx.path_graph(9)),
        (topology("path", n=1), nx.path_graph(1)),
        (topology("circulant", n=12, offsets=[1, 3, 6]), nx.circulant_graph(12, [1, 3, 6])),
        (topology("circulant", n=7, offsets=[5, 1]), nx.circulant_graph(7, [1, 2])),
        (topology("star", n=7), nx.star_graph(6)),
        (topology("wheel", n=7), nx.wheel_graph(7)),
        (topology("small_world", n=20, neighbors=6, rewire=0), nx.watts_strogatz_graph(20, 6, 0)),
    ],
)
def test_a_deterministic_network_equals_that_of_networkx(ours: Network, theirs: nx.Graph[int]) -> None:
    assert rows(ours) == rows(Network.from_networkx(theirs))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (topology("grid", rows=3, columns=4), nx.grid_2d_graph(3, 4)),
        (topology("grid", rows=1, columns=1), nx.grid_2d_graph(1, 1)),
        (topology("torus", rows=3, columns=4), nx.grid_2d_graph(3, 4, periodic=True)),
        (topology("hypercube", dimension=4), nx.hypercube_graph(4)),
    ],
)
def test_a_lattice_equals_that_of_networkx_with_sorted_nodes(ours: Network, theirs: nx.Graph[Any]) -> None:
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(sorted(theirs.nodes))
    graph.add_edges_from(theirs.edges)
    assert rows(ours) == rows(Network.from_networkx(graph))


@pytest.mark.parametrize(
    ("given", "sides"),
    [({"n": 12}, (3, 4)), ({"n": 12, "rows": 2}, (2, 6)), ({"n": 12, "columns": 2}, (6, 2)), ({"n": 7}, (1, 7))],
)
def test_a_grid_computes_missing_sides(given: dict[str, Any], sides: tuple[int, int]) -> None:
    assert rows(topology("grid", **given)) == rows(topology("grid", rows=sides[0], columns=sides[1]))


def test_a_hypercube_computes_its_dimension_from_n() -> None:
    assert rows(topology("hypercube", n=8)) == rows(topology("hypercube", dimension=3))


# Properties of random topologies.


@settings(deadline=None)
@given(st.integers(1, 14), st.data())
def test_every_daemon_of_a_random_regular_network_has_the_degree(n: int, data: st.DataObject) -> None:
    degree = data.draw(st.integers(0, n - 1).filter(lambda degree: n * degree % 2 == 0))
    network = topology("random_regular", n=n, degree=degree, seed=data.draw(st.integers(0, 2**32)))
    check(network)
    assert network.regular_degree == degree
    assert network.symmetric


def test_all_random_regular_networks_are_equally_likely() -> None:
    counts: dict[str, int] = {}
    rng = np.random.default_rng(1)
    for _ in range(1500):
        # Six daemons of degree 2 are 60 hexagons or 10 pairs of triangles.
        shape = str(rows(topology("random_regular", n=6, degree=2, rng=rng)))
        counts[shape] = counts.get(shape, 0) + 1
    assert len(counts) == 70
    assert max(counts.values()) < 60


@settings(deadline=None)
@given(st.integers(1, 14), st.data())
def test_every_daemon_of_a_k_in_random_network_listens_to_k_others(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n - 1))
    network = topology("k_in_random", n=n, k=k, seed=data.draw(st.integers(0, 2**32)))
    check(network)
    assert network.regular_degree == k


def test_every_edge_of_a_k_in_random_network_is_equally_likely() -> None:
    rng = np.random.default_rng(1)
    heard = np.zeros((6, 6))
    for _ in range(3000):
        network = topology("k_in_random", n=6, k=3, rng=rng)
        heard[network.receivers, network.indices] += 1
    assert np.abs(heard[~np.eye(6, dtype=bool)] / 3000 - 3 / 5).max() < 0.04


@pytest.mark.parametrize(("p", "edges"), [(0.0, 0), (1.0, 4950), (1e-300, 0)])
def test_an_erdos_renyi_network_with_p_0_or_1_is_empty_or_complete(p: float, edges: int) -> None:
    assert topology("erdos_renyi", n=100, p=p).m == 2 * edges


def test_each_pair_of_an_erdos_renyi_network_is_joined_with_probability_p() -> None:
    rng = np.random.default_rng(1)
    joined = np.zeros((7, 7))
    for _ in range(2000):
        network = topology("erdos_renyi", n=7, p=0.3, rng=rng)
        joined[network.receivers, network.indices] += 1
    assert np.abs(joined[~np.eye(7, dtype=bool)] / 2000 - 0.3).max() < 0.05


def test_a_large_erdos_renyi_network_has_the_expected_edges() -> None:
    network = topology("erdos_renyi", n=3000, p=0.01)
    pairs = 3000 * 2999 / 2
    assert abs(network.m / 2 - 0.01 * pairs) < 5 * (0.01 * 0.99 * pairs) ** 0.5


@settings(deadline=None)
@given(st.integers(1, 14), st.sampled_from([0.0, 0.3, 1.0]), st.data())
def test_a_small_world_keeps_its_number_of_edges(n: int, rewire: float, data: st.DataObject) -> None:
    neighbors = data.draw(st.integers(0, (n - 1) // 2).map(lambda half: 2 * half))
    seed = data.draw(st.integers(0, 2**32))
    network = topology("small_world", n=n, neighbors=neighbors, rewire=rewire, seed=seed)
    check(network)
    assert network.m == n * neighbors
    # Rewiring replaces only one end of an edge.
    assert network.degrees.min() >= neighbors // 2


def test_a_small_world_rewires_the_given_share_of_edges() -> None:
    ring = topology("small_world", n=5000, neighbors=8, rewire=0)
    network = topology("small_world", n=5000, neighbors=8, rewire=0.2)
    before, after = (g.receivers.astype(np.int64) * g.n + g.indices for g in (ring, network))
    kept = np.intersect1d(before, after).size / ring.m
    assert abs(kept - 0.8) < 0.02


def test_a_scale_free_network_has_the_edges_and_the_heavy_tail_of_barabasi_and_albert() -> None:
    network = topology("scale_free", n=5000, attachments=3)
    assert network.m == 2 * 3 * (5000 - 3)
    assert network.components == 1
    assert network.degrees[4:].min() == 3
    # P(degree ≥ k) is m (m+1) / (k (k+1)); a random network of mean degree 6 would have none at 30.
    assert abs((network.degrees >= 30).mean() - 12 / (30 * 31)) < 0.005


@pytest.mark.parametrize("kind", ["scale_free", "robust_attachment"])
def test_compiled_growth_draws_the_same_network(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = topology(kind, **EXAMPLES[kind])
    monkeypatch.setattr(_growth, "COMPILE_FROM", 1)
    assert rows(topology(kind, **EXAMPLES[kind])) == rows(plain)


@pytest.mark.parametrize(("r", "s"), [(1, 1), (1, 3), (2, 1), (2, 2), (3, 2), (3, 3), (4, 1)])
def test_robust_attachment_has_the_given_robustness(r: int, s: int) -> None:
    smallest = max(2 * r - 1, r + s - 1)
    for n in (smallest, smallest + 1, 13):
        found = robustness(topology("robust_attachment", n=n, r=r, s=s, seed=n))
        assert n < s or found.r > r or (found.r == r and found.s >= s)


def test_blocks_have_the_given_edge_probabilities_within_and_across() -> None:
    network = topology("stochastic_blocks", n=900, blocks=3, p_in=0.2, p_out=0.02)
    within = network.indices // 300 == network.receivers // 300
    assert abs(within.sum() / (3 * 300 * 299) - 0.2) < 0.01
    assert abs((~within).sum() / (3 * 300 * 600) - 0.02) < 0.002


def test_block_sizes_differ_by_at_most_one() -> None:
    network = topology("stochastic_blocks", n=8, blocks=3, p_in=1, p_out=0)
    assert network.degrees.tolist() == [2, 2, 2, 2, 2, 2, 1, 1]


# Refused parameters.


@pytest.mark.parametrize(
    ("kind", "given", "message"),
    [
        ("circulant", {"n": 7, "offsets": [7]}, "offsets[0]: 7 given; with n: 7 must be from 1 to 6"),
        ("circulant", {"n": 7, "offsets": [2, 5]}, "offsets[1]: 5 joins the same daemons as 2"),
        ("circulant", {"n": 7, "offset": [2]}, "offset: unknown parameter; did you mean `offsets`?"),
        ("ring", {"n": 2}, "n: 2 given; must be from 3 to 10,000,000"),
        ("grid", {"n": 10, "rows": 3}, "n: 10 given; must be a multiple of 3"),
        ("grid", {"n": 10, "rows": 3, "columns": 4}, "n: 10 given; must be 12, which is rows × columns"),
        ("grid", {"rows": 3}, "columns: missing; give rows and columns, or n"),
        ("torus", {"n": 14}, "n: 14 given; must be a product of two sides of at least 3"),
        ("hypercube", {"n": 12}, "n: 12 given; must be a power of two, such as 8 or 16"),
        ("hypercube", {"n": 12, "dimension": 3}, "n: 12 given; must be 8, two to the power of 3"),
        ("random_regular", {"n": 5, "degree": 3}, "degree: 3 given; n × degree must be even, and n is 5"),
        ("random_regular", {"n": 5, "degree": 5}, "degree: 5 given; with n: 5 must be at most 4"),
        ("small_world", {"n": 9, "neighbors": 3}, "neighbors: 3 given; must be even"),
        ("small_world", {"n": 9, "neighbors": 2, "rewire": 2}, "rewire: 2 given; must be from 0 to 1"),
        ("scale_free", {"n": 3, "attachments": 3}, "attachments: 3 given; with n: 3 must be at most 2"),
        ("stochastic_blocks", {"p_in": 1, "p_out": 0}, "sizes: missing; give sizes, or n and blocks"),
        ("stochastic_blocks", {"n": 5, "sizes": [2, 2], "p_in": 1, "p_out": 0}, "n: 5 given; must be 4, the sum of"),
        ("k_in_random", {"n": 5, "k": 5}, "k: 5 given; with n: 5 must be at most 4"),
        ("robust_attachment", {"n": 4, "r": 3}, "n: 4 given; with r: 3, s: 1 must be at least 5"),
        ("edges", {"n": 2, "edges": [[0, 2]]}, "edges[0]: [0, 2] names a daemon that does not exist"),
        ("complete", {"n": 10_000_000}, "a network holds at most 2,147,483,647"),
        ("erdos_renyi", {"n": 10_000_000, "p": 0.5}, "a network holds at most 2,147,483,647"),
        ("complete", {}, "n: missing; must be a whole number, from 1 to 10,000,000"),
        ("complete", {"n": "7"}, 'n: "7" given; must be a whole number, from 1 to 10,000,000'),
        ("complete", {"n": 7, "seed": "x"}, "seed: 'x' given; must be a whole number"),
    ],
)
def test_the_error_of_a_wrong_parameter_states_what_is_allowed(kind: str, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        topology(kind, **given)
    assert message in str(caught.value)


def test_the_error_of_an_unknown_kind_names_the_closest_kind() -> None:
    with pytest.raises(UnknownNameError, match="did you mean `circulant`") as caught:
        topology("circulent", n=7)
    assert isinstance(caught.value, SwarmsecError)


MILLION: dict[str, dict[str, Any]] = {
    "ring": {},
    "path": {},
    "star": {},
    "wheel": {},
    "circulant": {"offsets": [1, 2, 3, 4]},
    "grid": {},
    "torus": {},
    "erdos_renyi": {"p": 8e-6},
    "random_regular": {"degree": 8},
    "small_world": {"neighbors": 8},
    "scale_free": {"attachments": 4},
    "stochastic_blocks": {"blocks": 10, "p_in": 7e-5, "p_out": 1e-6},
    "k_in_random": {"k": 8},
    "robust_attachment": {"r": 3, "s": 2},
}


def test_every_kind_that_supports_a_million_daemons_is_tested() -> None:
    # A complete network of a million daemons has 10^12 edges, and explicit edges are written by hand or in a file.
    assert TOPOLOGIES.keys() - MILLION.keys() == {"complete", "edges", "file", "hypercube"}


@pytest.mark.slow
def test_a_hypercube_of_twenty_dimensions_has_a_million_daemons() -> None:
    network = topology("hypercube", dimension=20)
    check(network)
    assert (network.n, network.regular_degree) == (2**20, 20)
    assert network.symmetric


@pytest.mark.slow
@pytest.mark.parametrize("kind", MILLION)
def test_a_million_daemons_are_supported(kind: str) -> None:
    network = topology(kind, n=1_000_000, **MILLION[kind])
    check(network)
    again = topology(kind, n=1_000_000, **MILLION[kind])
    assert np.array_equal(network.indices, again.indices)
    assert network.n == 1_000_000
    assert network.symmetric == (kind != "k_in_random")

"""Network: rows, edges by sender, opposite edges, and refused edges."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.errors import ParameterError, UsageError
from swarmsec.network import Network, topology


@st.composite
def networks(draw: st.DrawFn, n_max: int = 9) -> Network:
    """Any network, directed or not."""
    n = draw(st.integers(1, n_max))
    directed = draw(st.booleans())
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and (directed or i < j)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return Network.from_edges(n, edges, directed=directed)


def edge_set(network: Network) -> set[tuple[int, int]]:
    return set(zip(network.indices.tolist(), network.receivers.tolist(), strict=True))


@settings(deadline=None)
@given(networks())
def test_rows_are_sorted_without_self_loops_or_duplicates(network: Network) -> None:
    for i in range(network.n):
        row = network.neighbors(i).tolist()
        assert row == sorted(set(row))
        assert i not in row
        assert network.degrees[i] == len(row)
    assert len(edge_set(network)) == network.m


@settings(deadline=None)
@given(networks())
def test_outgoing_lists_the_edges_of_each_sender_in_ascending_order(network: Network) -> None:
    for j in range(network.n):
        expected = [e for e in range(network.m) if network.indices[e] == j]
        assert network.outgoing.edges[network.outgoing.indptr[j] : network.outgoing.indptr[j + 1]].tolist() == expected


@settings(deadline=None)
@given(networks())
def test_reverse_is_the_opposite_edge_or_minus_one(network: Network) -> None:
    ends = list(zip(network.indices.tolist(), network.receivers.tolist(), strict=True))
    expected = [ends.index((j, i)) if (j, i) in ends else -1 for i, j in ends]
    assert network.reverse.tolist() == expected
    assert network.symmetric == (-1 not in expected)


@settings(deadline=None)
@given(networks(), st.data())
def test_edges_from_returns_every_outgoing_edge_of_the_daemons(network: Network, data: st.DataObject) -> None:
    daemons = data.draw(st.lists(st.integers(0, network.n - 1)))
    expected = [e for e in range(network.m) if network.indices[e] in daemons]
    assert network.edges_from(np.array(daemons, dtype=np.int32)).tolist() == expected
    assert network.edges_from(daemons).dtype == np.int32


@settings(deadline=None)
@given(networks())
def test_conversion_to_networkx_and_back_gives_the_same_network(network: Network) -> None:
    again = Network.from_networkx(network.to_networkx())
    assert (again.n, edge_set(again)) == (network.n, edge_set(network))


@settings(deadline=None)
@given(networks())
def test_components_equal_those_of_networkx(network: Network) -> None:
    assert network.components == nx.number_connected_components(nx.Graph(network.to_networkx()))


@settings(deadline=None)
@given(networks())
def test_regular_degree_is_the_common_degree_or_none(network: Network) -> None:
    degrees = set(network.degrees.tolist())
    assert network.regular_degree == (degrees.pop() if len(degrees) == 1 else None)


@settings(deadline=None)
@given(networks())
def test_arrays_are_int32_and_read_only(network: Network) -> None:
    arrays = [network.indptr, network.indices, network.degrees, network.receivers, network.reverse, *network.outgoing]
    for array in [*arrays, network.neighbors(0)]:
        assert array.dtype == np.int32
        assert not array.flags.writeable


def test_in_a_directed_network_the_receiver_listens_to_the_sender() -> None:
    network = Network.from_edges(3, [(0, 2), (1, 2)], directed=True)
    assert [network.neighbors(i).tolist() for i in range(3)] == [[], [], [0, 1]]
    graph: nx.DiGraph[int] = nx.DiGraph([(0, 2), (1, 2)])
    assert edge_set(Network.from_networkx(graph)) == edge_set(network)


def test_named_nodes_are_numbered_in_the_order_of_the_graph() -> None:
    graph: nx.Graph[str] = nx.Graph([("b", "a"), ("a", "c")])
    assert edge_set(Network.from_networkx(graph)) == {(0, 1), (1, 0), (1, 2), (2, 1)}


@pytest.mark.parametrize(
    ("n", "edges", "directed", "message"),
    [
        (3, [[0, 1], [1, 1]], False, "edges[1]: [1, 1] is a self-loop; no daemon listens to itself"),
        (3, [[0, 1], [1, 0]], False, "edges[1]: [1, 0] is listed more than once, first as edges[0]"),
        (3, [[2, 1], [2, 1]], True, "edges[1]: [2, 1] is listed more than once, first as edges[0]"),
        (3, [[0, 3]], False, "edges[0]: [0, 3] names a daemon that does not exist; with n: 3 they are 0 to 2"),
        (3, [[-1, 0]], False, "edges[0]: [-1, 0] names a daemon that does not exist"),
        (3, [[0, 1, 2]], False, "edges: must be pairs of daemon numbers"),
        (3, [[0, 1], [2]], False, "edges: must be pairs of daemon numbers"),
        (3, [[0.5, 1.0]], False, "edges: must be pairs of daemon numbers"),
        (3, [["a", "b"]], False, "edges: must be pairs of daemon numbers"),
        (0, [], False, "n: 0 given; a network has at least 1 daemon"),
    ],
)
def test_the_error_names_the_wrong_edge(n: int, edges: Any, directed: bool, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        Network.from_edges(n, edges, directed=directed)
    assert message in str(caught.value)


def test_all_wrong_edges_are_told_at_once_up_to_twenty() -> None:
    with pytest.raises(ParameterError) as caught:
        Network.from_edges(3, [[0, 1], [1, 0], [2, 2], [0, 3], [1, 2]])
    found = [caught.value, *caught.value.others]
    assert [one.where for one in found] == ["edges[1]", "edges[2]", "edges[3]"]
    with pytest.raises(ParameterError) as caught:
        Network.from_edges(2, [[0, 1]] * 282)
    assert len(caught.value.others) == 19
    assert "and 261 more such edges" in str(caught.value.others[-1])


def test_both_directions_are_two_edges_of_a_directed_network() -> None:
    assert Network.from_edges(2, [(0, 1), (1, 0)], directed=True).symmetric


def test_the_error_without_networkx_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(UsageError, match=r"swarmsec\[networkx\]"):
        topology("ring", n=3).to_networkx()


def test_importing_the_network_imports_no_slow_library() -> None:
    code = (
        "import sys; from swarmsec.network import Network, topology, robustness; topology('ring', n=3);"
        "print(sorted({'networkx', 'scipy', 'numba', 'mesa', 'pydantic'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"

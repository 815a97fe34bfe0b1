"""How many Byzantine daemons a network withstands, compared with the definition, integer programs and robustness."""

from __future__ import annotations

import itertools
import time
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.errors import ParameterError
from swarmsec.network import Byzantine, Network, _byzantine, _integer_programs, byzantine, robustness, topology

FAR = 60.0


def withstands(network: Network, f: int) -> bool:
    """The definition: without any set of at most f daemons, the rest is (f+1)-robust."""
    sets = (liars for size in range(f + 1) for liars in itertools.combinations(range(network.n), size))
    return all(robustness(network.without(liars)).r >= f + 1 for liars in sets)


def check_liars(network: Network, found: Byzantine) -> None:
    """The reported liars are at most f_at_most + 1, and the rest is not (f_at_most + 2)-robust."""
    if found.liars is not None:
        assert len(found.liars) <= found.f_at_most + 1
        assert robustness(network.without(found.liars)).r < found.f_at_most + 2


@st.composite
def digraphs(draw: st.DrawFn) -> Network:
    n = draw(st.integers(2, 6))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    return Network.from_edges(n, draw(st.lists(st.sampled_from(pairs), unique=True)), directed=True)


@settings(max_examples=150, deadline=None)
@given(digraphs())
def test_the_byzantine_bound_equals_the_definition(network: Network) -> None:
    found = byzantine(network)
    assert found.exact
    assert found.f == max((f for f in range(network.n) if withstands(network, f)), default=-1)
    check_liars(network, found)


@pytest.mark.parametrize("n", range(2, 13))
def test_a_complete_network_withstands_fewer_than_a_third(n: int) -> None:
    assert byzantine(topology("complete", n=n)) == Byzantine((n - 1) // 3, (n - 1) // 3, None)
    assert n > 8 or withstands(topology("complete", n=n), (n - 1) // 3)


def test_k3_withstands_one_malicious_daemon_and_no_byzantine_one() -> None:
    triangle = topology("complete", n=3)
    assert (robustness(triangle).f_max, byzantine(triangle).f) == (1, 0)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 8), st.integers(0, 1000), st.data())
def test_the_byzantine_bound_is_between_f_local_and_f_max(n: int, seed: int, data: st.DataObject) -> None:
    network = topology("k_in_random", n=n, k=data.draw(st.integers(0, n - 1)), seed=seed)
    found = robustness(network)
    assert found.f_local <= byzantine(network, found=found).f <= found.f_max


def check_program(network: Network) -> None:
    for f in range(3):
        fooled = _integer_programs.breaking_set(network, f, time.monotonic() + FAR)
        assert (fooled is True) == withstands(network, f)
        if fooled is not True:
            assert fooled is not None
            assert len(fooled) <= f
            assert robustness(network.without(fooled)).r <= f


def connected_graphs(n: int) -> list[Network]:
    graphs = [g for g in nx.graph_atlas_g() if g.number_of_nodes() == n and nx.is_connected(g)]
    return [Network.from_networkx(g) for g in graphs]


@pytest.mark.parametrize("n", [4, pytest.param(5, marks=pytest.mark.slow), pytest.param(6, marks=pytest.mark.slow)])
def test_the_program_agrees_with_the_definition_on_all_connected_graphs(n: int) -> None:
    for network in connected_graphs(n):
        check_program(network)


def test_the_program_agrees_with_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    network = topology("circulant", n=9, offsets=[1, 2, 3])
    exact = byzantine(network)
    monkeypatch.setattr(_byzantine, "ENUMERATE_TO", 1)
    found = byzantine(network)
    assert found[:2] == exact[:2]
    check_liars(network, found)


def test_a_time_limit_leaves_a_lower_and_an_upper_bound() -> None:
    network = topology("random_regular", n=40, degree=10)
    found = byzantine(network, time_limit=0)
    assert found.f < found.f_at_most
    assert not found.exact
    assert byzantine(network, time_limit=0) == found


def test_programs_respect_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    import scipy.optimize

    limits: list[float] = []

    def milp(*arguments: Any, options: dict[str, float], **more: Any) -> Any:
        limits.append(options["time_limit"])
        return solve(*arguments, options=options, **more)

    solve = scipy.optimize.milp
    monkeypatch.setattr(scipy.optimize, "milp", milp)
    network = topology("random_regular", n=40, degree=10)
    found = robustness(network, time_limit=0.3)
    byzantine(network, found=found, time_limit=0.2)
    assert limits
    assert max(limits) <= 0.3
    assert limits[-1] <= 0.2


def test_a_time_limit_must_not_be_negative() -> None:
    with pytest.raises(ParameterError, match="time_limit: -1 given"):
        byzantine(topology("ring", n=5), time_limit=-1)

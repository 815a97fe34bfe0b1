"""Max consensus: exact after as many exchanges as the diameter, robust to unreliable links, broken by one liar."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec import simulate
from swarmsec.aggregation import WmsrRule
from swarmsec.network import Delivery, Network, topology
from swarmsec.protocols.max_consensus import MaxConsensus
from tests.protocols.alone import falsely, negotiate


def diameter(network: Network) -> int:
    return int(nx.diameter(network.to_networkx()))


@given(st.integers(2, 12), st.integers(0, 30), st.data())
def test_all_daemons_know_the_maximum_after_exactly_a_diameter_of_exchanges(n, seed, data) -> None:
    graph = nx.connected_watts_strogatz_graph(n, 2, 0.3, seed=seed) if n > 2 else nx.path_graph(n)
    network = Network.from_networkx(graph)
    signals = np.array(data.draw(st.lists(st.floats(-1e6, 1e6), min_size=n, max_size=n)))[:, None]
    states = negotiate(MaxConsensus(), network, signals, diameter(network))
    assert (states[-1] == signals.max()).all()
    far = max(nx.eccentricity(graph).items(), key=lambda pair: pair[1])[0]
    alone = np.where(np.arange(n) == far, 1.0, 0.0)[:, None]
    assert (negotiate(MaxConsensus(), network, alone, diameter(network))[-2] == 0.0).any()


def test_components_of_signals_are_independent() -> None:
    signals = np.array([[1.0, 8.0], [5.0, 2.0], [3.0, 4.0]])
    assert negotiate(MaxConsensus(), topology("path", n=3), signals, 2)[-1].tolist() == [[5.0, 8.0]] * 3


@pytest.mark.parametrize("links", [Delivery(loss=0.3), Delivery(0, 3, reordering=0.5), Delivery(0, 2, duplication=0.5)])
def test_unreliable_links_only_delay_the_result(links) -> None:
    signals = np.sin(np.arange(20.0))[:, None]
    states = negotiate(MaxConsensus(), topology("ring", n=20), signals, 200, links=links)
    assert (states[-1] == signals.max()).all()


@pytest.mark.parametrize("rule", [None, WmsrRule(1)])
def test_one_liar_sets_the_maximum_under_any_rule(rule) -> None:
    signals = np.sin(np.arange(9.0))[:, None]
    lie = falsely(4, lambda payload: np.full_like(payload, 100.0))
    states = negotiate(MaxConsensus(), topology("complete", n=9), signals, 3, lie=lie, rule=rule)
    assert (np.delete(states[-1], 4, axis=0) == 100.0).all()


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_hijacked_daemon_sets_the_maximum_of_all(engine) -> None:
    scenario = {
        "world": {"kind": "beliefs", "initial": [0, 1, 2, 3, 4]},
        "network": {"kind": "ring", "n": 5},
        "protocol": {"kind": "max_consensus"},
        "rounds": 4,
        "engine": engine,
        "attacks": [{"kind": "stubborn", "daemons": [0], "value": 50.0}],
        "seeds": 1,
    }
    clean, attacked = (simulate(scenario, arm=arm, record_states=True) for arm in ("clean", "attacked"))
    assert clean.states[-1, :, 0].tolist() == [4.0] * 5
    assert attacked.states[-1, :, 0].tolist() == [50.0] * 5

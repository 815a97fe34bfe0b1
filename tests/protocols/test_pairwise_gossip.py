"""Pairwise gossip: it keeps the average, and the distance from it falls at the rate of the paper."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmsec.aggregation import WmsrRule
from swarmsec.messages import as_messages
from swarmsec.network import Delivery, Network, topology
from swarmsec.protocols.pairwise_gossip import PairwiseGossip
from swarmsec.rng import stream
from swarmsec.testing import check_protocol
from tests.protocols.alone import begun, falsely, negotiate


def spread(values) -> float:
    return float(((values - values.mean()) ** 2).sum())


@given(st.lists(st.integers(-100, 100), min_size=2, max_size=7).filter(lambda values: len({*values}) > 1))
def test_over_all_meetings_the_mean_distance_falls_by_1_minus_1_over_n_minus_1(values) -> None:
    n = len(values)
    network, state = topology("complete", n=n), np.array(values, dtype=np.float64)[:, None]
    protocol, after = begun(PairwiseGossip(meetings="one"), network), []
    for i, j in combinations(range(n), 2):
        protocol._meets = np.isin(network.indices, [i, j]) & np.isin(network.receivers, [i, j])
        heard = as_messages(network, protocol.speak(state, state))
        after.append(spread(protocol.listen(heard, None, state=state, signals=state)))
    assert np.mean(after) / spread(state) == pytest.approx(1 - 1 / (n - 1), rel=1e-12)


def test_on_a_complete_network_all_pairs_meet_with_equal_probability() -> None:
    n, draws = 6, 6000
    network = topology("complete", n=n)
    protocol, met = begun(PairwiseGossip(meetings="one"), network), np.zeros(network.m)
    for _ in range(draws):
        protocol.begin_exchange()
        assert protocol._meets.sum() == 2
        met += protocol._meets
    expected = draws / (n * (n - 1) / 2)
    assert np.abs(met - expected).max() < 4.5 * np.sqrt(expected)


@given(st.sampled_from(["one", "many"]), st.integers(0, 40))
def test_daemons_have_at_most_one_meeting_and_keep_the_average(meetings, seed) -> None:
    network = topology("erdos_renyi", n=12, p=0.3, seed=seed)
    protocol = begun(PairwiseGossip(meetings=meetings), network, seed)
    for _ in range(5):
        protocol.begin_exchange()
        assert np.bincount(network.receivers[protocol._meets], minlength=12).max() <= 1
        assert (protocol._meets == protocol._meets[network.reverse]).all()
    signals = stream(0, "gossip", seed, "signals").normal(size=(12, 1))
    states = negotiate(PairwiseGossip(meetings=meetings), network, signals, 40, seed=seed)
    assert states.mean(axis=1) == pytest.approx(np.full((41, 1), signals.mean()), abs=1e-12)


@pytest.mark.parametrize("kind", ["complete", "ring", "star"])
def test_all_daemons_converge_to_the_average(kind) -> None:
    signals = np.cos(np.arange(8.0))[:, None]
    end = negotiate(PairwiseGossip(), topology(kind, n=8), signals, 500)[-1]
    assert end == pytest.approx(np.full((8, 1), signals.mean()), abs=1e-9)


def test_a_one_way_link_is_not_used() -> None:
    network = Network.from_edges(4, [(0, 1), (1, 0), (1, 2), (2, 3)], directed=True)
    signals = np.array([[0.0], [2.0], [10.0], [20.0]])
    assert negotiate(PairwiseGossip(), network, signals, 30)[-1].tolist() == [[1.0], [1.0], [10.0], [20.0]]


def test_message_loss_changes_the_agreed_value() -> None:
    signals = np.cos(np.arange(8.0))[:, None]
    end = negotiate(PairwiseGossip(), topology("complete", n=8), signals, 300, links=Delivery(loss=0.2))[-1]
    assert np.ptp(end) < 1e-9
    assert abs(end.mean() - signals.mean()) > 1e-3


def test_a_liar_pulls_all_daemons_and_wmsr_stops_all_movement() -> None:
    signals, network = np.cos(np.arange(8.0))[:, None], topology("complete", n=8)
    lie = falsely(0, lambda payload: np.full_like(payload, 100.0))
    honest = negotiate(PairwiseGossip(), network, signals, 300, lie=lie)[-1][1:]
    assert (honest > 50).all()
    assert (negotiate(PairwiseGossip(), network, signals, 50, lie=lie, rule=WmsrRule(1))[-1] == signals).all()


@pytest.mark.slow
def test_one_meeting_at_a_time_passes_the_conformance_check() -> None:
    check_protocol(PairwiseGossip, meetings="one")

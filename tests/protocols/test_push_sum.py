"""Push-sum: what it conserves, how fast it is, and what breaks it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec.arrays import Floats
from swarmsec.messages import Transport, as_messages
from swarmsec.network import Delivery, Network, topology
from swarmsec.protocols.push_sum import PushSum
from swarmsec.rng import stream
from swarmsec.testing import check_protocol
from tests.protocols.alone import begun, falsely, negotiate

ONE_WAY_RING = Network.from_edges(7, [(i, (i + 1) % 7) for i in range(7)], directed=True)


def starts(n: int, d: int = 1) -> Floats:
    return stream(0, "push_sum", 0, "signals").normal(size=(n, d))


def potential(state: Floats, average: float) -> float:
    return float(((state[:, 0] - average * state[:, 1]) ** 2).sum())


def one_exchange(protocol: PushSum, network: Network, state: Floats) -> Floats:
    return protocol.listen(as_messages(network, protocol.speak(state)), None, state=state, signals=state[:, :1])


@pytest.mark.parametrize("n", [2, 3, 4])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_potential_falls_to_a_half_minus_a_quarter_nth_over_all_draws(n, data) -> None:
    weights = np.array(data.draw(st.lists(st.floats(0.1, 3), min_size=n, max_size=n)))
    values = np.array(data.draw(st.lists(st.integers(-10, 10), min_size=n, max_size=n).filter(lambda v: len({*v}) > 1)))
    network, average = topology("complete", n=n), 0.7
    # Any s with Σ (s − average · w) = 0: Φ is about the deviation alone.
    state = np.stack([average * weights + values - values.mean(), weights], axis=1)
    protocol = begun(PushSum(self_targets=True), network)
    after = []
    for targets in itertools.product(range(n), repeat=n):
        protocol._to = np.full(n, -1, dtype=np.int32)
        for edge in range(network.m):
            if targets[network.indices[edge]] == network.receivers[edge]:
                protocol._to[network.indices[edge]] = edge
        after.append(potential(one_exchange(protocol, network, state), average))
    assert np.mean(after) / potential(state, average) == pytest.approx(0.5 - 1 / (4 * n), rel=1e-12)


def test_the_draws_are_such_that_the_potential_falls_so() -> None:
    n, ratios = 20, []
    network = topology("complete", n=n)
    protocol = begun(PushSum(self_targets=True), network)
    first = protocol.initial_state(starts(n))
    average = first[:, 0].mean()
    for _ in range(5000):
        protocol.begin_exchange()
        ratios.append(potential(one_exchange(protocol, network, first), average) / potential(first, average))
    error = np.std(ratios) / np.sqrt(len(ratios))
    assert np.mean(ratios) == pytest.approx(0.5 - 1 / (4 * n), abs=4 * error)
    assert error < 0.002


@pytest.mark.parametrize(
    ("kind", "exchanges"),
    [
        ({"kind": "complete"}, 60),
        ({"kind": "random_regular", "degree": 32}, 60),
        ({"kind": "random_regular", "degree": 8}, 90),
    ],
    ids=["complete", "32 neighbors", "8 neighbors"],
)
def test_1200_daemons_agree_to_a_millionth_within_60_exchanges_or_90_with_few_neighbors(kind, exchanges) -> None:
    network, signals = topology(n=1200, **kind), stream(0, "push_sum", 1, "signals").uniform(size=(1200, 1))
    protocol = PushSum()
    end = negotiate(protocol, network, signals, exchanges)[-1]
    assert np.abs(protocol.proposals(end) / signals.mean() - 1).max() < 1e-6


@pytest.mark.parametrize("network", [ONE_WAY_RING, topology("star", n=7)], ids=["one-way ring", "star"])
def test_it_needs_no_way_back_and_no_regular_network(network) -> None:
    signals = starts(7, 2)
    protocol = PushSum(self_targets=True)
    end = negotiate(protocol, network, signals, 400)[-1]
    assert protocol.proposals(end) == pytest.approx(np.broadcast_to(signals.mean(axis=0), (7, 2)), abs=1e-9)


@given(st.integers(0, 50), st.booleans())
def test_sums_stay(seed, self_targets) -> None:
    network, signals = topology("erdos_renyi", n=12, p=0.3, seed=seed), starts(12, 2)
    states = negotiate(PushSum(self_targets=self_targets), network, signals, 30, seed=seed)
    assert states.sum(axis=1) == pytest.approx(np.broadcast_to(states[0].sum(axis=0), (31, 3)), abs=1e-12)
    assert (states[:, :, 2] > 0).all()


def drained(links: Delivery, exchanges: int = 40) -> tuple[Floats, Floats]:
    """What all hold at first, and once nobody has sent anything for as long as a message can be on its way."""
    network = replace(topology("random_regular", n=30, degree=4), delivery=links)
    protocol = begun(PushSum(), network)
    transport = Transport(network, protocol.merge, stream(0, "push_sum", 0, "links"))
    signals = starts(30)
    first = state = protocol.initial_state(signals)
    for exchange in range(exchanges + links.delay_max + 1):
        if exchange < exchanges:
            protocol.begin_exchange()
        else:
            protocol._to = np.full(30, -1, dtype=np.int32)
        arrived = transport.transmit(as_messages(network, protocol.speak(state)))
        state = protocol.listen(arrived, None, state=state, signals=signals)
    return first.sum(axis=0), state.sum(axis=0)


@pytest.mark.parametrize("links", [Delivery(0, 3), Delivery(2, 2), Delivery(0, 5, reordering=0.7)])
def test_late_and_overtaking_shares_are_only_on_their_way(links) -> None:
    first, last = drained(links)
    assert last == pytest.approx(first, abs=1e-12)


@pytest.mark.parametrize("links", [Delivery(0, 3), Delivery(1, 4, reordering=0.5)])
def test_on_late_links_all_still_agree_on_the_average(links) -> None:
    signals, protocol = starts(30), PushSum()
    end = negotiate(protocol, topology("random_regular", n=30, degree=4), signals, 300, links=links)[-1]
    assert protocol.proposals(end) == pytest.approx(np.full((30, 1), signals.mean()), abs=1e-7)


def test_a_lost_share_is_gone_and_a_repeated_one_comes_twice() -> None:
    first, last = drained(Delivery(loss=0.05))
    assert last[1] < first[1] - 1
    first, last = drained(Delivery(0, 2, duplication=0.05))
    assert last[1] > first[1] + 1


@pytest.mark.parametrize("links", [Delivery(loss=0.1), Delivery(0, 2, duplication=0.1)])
def test_after_a_loss_or_a_repetition_all_agree_on_something_else(links) -> None:
    signals, protocol = starts(30), PushSum()
    proposed = protocol.proposals(
        negotiate(protocol, topology("random_regular", n=30, degree=4), signals, 300, links=links)[-1]
    )
    assert np.ptp(proposed) < 1e-9
    assert abs(proposed.mean() - signals.mean()) > 1e-3


def test_one_false_share_moves_everybody_by_what_was_never_there() -> None:
    n, lies = 10, []
    network, signals, protocol = topology("complete", n=n), starts(n), PushSum()

    def lie(messages):
        if not lies and messages.copies[network.edges_from([3])].any():
            lies.append(True)
            return falsely(3, lambda words: words + np.array([5.0, 0.0]))(messages)
        return messages

    end = negotiate(protocol, network, signals, 200, lie=lie)[-1]
    assert protocol.proposals(end) == pytest.approx(np.full((n, 1), signals.mean() + 5.0 / n), abs=1e-9)


@pytest.mark.parametrize("share", [[1.0, 0.0], [1.0, -3.0], [np.nan, 1.0], [1.0, np.inf]])
def test_no_share_has_a_weight_of_nothing_or_less_or_says_no_number(share) -> None:
    network, signals, protocol = topology("complete", n=4), starts(4), PushSum()
    states = negotiate(
        protocol, network, signals, 100, lie=falsely(0, lambda words: np.broadcast_to(share, words.shape))
    )
    proposed = protocol.proposals(states[-1])[1:]
    assert signals.min() <= proposed.min() <= proposed.max() <= signals.max()


def test_who_hears_nobody_never_runs_out_of_weight() -> None:
    network = Network.from_edges(2, [(0, 1)], directed=True)
    protocol = PushSum()
    end = negotiate(protocol, network, np.array([[3.0], [1.0]]), 2000)[-1]
    assert end[0, 1] > 0
    assert protocol.proposals(end)[0, 0] == 3.0


def test_with_self_targets_it_keeps_the_contract() -> None:
    check_protocol(PushSum, self_targets=True)

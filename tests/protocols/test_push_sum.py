"""Push-sum: conserved sums, rate of convergence, and failures."""

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
    return protocol.listen(
        as_messages(network, protocol.speak(state, state[:, :1])), None, state=state, signals=state[:, :1]
    )


@pytest.mark.parametrize("n", [2, 3, 4])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_over_all_draws_the_mean_potential_falls_by_a_half_minus_1_over_4n(n, data) -> None:
    weights = np.array(data.draw(st.lists(st.floats(0.1, 3), min_size=n, max_size=n)))
    values = np.array(data.draw(st.lists(st.integers(-10, 10), min_size=n, max_size=n).filter(lambda v: len({*v}) > 1)))
    network, average = topology("complete", n=n), 0.7
    # Any s with Σ (s − average · w) = 0, because Φ measures the deviation only.
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


def test_drawn_targets_reduce_the_potential_at_the_expected_rate() -> None:
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
def test_it_converges_on_directed_and_irregular_networks(network) -> None:
    signals = starts(7, 2)
    protocol = PushSum(self_targets=True)
    end = negotiate(protocol, network, signals, 400)[-1]
    assert protocol.proposals(end) == pytest.approx(np.broadcast_to(signals.mean(axis=0), (7, 2)), abs=1e-9)


@given(st.integers(0, 50), st.booleans())
def test_sums_and_weights_are_conserved(seed, self_targets) -> None:
    network, signals = topology("erdos_renyi", n=12, p=0.3, seed=seed), starts(12, 2)
    states = negotiate(PushSum(self_targets=self_targets), network, signals, 30, seed=seed)
    assert states.sum(axis=1) == pytest.approx(np.broadcast_to(states[0].sum(axis=0), (31, 3)), abs=1e-12)
    assert (states[:, :, 2] > 0).all()


def drained(links: Delivery, exchanges: int = 40) -> tuple[Floats, Floats]:
    """The totals before the first exchange, and after the last message has arrived."""
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
        arrived = transport.transmit(as_messages(network, protocol.speak(state, state[:, :1])))
        state = protocol.listen(arrived, None, state=state, signals=signals)
    return first.sum(axis=0), state.sum(axis=0)


@pytest.mark.parametrize("links", [Delivery(0, 3), Delivery(2, 2), Delivery(0, 5, reordering=0.7)])
def test_delay_and_reordering_conserve_the_totals(links) -> None:
    first, last = drained(links)
    assert last == pytest.approx(first, abs=1e-12)


@pytest.mark.parametrize("links", [Delivery(0, 3), Delivery(1, 4, reordering=0.5)])
def test_on_delayed_links_daemons_agree_on_the_average(links) -> None:
    signals, protocol = starts(30), PushSum()
    end = negotiate(protocol, topology("random_regular", n=30, degree=4), signals, 300, links=links)[-1]
    assert protocol.proposals(end) == pytest.approx(np.full((30, 1), signals.mean()), abs=1e-7)


def test_loss_reduces_and_duplication_increases_the_total_weight() -> None:
    first, last = drained(Delivery(loss=0.05))
    assert last[1] < first[1] - 1
    first, last = drained(Delivery(0, 2, duplication=0.05))
    assert last[1] > first[1] + 1


@pytest.mark.parametrize("links", [Delivery(loss=0.1), Delivery(0, 2, duplication=0.1)])
def test_loss_or_duplication_changes_the_agreed_value(links) -> None:
    signals, protocol = starts(30), PushSum()
    proposed = protocol.proposals(
        negotiate(protocol, topology("random_regular", n=30, degree=4), signals, 300, links=links)[-1]
    )
    assert np.ptp(proposed) < 1e-9
    assert abs(proposed.mean() - signals.mean()) > 1e-3


def test_one_false_share_shifts_the_agreed_value_by_the_lie_over_n() -> None:
    n, lies = 10, []
    network, signals, protocol = topology("complete", n=n), starts(n), PushSum()

    def lie(messages):
        if not lies and messages.copies[network.edges_from([3])].any():
            lies.append(True)
            return falsely(3, lambda payload: payload + np.array([5.0, 0.0]))(messages)
        return messages

    end = negotiate(protocol, network, signals, 200, lie=lie)[-1]
    assert protocol.proposals(end) == pytest.approx(np.full((n, 1), signals.mean() + 5.0 / n), abs=1e-9)


@pytest.mark.parametrize("share", [[1.0, 0.0], [1.0, -3.0], [np.nan, 1.0], [1.0, np.inf]])
def test_shares_with_nonpositive_weight_or_non_finite_values_are_ignored(share) -> None:
    network, signals, protocol = topology("complete", n=4), starts(4), PushSum()
    states = negotiate(
        protocol, network, signals, 100, lie=falsely(0, lambda payload: np.broadcast_to(share, payload.shape))
    )
    proposed = protocol.proposals(states[-1])[1:]
    assert signals.min() <= proposed.min() <= proposed.max() <= signals.max()


def test_the_weight_of_a_daemon_without_senders_stays_positive() -> None:
    network = Network.from_edges(2, [(0, 1)], directed=True)
    protocol = PushSum()
    end = negotiate(protocol, network, np.array([[3.0], [1.0]]), 2000)[-1]
    assert end[0, 1] > 0
    assert protocol.proposals(end)[0, 0] == 3.0


@pytest.mark.slow
def test_self_targets_pass_the_conformance_check() -> None:
    check_protocol(PushSum, self_targets=True)

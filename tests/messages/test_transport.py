"""Links that lose, delay, repeat and reorder: messages arrive as the delivery of the network defines."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swarmsec
from swarmsec.messages import Messages, Transport
from swarmsec.network import Delivery, Network, topology
from swarmsec.rng import stream
from swarmsec.scenario import InvalidScenarioError

EXCHANGES = 60


def newest(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
    return later


def combine_guarantees(earlier: np.ndarray, later: np.ndarray) -> np.ndarray:
    return earlier + later


def network(**delivery: float) -> Network:
    plain = topology("circulant", n=12, offsets=[1, 2])
    return Network(plain.indptr, plain.indices, Delivery(**delivery))


def journey(net: Network, merge=newest, *, exchanges: int = EXCHANGES, drain: int = 0) -> list[Messages]:
    """The arrivals of each exchange, if each daemon sends its number, and nothing in the last `drain` exchanges."""
    transport = Transport(net, merge, stream(0, "test", 0, "links"))
    arrived = []
    for exchange in range(exchanges + drain):
        broadcast = np.full((net.n, 1), float(exchange))
        silent = np.zeros(net.m, dtype=np.int32) if exchange >= exchanges else None
        arrived.append(transport.transmit(Messages(net, broadcast, copies=silent)))
    return arrived


def has_arrived(messages: Messages) -> np.ndarray:
    """(m,) whether each edge delivers something."""
    arrives = np.ones(messages.network.m, dtype=bool)
    if messages.weights is not None:
        arrives &= messages.weights > 0
    return arrives if messages.copies is None else arrives & (messages.copies > 0)


def test_reliable_links_return_the_sent_messages_themselves() -> None:
    net = topology("ring", n=5)
    sent = Messages(net, np.arange(5.0)[:, None])
    assert Transport(net, newest, stream(0, "test", 0, "links")).transmit(sent) is sent


def test_a_constant_delay_shifts_all_messages_by_that_many_exchanges() -> None:
    arrived = journey(network(delay_min=3, delay_max=3))
    assert not any(has_arrived(messages).any() for messages in arrived[:3])
    for exchange, messages in enumerate(arrived[3:]):
        assert has_arrived(messages).all()
        np.testing.assert_array_equal(messages.payload, exchange)


def test_links_keep_the_order_of_messages_without_reordering() -> None:
    for reordering, in_order in ((0.0, True), (1.0, False)):
        net = network(delay_min=0, delay_max=4, reordering=reordering)
        seen = [[] for _ in range(net.m)]
        for messages in journey(net):
            for edge in np.flatnonzero(has_arrived(messages)):
                seen[edge].append(float(messages.payload[edge, 0]))
        assert all(values == sorted(values) for values in seen) is in_order


def test_losses_have_the_given_probability_and_a_broadcast_stays_a_broadcast() -> None:
    arrived = journey(network(loss=0.25), exchanges=400)
    assert all(messages.per_edge is None for messages in arrived)
    share = np.mean([has_arrived(messages).mean() for messages in arrived])
    draws = 400 * arrived[0].network.m
    assert abs(share - 0.75) < 5 * np.sqrt(0.25 * 0.75 / draws)


def test_a_duplicated_message_counts_twice() -> None:
    copies = np.concatenate([messages.copies for messages in journey(network(duplication=0.5))])
    assert Counter(copies.tolist()).keys() == {1, 2}
    assert abs((copies == 2).mean() - 0.5) < 5 * np.sqrt(0.25 / len(copies))


@settings(deadline=None, max_examples=40)
@given(
    low=st.integers(0, 3),
    width=st.integers(0, 4),
    reordering=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_every_message_arrives_once_without_loss_and_duplication(low: int, width: int, reordering: float) -> None:
    net = network(delay_min=low, delay_max=low + width, reordering=reordering)
    arrived = journey(net, combine_guarantees, exchanges=20, drain=20)
    total = sum(np.where(has_arrived(messages), messages.payload[:, 0], 0.0) for messages in arrived)
    np.testing.assert_array_equal(total, np.full(net.m, float(sum(range(20)))))


def test_random_events_on_links_do_not_depend_on_the_messages() -> None:
    net = network(delay_min=0, delay_max=2, loss=0.3, duplication=0.2, reordering=0.3)
    one, other = (Transport(net, newest, stream(0, "test", 0, "links")) for _ in range(2))
    silent = np.arange(net.m) % 5 == 0
    for exchange in range(30):
        broadcast = np.full((net.n, 1), float(exchange))
        everything = one.transmit(Messages(net, broadcast))
        some = other.transmit(Messages(net, broadcast, copies=np.where(silent, 0, 1).astype(np.int32)))
        np.testing.assert_array_equal(everything.copies[~silent], some.copies[~silent])
        np.testing.assert_array_equal(everything.payload[~silent], some.payload[~silent])
        assert not some.copies[silent].any()


def test_a_delay_by_red_changes_nothing_on_other_links() -> None:
    net = network(loss=0.3, reordering=0.5)
    one, other = (Transport(net, newest, stream(0, "test", 0, "links")) for _ in range(2))
    late = np.where(np.arange(net.m) == 0, 2, 0).astype(np.int32)
    for exchange in range(30):
        sent = Messages(net, np.full((net.n, 1), float(exchange)))
        untouched, delayed = has_arrived(one.transmit(sent)), has_arrived(other.transmit(replace(sent, delays=late)))
        np.testing.assert_array_equal(untouched[1:], delayed[1:])


def test_messages_that_arrive_together_are_merged_and_count_like_the_later_one() -> None:
    net = topology("complete", n=2)
    for merge, makes in ((newest, 20.0), (combine_guarantees, 30.0)):
        transport = Transport(net, merge, stream(0, "test", 0, "links"))
        for broadcast, copies, delay in ((10.0, 3, 2), (20.0, 2, 1)):
            sent = Messages(net, np.full((2, 1), broadcast), copies=np.full(2, copies, dtype=np.int32))
            assert not has_arrived(transport.transmit(replace(sent, delays=np.full(2, delay, dtype=np.int32)))).any()
        arrived = transport.transmit(Messages(net, np.zeros((2, 1)), copies=np.zeros(2, dtype=np.int32)))
        assert arrived.payload[:, 0].tolist() == [makes, makes]
        assert arrived.copies.tolist() == [2, 2]


LATE = {
    "name": "late",
    "world": {"kind": "beliefs"},
    "network": {"kind": "circulant", "n": 30, "offsets": [1, 2, 3]},
    "rounds": 60,
    "seeds": 2,
}


def scenario_with(**links: object) -> dict[str, object]:
    return {**LATE, "network": {**LATE["network"], **links}}


@pytest.mark.parametrize("protocol", ["average_consensus", "friedkin_johnsen"])
def test_both_engines_agree_on_unreliable_links(protocol: str) -> None:
    scenario = scenario_with(delay=[0, 3], loss=0.2, duplication=0.1, reordering=0.3) | {"protocol": {"kind": protocol}}
    arrays = swarmsec.simulate(scenario, arm="clean", record_states=True)
    agents = swarmsec.simulate(scenario | {"engine": "agents"}, arm="clean", record_states=True)
    np.testing.assert_allclose(arrays.states, agents.states, rtol=0, atol=1e-12)


def test_a_swarm_agrees_although_messages_are_delayed_and_lost() -> None:
    trace = swarmsec.simulate(scenario_with(delay=[0, 3], loss=0.3) | {"rounds": 200}, arm="clean")
    assert trace.metrics["disagreement"][-1] < 1e-2 * trace.metrics["disagreement"][0]


def test_delayed_messages_slow_the_agreement() -> None:
    in_time, delayed = (swarmsec.simulate(scenario_with(delay=delay), arm="clean") for delay in (0, 4))
    assert delayed.metrics["disagreement"][15] > in_time.metrics["disagreement"][15]


def test_random_events_on_links_are_equal_in_all_arms() -> None:
    liar = {"attacks": [{"kind": "stubborn", "daemons": [0], "value": 9.0, "start": 30}]}
    clean, attacked = (
        swarmsec.simulate(scenario_with(delay=[0, 2], loss=0.2) | liar, arm=arm, record_states=True)
        for arm in ("clean", "attacked")
    )
    np.testing.assert_array_equal(clean.states[:31], attacked.states[:31])
    assert not np.array_equal(clean.states[-1], attacked.states[-1])


@pytest.mark.parametrize(
    ("links", "where", "message"),
    [
        ({"delay": [3, 1]}, "network.delay", "lower one"),
        ({"delay": -1}, "network.delay", ""),
        ({"delay": 100_000}, "network.delay", ""),
        ({"loss": 1.5}, "network.loss", ""),
        ({"duplication": "often"}, "network.duplication", ""),
    ],
)
def test_invalid_link_parameters_are_refused(links: dict[str, object], where: str, message: str) -> None:
    with pytest.raises(InvalidScenarioError) as refused:
        swarmsec.load_scenario(scenario_with(**links))
    assert where in str(refused.value)
    assert message in str(refused.value)

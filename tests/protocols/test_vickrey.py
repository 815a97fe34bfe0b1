"""Second-price auctions by gossip: the highest bidder wins, pays the second bid, and bids truthfully."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import simulate
from swarmsec.arrays import Floats
from swarmsec.messages import as_messages
from swarmsec.network import Network, topology
from swarmsec.protocols import ProtocolView
from swarmsec.protocols.vickrey import Standing, Vickrey, standing
from swarmsec.rng import stream
from swarmsec.swarm.trace import Trace
from tests.protocols.alone import begun

DIAMETERS = {"complete": 1, "star": 2, "ring": 4, "path": 7}


def auctioned(bids: Floats, network: Network, exchanges: int) -> tuple[Standing, Floats]:
    """The standing known to each daemon after some exchanges, and what each daemon takes."""
    protocol = Vickrey()
    protocol.begin(ProtocolView(network=network, rng=stream(0, "test", 0, "protocol")))
    state = protocol.initial_state(bids)
    for _ in range(exchanges):
        protocol.begin_exchange()
        state = protocol.listen(as_messages(network, protocol.speak(state, bids)), None, state=state, signals=bids)
    return standing(state), protocol.proposals(state)


@pytest.mark.parametrize(("kind", "diameter"), DIAMETERS.items())
def test_all_daemons_know_winner_and_price_after_a_diameter_of_exchanges(kind: str, diameter: int) -> None:
    network = topology(kind, n=8)
    for seed in range(5):
        bids = stream(0, "vickrey", seed, "bids").random((8, 3))
        known, taken = auctioned(bids, network, diameter)
        order = np.argsort(-bids, axis=0)
        for item in range(3):
            first, second = order[:2, item]
            assert set(known.winner[:, item]) == {first}
            assert set(known.second[:, item]) == {bids[second, item]}
            assert set(known.runner_up[:, item]) == {second}
            assert np.flatnonzero(taken[:, item]).tolist() == [first]


def test_in_a_tie_the_lower_number_wins_and_pays_its_bid() -> None:
    known, taken = auctioned(np.array([[1.0], [2.0], [2.0], [0.0]]), topology("complete", n=4), 1)
    assert taken[:, 0].tolist() == [0.0, 1.0, 0.0, 0.0]
    assert known.second[:, 0].tolist() == [2.0] * 4


def test_a_bid_of_zero_wins_if_no_bid_is_higher() -> None:
    known, taken = auctioned(np.zeros((3, 1)), topology("complete", n=3), 1)
    assert taken[:, 0].tolist() == [1.0, 0.0, 0.0]
    assert known.second[:, 0].tolist() == [0.0] * 3


@settings(deadline=None, max_examples=100)
@given(
    worths=st.lists(st.floats(0, 10), min_size=2, max_size=7),
    bidder=st.integers(0, 6),
    deviation=st.floats(0, 12),
)
def test_no_deviation_from_the_truth_gains(worths: list[float], bidder: int, deviation: float) -> None:
    bidder %= len(worths)
    network = topology("complete", n=len(worths))

    def gain(bid: float) -> float:
        bids = np.array(worths)[:, None]
        bids[bidder] = bid
        known, taken = auctioned(bids, network, 1)
        return float(taken[bidder, 0] * (worths[bidder] - known.second[bidder, 0]))

    assert gain(deviation) <= gain(worths[bidder])


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 9))
def test_gossip_finds_the_winner_and_price_of_sorted_bids(seed: int, n: int) -> None:
    bids = np.round(stream(0, "vickrey", seed, "bids").random((n, 2)) * 4)  # Many ties.
    known, taken = auctioned(bids, topology("path", n=n), n - 1)
    for item in range(2):
        order = np.lexsort((np.arange(n), -bids[:, item]))
        assert np.flatnonzero(taken[:, item]).tolist() == [order[0]]
        assert set(known.second[:, item]) == {bids[order[1], item]}


def sale(**attack: object) -> Trace:
    scenario = {
        "name": "sale",
        "world": {"kind": "allocation", "items": 4, "capacity": 4},
        "network": {"kind": "ring", "n": 9},
        "protocol": {"kind": "vickrey"},
        "rounds": 40,
        "attacks": [attack] if attack else [],
    }
    return simulate(scenario, arm="attacked" if attack else "clean")


def test_after_convergence_no_welfare_is_lost() -> None:
    trace = sale()
    assert np.diff(trace.bill)[:2].min() > 0.0
    assert np.diff(trace.bill)[4:] == pytest.approx(np.zeros(35), abs=1e-12)


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": "false_message", "daemons": [4], "columns": [0, 1, 2, 3], "bias": 9.0},
        {"kind": "stubborn", "daemons": [4], "value": 9.0},
        {"kind": "false_signal", "daemons": [4], "bias": 9.0},
    ],
)
def test_a_false_bid_raises_the_bill(lie: dict[str, object]) -> None:
    assert sale(**lie).bill[-1] > sale().bill[-1] + 10.0


def test_a_bid_rises_with_its_worth_and_is_never_lowered() -> None:
    network, protocol = topology("complete", n=3), Vickrey()
    begun(protocol, network)
    bids = np.array([[3.0], [2.0], [1.0]])
    state = protocol.initial_state(bids)
    winners = []
    for signals in (bids, np.array([[0.0], [2.0], [1.0]]), np.array([[0.0], [2.0], [5.0]])):
        for _ in range(3):
            protocol.begin_exchange()
            sent = as_messages(network, protocol.speak(state, signals))
            state = protocol.listen(sent, None, state=state, signals=signals)
        winners.append(protocol.proposals(state)[:, 0].tolist())
    assert winners == [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]

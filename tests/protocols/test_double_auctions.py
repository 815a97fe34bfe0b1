"""McAfee's double auction and the call market: trades, prices and welfare."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import build, simulate
from swarmsec.errors import SwarmsecError
from swarmsec.network import topology
from swarmsec.protocols._auctioneer import payments
from swarmsec.protocols.mcafee import Mcafee
from swarmsec.protocols.uniform_price import UniformPrice
from swarmsec.rng import stream
from tests.protocols.alone import negotiate

prices = st.lists(st.floats(0, 100), min_size=0, max_size=12)


def gains(bids: np.ndarray, asks: np.ndarray, trades: int) -> float:
    return float((bids[:trades] - asks[:trades]).sum())


def efficient(bids: np.ndarray, asks: np.ndarray) -> int:
    pairs = min(len(bids), len(asks))
    return int((bids[:pairs] >= asks[:pairs]).sum())


def sides(buyers: list[float], sellers: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.sort(np.array(buyers, dtype=float))[::-1], np.sort(np.array(sellers, dtype=float))


def test_mcafee_makes_all_trades_if_the_next_pair_gives_a_valid_price() -> None:
    assert Mcafee().clear(*sides([9, 8, 5], [2, 3, 6])) == (2, 5.5, 5.5)


def test_mcafee_excludes_the_last_pair_otherwise() -> None:
    assert Mcafee().clear(*sides([9, 8, 1], [2, 7, 8])) == (1, 8.0, 7.0)


@settings(deadline=None, max_examples=300)
@given(buyers=prices, sellers=prices)
def test_mcafee_never_runs_a_deficit_and_loses_at_most_one_trade(buyers: list[float], sellers: list[float]) -> None:
    bids, asks = sides(buyers, sellers)
    cleared, k = Mcafee().clear(bids, asks), efficient(bids, asks)
    assert cleared.trades * (cleared.buyers_pay - cleared.sellers_get) >= 0
    if k:
        assert gains(bids, asks, cleared.trades) >= (1 - 1 / k) * gains(bids, asks, k) - 1e-9
    else:
        assert cleared.trades == 0


@settings(deadline=None, max_examples=300)
@given(buyers=prices, sellers=prices, index=st.integers(0, 30), lie=st.floats(0, 100))
def test_mcafee_is_truthful(buyers: list[float], sellers: list[float], index: int, lie: float) -> None:
    if not buyers or not sellers:
        return

    def gain(side: str, number: int, claim: float) -> float:
        broadcast = {"buy": list(buyers), "sell": list(sellers)}
        worth = broadcast[side][number]
        broadcast[side][number] = claim
        bids, asks = sides(broadcast["buy"], broadcast["sell"])
        cleared = Mcafee().clear(bids, asks)
        # In a tie the liar ranks first: the best case for it.
        rank = int((bids > claim).sum()) if side == "buy" else int((asks < claim).sum())
        if rank >= cleared.trades:
            return 0.0
        return worth - cleared.buyers_pay if side == "buy" else cleared.sellers_get - worth

    number = index % (len(buyers) + len(sellers))
    side, number = ("buy", number) if number < len(buyers) else ("sell", number - len(buyers))
    truth = (buyers if side == "buy" else sellers)[number]
    assert gain(side, number, lie) <= gain(side, number, truth) + 1e-9


@settings(deadline=None, max_examples=200)
@given(buyers=prices, sellers=prices, theta=st.floats(0, 1))
def test_a_call_market_makes_every_efficient_trade_at_one_acceptable_price(
    buyers: list[float], sellers: list[float], theta: float
) -> None:
    bids, asks = sides(buyers, sellers)
    cleared = UniformPrice(theta=theta).clear(bids, asks)
    assert cleared.trades == efficient(bids, asks)
    assert cleared.buyers_pay == cleared.sellers_get
    if cleared.trades:
        assert asks[cleared.trades - 1] - 1e-9 <= cleared.buyers_pay <= bids[cleared.trades - 1] + 1e-9


def market(kind: str, *, n: int = 12, attacks: list | None = None, rounds: int = 4, network: str = "star", **links):
    worths = stream(0, "market", 0, "worths").random((n, 2)).tolist()
    return {
        "name": "market",
        "world": {"kind": "allocation", "worths": worths, "supply": n // 2, "capacity": 2},
        "network": {"kind": network, "n": n, **links},
        "protocol": {"kind": kind},
        "rounds": rounds,
        "attacks": attacks or [],
    }


@pytest.mark.parametrize("network", ["star", "complete"])
def test_a_call_market_reaches_the_optimal_allocation(network: str) -> None:
    trace = simulate(market("uniform_price", network=network), arm="clean")
    assert trace.metrics["efficiency"][-1] == pytest.approx(1.0)
    assert trace.metrics["overtaken"][-1] == trace.metrics["left_over"][-1] == 0.0


def test_mcafee_loses_at_most_the_least_valuable_trade() -> None:
    assert 0.9 < simulate(market("mcafee"), arm="clean").metrics["efficiency"][-1] <= 1.0


@pytest.mark.parametrize("kind", ["mcafee", "uniform_price"])
def test_payments_of_buyers_cover_payments_to_sellers(kind: str) -> None:
    model = build(market(kind), arm="clean")
    for _ in range(2):
        model.step()
    kept = payments(model.state).sum(axis=0)
    assert (kept >= -1e-12).all()
    if kind == "uniform_price":
        assert kept == pytest.approx(np.zeros(2), abs=1e-12)
    model.close()


def test_trades_and_payments_follow_the_clearing() -> None:
    # Daemons with even numbers buy, with odd numbers sell: bids 9, 8, 5 and asks 2, 3, 6.
    worths = np.array([[5.0], [3.0], [9.0], [6.0], [8.0], [2.0]])
    for protocol, price in ((Mcafee(), 5.5), (UniformPrice(theta=1.0), 8.0), (UniformPrice(theta=0.0), 3.0)):
        state = negotiate(protocol, topology("star", n=6), worths, 2)[-1]
        assert protocol.proposals(state)[:, 0].tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 0.0]
        assert payments(state)[:, 0].tolist() == [0.0, -price, price, 0.0, price, -price]


def test_a_pair_that_mcafee_excludes_does_not_trade() -> None:
    worths = np.array([[1.0], [7.0], [9.0], [8.0], [8.0], [2.0]])
    state = negotiate(Mcafee(), topology("star", n=6), worths, 2)[-1]
    assert payments(state)[:, 0].tolist() == [0.0, 0.0, 8.0, 0.0, 0.0, -7.0]


def test_only_the_auctioneers_neighbors_trade() -> None:
    scenario = market("uniform_price", network="path")
    final = simulate(scenario, arm="clean").final
    owns_at_first = (np.arange(12) % 2 == 1).astype(float)
    np.testing.assert_array_equal(final[2:], np.repeat(owns_at_first[2:, None], 2, axis=1))


@pytest.mark.parametrize(
    "lie",
    [
        {"kind": "false_signal", "daemons": "50%", "bias": 5.0},
        {"kind": "false_message", "daemons": [3, 4, 5, 6], "columns": [1, 2], "bias": 5.0},
        {"kind": "false_message", "daemons": [0], "columns": [7, 8], "bias": 5.0},
        {"kind": "stubborn", "daemons": [4, 6], "value": 1.0},
    ],
    ids=["feeds", "bids", "award", "hijacked"],
)
@pytest.mark.parametrize("kind", ["mcafee", "uniform_price"])
def test_lies_in_feeds_bids_and_awards_cost_welfare(kind: str, lie: dict[str, object]) -> None:
    honest, attacked = (
        simulate(market(kind, rounds=20, attacks=attacks), arm="attacked" if attacks else "clean")
        for attacks in ([], [lie])
    )
    assert attacked.bill[-1] > honest.bill[-1] + 0.1


@pytest.mark.parametrize("kind", ["mcafee", "uniform_price"])
def test_messages_that_are_one_exchange_late_are_ignored(kind: str) -> None:
    states = simulate(market(kind, rounds=9, delay=1), arm="clean", record_states=True).states
    owns_at_first = (np.arange(12) % 2 == 1).astype(float)
    for state in states:
        np.testing.assert_array_equal(state[1:], np.repeat(owns_at_first[1:, None], 2, axis=1))


def test_lost_bids_and_announcements_cost_less_than_half_the_welfare() -> None:
    bad, good = (simulate(market("uniform_price", rounds=60, **links), arm="clean") for links in ({"loss": 0.3}, {}))
    assert bad.bill[-1] > good.bill[-1]
    assert bad.metrics["efficiency"].mean() > 0.5


def test_an_auctioneer_outside_of_the_swarm_is_refused() -> None:
    with pytest.raises(SwarmsecError, match="must be less than the 12 daemons"):
        simulate(market("mcafee") | {"protocol": {"kind": "mcafee", "auctioneer": 12}})

"""Bargaining in pairs: concessions, the time of agreement, and the gain of a liar."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import simulate
from swarmsec.messages import Messages
from swarmsec.network import topology
from swarmsec.protocols._pairing import random_pairs
from swarmsec.protocols.alternating_offers import AlternatingOffers
from swarmsec.rng import stream
from tests.protocols.alone import negotiate
from tests.strategies import beliefs

PAIR = {"kind": "complete", "n": 2}


def session(low: float = 0.0, high: float = 1.0, *, rounds: int = 10, attacks: list | None = None, **offers: object):
    """(rounds + 1, 2) the proposals of a pair in every round; a round is a turn."""
    protocol = {"kind": "alternating_offers", "deadline": 5, **offers}
    scenario = beliefs([low, high], PAIR, protocol=protocol, rounds=rounds, attacks=attacks or [])
    arm = "attacked" if attacks else "clean"
    return simulate(scenario, arm=arm, record_states=True).states[:, :, 0]


def test_two_linear_conceders_meet_between_their_values() -> None:
    # In each of its turns a daemon concedes another quarter of its reach. In its third turn daemon 0 offers 0.5, which
    # is what daemon 1 would offer next, so daemon 1 accepts in the next exchange.
    trajectory = session()
    assert trajectory[5].tolist() == [0.0, 1.0]
    assert trajectory[6].tolist() == [0.5, 0.5]
    assert trajectory[-1].tolist() == [0.5, 0.5]


def test_a_boulware_daemon_agrees_later_than_a_conceder() -> None:
    def agreed_in(beta: float) -> int:
        trajectory = session(beta=beta)
        return int(np.flatnonzero(trajectory[:, 0] == trajectory[:, 1])[0])

    assert agreed_in(4.0) < agreed_in(1.0) < agreed_in(0.3)


def test_a_daemon_without_a_deal_keeps_its_value() -> None:
    assert session(reach=0.4, rounds=20)[-1].tolist() == [0.0, 1.0]
    assert session(reach=0.5)[-1].tolist() == [0.5, 0.5]


def test_two_daemons_that_only_imitate_never_concede() -> None:
    assert session(imitation=1.0, rounds=20)[-1].tolist() == [0.0, 1.0]


def test_imitation_of_one_half_averages_the_time_and_imitation_tactics() -> None:
    # Daemon 0 offers 0, then 0.5 · 0.25; daemon 1 offers 1 − 0.5 · 0.25 − 0.5 · 0.125, and so on.
    protocol = AlternatingOffers(imitation=0.5)
    states = negotiate(protocol, topology("complete", n=2), np.array([[0.0], [1.0]]), 10)
    offers = [states[turn + 1, turn % 2, 1] for turn in range(6)]
    assert offers == [0.0, 1.0, 0.125, 0.8125, 0.34375, 0.578125]


def test_time_dependent_offers_follow_the_formula_of_faratin() -> None:
    for beta in (0.3, 1.0, 3.0):
        protocol = AlternatingOffers(beta=beta, reach=2.0)
        states = negotiate(protocol, topology("complete", n=2), np.array([[0.0], [10.0]]), 9)
        offers = [states[2 * t + 1, 0, 1] for t in range(5)]
        np.testing.assert_allclose(offers, [2.0 * (t / 4) ** (1 / beta) for t in range(5)], rtol=1e-12)


def test_a_lost_acceptance_is_repeated_and_makes_the_deal() -> None:
    # Daemon 1 accepts 0.5 in turn 3, and the message is lost. Daemon 0 offers more in turn 4 and receives the repeated
    # acceptance in turn 5.
    turn = itertools.count()

    def loses_the_acceptance(sent: Messages) -> Messages:
        return sent.with_weights(np.full(sent.network.m, 0.0 if next(turn) == 3 else 1.0))

    pair, values = topology("complete", n=2), np.array([[0.0], [1.0]])
    states = negotiate(AlternatingOffers(beta=2.0), pair, values, 9, lie=loses_the_acceptance)
    offer, deal, agreed = states[:, :, 1], states[:, :, 4], states[:, :, -1]
    assert agreed[4].tolist() == agreed[5].tolist() == [0.0, 1.0]
    assert offer[5, 0] == np.sqrt(0.5)
    assert agreed[6].tolist() == [1.0, 1.0]
    assert deal[6].tolist() == [0.5, 0.5]


@settings(deadline=None, max_examples=40)
@given(
    low=st.floats(-5, 5),
    high=st.floats(-5, 5),
    reach=st.floats(0.1, 8),
    beta=st.sampled_from([0.3, 1.0, 3.0]),
    imitation=st.sampled_from([0.0, 0.3]),
)
def test_a_deal_is_between_both_values_and_within_both_reaches(
    low: float, high: float, reach: float, beta: float, imitation: float
) -> None:
    one, other = session(low, high, reach=reach, beta=beta, imitation=imitation)[-1]
    if one != other:
        assert (one, other) == (low, high)
    else:
        assert min(low, high) - 1e-9 <= one <= max(low, high) + 1e-9
        assert max(abs(one - low), abs(one - high)) <= reach + 1e-9


@settings(deadline=None, max_examples=25)
@given(lie=st.floats(-1e6, 1e6), rounds=st.sampled_from([10, 20, 30]))
def test_a_liar_moves_its_partner_at_most_one_reach_per_session(lie: float, rounds: int) -> None:
    attack = {"kind": "stubborn", "daemons": [1], "value": lie}
    moved = abs(session(reach=0.5, rounds=rounds, attacks=[attack])[-1, 0])
    assert moved <= 0.5 * rounds / 10 + 1e-9


def test_a_stubborn_liar_moves_its_partner_by_the_whole_reach() -> None:
    attack = {"kind": "stubborn", "daemons": [1], "value": 0.5}
    assert session(reach=0.5, attacks=[attack])[-1].tolist() == [0.5, 0.5]


def test_a_swarm_with_changing_pairs_agrees() -> None:
    values = stream(0, "test", 0, "bargaining").random(20).tolist()
    scenario = beliefs(
        values, {"kind": "complete", "n": 20}, protocol={"kind": "alternating_offers", "exchanges": 10}, rounds=400
    )
    trace = simulate(scenario, arm="clean")
    assert trace.metrics["disagreement"][-1] < 1e-6
    assert trace.metrics["hull_violation"].max() <= 1e-12


def test_several_issues_are_agreed_in_one_deal() -> None:
    scenario = beliefs([0.0, 0.0], PAIR, protocol={"kind": "alternating_offers"}, rounds=10)
    scenario["world"] = {"kind": "beliefs", "initial": [[0.0, 3.0, 1.0], [1.0, 3.0, 0.8]]}
    final = simulate(scenario, arm="clean").final
    assert np.array_equal(final[0], final[1])
    assert final[0, 1] == 3.0
    assert 0.8 <= final[0, 2] <= 1.0


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 40), degree=st.integers(1, 6))
def test_pairs_are_a_maximal_matching(seed: int, n: int, degree: int) -> None:
    network = topology("erdos_renyi", n=n, p=min(1.0, degree / n), seed=seed)
    partner, hears = random_pairs(network, stream(0, "test", seed, "pairs"))
    paired = np.flatnonzero(partner >= 0)
    assert np.array_equal(partner[partner[paired]], paired)
    assert np.array_equal(network.indices[hears[paired]], partner[paired])
    assert np.array_equal(network.receivers[hears[paired]], paired)
    assert not ((partner[network.indices] < 0) & (partner[network.receivers] < 0)).any()

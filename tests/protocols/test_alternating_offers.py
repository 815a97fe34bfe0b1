"""Bargaining in pairs: who concedes how far, when they agree, and what a liar can take."""

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
    """The proposals of a pair, (rounds + 1, 2), round by round; a round is a turn."""
    protocol = {"kind": "alternating_offers", "deadline": 5, **offers}
    scenario = beliefs([low, high], PAIR, protocol=protocol, rounds=rounds, attacks=attacks or [])
    arm = "attacked" if attacks else "clean"
    return simulate(scenario, arm=arm, record_states=True).states[:, :, 0]


def test_two_linear_conceders_meet_between_their_values() -> None:
    # Each concedes a quarter of its reach more in every turn of its own. In its third daemon 0 offers 0.5, and daemon 1
    # would go no farther itself: it accepts in the exchange after.
    trajectory = session()
    assert trajectory[5].tolist() == [0.0, 1.0]
    assert trajectory[6].tolist() == [0.5, 0.5]
    assert trajectory[-1].tolist() == [0.5, 0.5]


def test_a_boulware_daemon_agrees_later_and_a_conceder_sooner() -> None:
    def agreed_in(beta: float) -> int:
        trajectory = session(beta=beta)
        return int(np.flatnonzero(trajectory[:, 0] == trajectory[:, 1])[0])

    assert agreed_in(4.0) < agreed_in(1.0) < agreed_in(0.3)


def test_who_reaches_no_deal_keeps_its_value() -> None:
    assert session(reach=0.4, rounds=20)[-1].tolist() == [0.0, 1.0]
    assert session(reach=0.5)[-1].tolist() == [0.5, 0.5]


def test_two_who_only_imitate_each_other_never_begin_to_concede() -> None:
    assert session(imitation=1.0, rounds=20)[-1].tolist() == [0.0, 1.0]


def test_one_who_imitates_half_concedes_half_in_time_and_half_of_what_the_other_did() -> None:
    # Daemon 0 offers 0, then 0.5 · 0.25; daemon 1 answers 1 − 0.5 · 0.25 − 0.5 · 0.125, and so on.
    protocol = AlternatingOffers(imitation=0.5)
    states = negotiate(protocol, topology("complete", n=2), np.array([[0.0], [1.0]]), 10)
    offers = [states[turn + 1, turn % 2, 1] for turn in range(6)]
    assert offers == [0.0, 1.0, 0.125, 0.8125, 0.34375, 0.578125]


def test_time_dependent_offers_are_those_of_faratin() -> None:
    for beta in (0.3, 1.0, 3.0):
        protocol = AlternatingOffers(beta=beta, reach=2.0)
        states = negotiate(protocol, topology("complete", n=2), np.array([[0.0], [10.0]]), 9)
        offers = [states[2 * t + 1, 0, 1] for t in range(5)]
        np.testing.assert_allclose(offers, [2.0 * (t / 4) ** (1 / beta) for t in range(5)], rtol=1e-12)


def test_an_acceptance_that_was_lost_comes_again_and_makes_the_deal() -> None:
    # Daemon 1 accepts 0.5 in turn 3; in turn 4 daemon 0, who did not hear it, offers more; in turn 5 it hears it again.
    turn = itertools.count()

    def loses_it(sent: Messages) -> Messages:
        return sent.with_weights(np.full(sent.network.m, 0.0 if next(turn) == 3 else 1.0))

    pair, values = topology("complete", n=2), np.array([[0.0], [1.0]])
    states = negotiate(AlternatingOffers(beta=2.0), pair, values, 9, lie=loses_it)
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
def test_a_deal_is_one_value_between_both_and_within_the_reach_of_each(
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
def test_no_liar_moves_its_partner_farther_than_its_reach_a_session(lie: float, rounds: int) -> None:
    attack = {"kind": "stubborn", "daemons": [1], "value": lie}
    moved = abs(session(reach=0.5, rounds=rounds, attacks=[attack])[-1, 0])
    assert moved <= 0.5 * rounds / 10 + 1e-9


def test_a_liar_who_never_concedes_takes_the_whole_reach() -> None:
    attack = {"kind": "stubborn", "daemons": [1], "value": 0.5}
    assert session(reach=0.5, attacks=[attack])[-1].tolist() == [0.5, 0.5]


def test_a_swarm_that_bargains_in_changing_pairs_agrees() -> None:
    values = stream(0, "test", 0, "bargaining").random(20).tolist()
    scenario = beliefs(
        values, {"kind": "complete", "n": 20}, protocol={"kind": "alternating_offers", "exchanges": 10}, rounds=400
    )
    trace = simulate(scenario, arm="clean")
    assert trace.metrics["disagreement"][-1] < 1e-6
    assert trace.metrics["hull_violation"].max() <= 1e-12


def test_several_issues_are_one_deal() -> None:
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

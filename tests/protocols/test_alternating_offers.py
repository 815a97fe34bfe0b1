"""Bargaining in pairs: who concedes how far, when they agree, and what a liar can take."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import simulate
from swarmsec.network import topology
from swarmsec.protocols._pairing import random_pairs
from swarmsec.rng import stream
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


def test_one_who_imitates_half_follows_the_other_half() -> None:
    trajectory = session(imitation=0.5)
    assert trajectory[-1, 0] == trajectory[-1, 1]


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

"""The consensus-based bundle algorithm: conflict-free, the greedy assignment, and at least half of the optimum."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from swarmsec import simulate
from swarmsec.arrays import Bools, Floats
from swarmsec.messages import as_messages
from swarmsec.network import Delivery, Network, topology
from swarmsec.protocols import ProtocolView
from swarmsec.protocols._bids import NOBODY, Bids, Known
from swarmsec.protocols.cbba import Cbba
from swarmsec.rng import stream
from tests.protocols.alone import begun, negotiate


def converged(worth: Floats, network: Network, *, bundle: int = 1) -> Bools:
    """(n, d) whether a daemon has a task, after the bids have converged."""
    protocol = Cbba(bundle=bundle)
    protocol.begin(ProtocolView(network=network, rng=stream(0, "test", 0, "protocol")))
    state = protocol.initial_state(worth)
    d = worth.shape[1]
    quiet = 0
    for _ in range(4 * worth.size + 2 * network.n):
        protocol.begin_exchange()
        before = state[:, : 1 + 4 * d]
        state = protocol.listen(as_messages(network, protocol.speak(state, worth)), None, state=state, signals=worth)
        quiet = quiet + 1 if np.array_equal(before, state[:, : 1 + 4 * d]) else 0
        if quiet > network.n:
            return protocol.proposals(state) > 0
    raise AssertionError("it never settles")


def greedy(worth: Floats, *, bundle: int = 1) -> Bools:
    """(n, d) the sequential greedy assignment: repeatedly the pair of highest remaining worth."""
    held = np.zeros(worth.shape, dtype=bool)
    left = worth.copy()
    while np.isfinite(left).any():
        i, j = np.unravel_index(np.argmax(left), left.shape)
        held[i, j] = True
        left[:, j] = -np.inf
        if held[i].sum() == bundle:
            left[i] = -np.inf
    return held


def instance(seed: int, n: int, d: int) -> Floats:
    return stream(0, "cbba", seed, "worths").random((n, d))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["complete", "ring"])
def test_cbaa_is_sequential_greedy_on_sixty_random_instances(kind: str) -> None:
    network = topology(kind, n=40)
    for seed in range(60):
        worth = instance(seed, 40, 40)
        np.testing.assert_array_equal(converged(worth, network), greedy(worth))


@pytest.mark.parametrize("kind", ["complete", "ring", "star", "path"])
@pytest.mark.parametrize("bundle", [1, 2, 5])
def test_cbba_is_sequential_greedy_on_small_instances(kind: str, bundle: int) -> None:
    for seed in range(6):
        worth = instance(seed, 8, 10)
        np.testing.assert_array_equal(
            converged(worth, topology(kind, n=8), bundle=bundle), greedy(worth, bundle=bundle)
        )


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), n=st.integers(2, 9), d=st.integers(1, 9), coarse=st.booleans())
def test_assignments_are_conflict_free_and_reach_half_of_the_optimum(seed: int, n: int, d: int, coarse: bool) -> None:
    worth = instance(seed, n, d)
    worth = np.round(worth * 2) if coarse else worth  # Many ties, and worths of 0.
    held = converged(worth, topology("ring" if n > 2 else "path", n=n))
    assert held.sum(axis=0).max() <= 1
    assert held.sum(axis=1).max() <= 1
    assert held.sum() == min(n, d)
    assert worth[held].sum() >= 0.5 * worth[linear_sum_assignment(worth, maximize=True)].sum() - 1e-12


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["complete", "ring", "star", "path"]),
    n=st.integers(3, 8),
    d=st.integers(1, 8),
    bundle=st.integers(1, 3),
    coarse=st.booleans(),
)
def test_cbba_converges_to_the_greedy_assignment_within_the_bound_of_theorem_1(
    seed: int, kind: str, n: int, d: int, bundle: int, coarse: bool
) -> None:
    worth = instance(seed, n, d)
    worth = np.round(worth * 2) if coarse else worth
    diameter = {"complete": 1, "ring": n // 2, "star": 2, "path": n - 1}[kind]
    protocol = Cbba(bundle=bundle)
    states = negotiate(protocol, topology(kind, n=n), worth, min(d, n * bundle) * diameter)
    np.testing.assert_array_equal(protocol.proposals(states[-1]) > 0, greedy(worth, bundle=bundle))


ME, OTHER, THIRD, FOURTH = 0, 1, 2, 3  # Receiver i, sender k, and m and n in the paper's table.
NONE = int(NOBODY)
NEWER_M, NEWER_N, HIGHER, NEWER_HERE = "newer m", "newer n", "higher", "newer m here"


@pytest.mark.parametrize(
    ("sender_winner", "receiver_winner", "updates", "resets"),
    [
        (OTHER, ME, [{HIGHER}], []),
        (OTHER, OTHER, [set()], []),
        (OTHER, THIRD, [{NEWER_M}, {HIGHER}], []),
        (OTHER, NONE, [set()], []),
        (ME, ME, [], []),
        (ME, OTHER, [], [set()]),
        (ME, THIRD, [], [{NEWER_M}]),
        (ME, NONE, [], []),
        (THIRD, ME, [{NEWER_M, HIGHER}], []),
        (THIRD, OTHER, [{NEWER_M}], [set()]),
        (THIRD, THIRD, [{NEWER_M}], []),
        (THIRD, FOURTH, [{NEWER_M, NEWER_N}, {NEWER_M, HIGHER}], [{NEWER_N, NEWER_HERE}]),
        (THIRD, NONE, [{NEWER_M}], []),
        (NONE, ME, [], []),
        (NONE, OTHER, [set()], []),
        (NONE, THIRD, [{NEWER_M}], []),
        (NONE, NONE, [], []),
    ],
)
def test_conflicts_are_resolved_as_in_every_row_of_the_table(
    sender_winner: int, receiver_winner: int, updates: list[set[str]], resets: list[set[str]]
) -> None:
    for m, n, higher in itertools.product((-1, 0, 1), (-1, 0, 1), (False, True)):
        facts = {NEWER_M: m > 0, NEWER_N: n > 0, HIGHER: higher, NEWER_HERE: m < 0}
        true_facts = {fact for fact, is_so in facts.items() if is_so}
        expected = "update" if any(map(true_facts.issuperset, updates)) else "leave"
        if expected == "leave" and any(map(true_facts.issuperset, resets)):
            expected = "reset"
        here = Bids.none(np.array([0.0]), np.array([[1.0]]), 4)
        known = Known(np.array([[2.0]]), np.array([[float(receiver_winner)]]), np.array([[0.0, 4.0, 4.0, 4.0]]))
        # Row (m, ·) of the table: m is the winner according to the sender or, if that is no third daemon, according to
        # the receiver.
        newer = {THIRD: 4.0 + m, FOURTH: 4.0 + n}
        newest = [max(4.0, stamp) for stamp in newer.values()]
        stamps = np.array([[0.0, 5.0, *newer.values()]])
        per_edge = Known(np.array([[3.0 if higher else 1.0]]), np.array([[float(sender_winner)]]), stamps)
        after = here._replace(known=known).settled(np.array([0]), np.array([OTHER]), per_edge, now=5.0).known
        became = {"update": (per_edge.bid, per_edge.bidder), "reset": (0.0, NOBODY), "leave": (known.bid, known.bidder)}
        assert (after.bid, after.bidder) == became[expected], (m, n, higher)
        assert after.stamp.tolist() == [[0.0, 5.0, *newest]]


def test_a_lost_task_releases_only_the_later_tasks_of_the_bundle() -> None:
    held = Bids.none(np.array([0.0]), np.array([[3.0, 2.0, 1.0]]), 2).filled(3)
    lost = held.known._replace(bid=np.array([[3.0, 9.0, 1.0]]), bidder=np.array([[0.0, 1.0, 0.0]]))
    after = held._replace(known=lost).without_lost_tasks()
    assert after.place.tolist() == [[1.0, 0.0, 0.0]]
    assert after.known.bid.tolist() == [[3.0, 9.0, 0.0]]
    assert after.known.bidder.tolist() == [[0.0, 1.0, NOBODY]]


def test_stamps_have_the_age_of_the_delayed_message() -> None:
    protocol = Cbba()
    pair = topology("complete", n=2)
    states = negotiate(protocol, pair, np.ones((2, 1)), 6, links=Delivery(delay_min=2, delay_max=2))
    assert (states[-1][0, -1], states[-1][1, -2]) == (4.0, 4.0)


def test_a_released_daemon_gives_back_tasks_that_it_does_not_do() -> None:
    protocol = Cbba()
    pair = topology("complete", n=2)
    worth = np.array([[5.0, 1.0], [4.0, 3.0]])
    state = negotiate(protocol, pair, worth, 3)[-1]
    assert protocol.proposals(state).tolist() == [[1.0, 0.0], [0.0, 1.0]]
    state[:1] = protocol.override_proposals(
        state[:1], np.zeros((1, 2))
    )  # The hijacked daemon does nothing, and is released.
    for _ in range(4):
        protocol.begin_exchange()
        state = protocol.listen(as_messages(pair, protocol.speak(state, worth)), None, state=state, signals=worth)
    assert protocol.proposals(state).tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_the_bound_of_half_the_optimum_is_tight() -> None:
    worth = np.array([[1.01, 1.0], [1.0, 0.0]])
    held = converged(worth, topology("complete", n=2))
    assert worth[held].sum() == 1.01
    assert worth[linear_sum_assignment(worth, maximize=True)].sum() == 2.0


def test_a_bid_of_zero_can_win_and_ties_go_to_the_lower_number() -> None:
    assert converged(np.zeros((3, 2)), topology("complete", n=3)).tolist() == [
        [True, False],
        [False, True],
        [False] * 2,
    ]


def auction(
    *, attacks: list[dict[str, object]] | None = None, links: dict[str, object] | None = None, rounds: int = 60
):
    scenario = {
        "name": "auction",
        "world": {"kind": "allocation", "items": 12},
        "network": {"kind": "circulant", "n": 12, "offsets": [1, 2], **(links or {})},
        "protocol": {"kind": "cbba"},
        "rounds": rounds,
        "attacks": attacks or [],
    }
    return simulate(scenario, arm="attacked" if attacks else "clean", record_states=True)


def test_a_swarm_converges_to_a_conflict_free_assignment() -> None:
    trace = auction()
    assert np.diff(trace.bill)[-20:] == pytest.approx(np.diff(trace.bill)[-1])
    assert trace.metrics["efficiency"][-1] >= 0.5
    assert trace.metrics["overtaken"][-1] == 0.0
    assert trace.metrics["left_over"][-1] == 0.0


def test_lost_and_late_messages_do_not_change_the_final_assignment() -> None:
    late = auction(links={"delay": [0, 3], "loss": 0.2, "duplication": 0.1}, rounds=300)
    assert np.array_equal(late.final, auction().final)


def test_one_false_bidder_wins_every_task() -> None:
    loud = {"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 0}
    trace = auction(attacks=[loud])
    assert trace.final[0].tolist() == [1.0] * 12
    assert trace.final[1:].sum() == 0.0
    assert trace.bill[-1] > 3 * auction().bill[-1]


def test_a_task_changes_hands_when_its_worth_changes() -> None:
    worths = np.array([[5.0, 1.0], [4.0, 2.0], [1.0, 1.0]])
    network, protocol = topology("complete", n=3), Cbba()
    begun(protocol, network, width=2)
    state, signals = protocol.initial_state(worths), worths
    for exchange in range(12):
        if exchange == 6:
            signals = np.array([[1.0, 1.0], [4.0, 2.0], [1.0, 9.0]])
        protocol.begin_exchange()
        sent = as_messages(network, protocol.speak(state, signals))
        state = protocol.listen(sent, None, state=state, signals=signals)
        if exchange == 5:
            assert protocol.proposals(state).tolist() == [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    assert protocol.proposals(state).tolist() == [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]

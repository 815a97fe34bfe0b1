"""The contract net: managers announce tasks, contractors bid, and every task has one contractor."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from swarmsec import simulate
from swarmsec.messages import Messages, as_messages
from swarmsec.network import topology
from swarmsec.protocols.contract_net import ContractNet
from swarmsec.rng import stream
from tests.protocols.alone import begun, negotiate


def market(worths: list[list[float]], *, rounds: int = 12, kind: str = "complete", capacity: int = 1, **more: object):
    links = more.pop("links", {})
    scenario = {
        "name": "market",
        "world": {"kind": "allocation", "worths": worths, "capacity": capacity},
        "network": {"kind": kind, "n": len(worths), **links},
        "protocol": {"kind": "contract_net"},
        "rounds": rounds,
        **more,
    }
    return simulate(scenario, arm="attacked" if more.get("attacks") else "clean", record_states=True)


def test_a_task_goes_to_the_best_bidder_after_one_announcement() -> None:
    trace = market([[1.0], [5.0], [3.0]], rounds=4)
    assert trace.final[:, 0].tolist() == [0.0, 1.0, 0.0]
    assert trace.metrics["efficiency"][-1] == 1.0


def test_work_starts_after_the_acceptance() -> None:
    trace = market([[1.0], [5.0], [3.0]], rounds=4)
    assert trace.states[:, 1, 0].tolist() == [0.0, 0.0, 0.0, 1.0, 1.0]


def test_a_manager_keeps_a_task_if_no_bid_is_better() -> None:
    assert market([[5.0], [5.0], [3.0]], rounds=4).final[:, 0].tolist() == [1.0, 0.0, 0.0]


def test_a_task_beyond_the_capacity_of_its_winner_is_announced_again() -> None:
    trace = market([[1.0, 2.0], [9.0, 8.0], [3.0, 4.0]], rounds=8)
    assert trace.states[4].tolist() == [[0.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    assert trace.final.tolist() == [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]


def test_a_market_with_all_tasks_assigned_sends_no_messages() -> None:
    trace = market([[1.0, 2.0], [9.0, 8.0], [3.0, 4.0]], rounds=20)
    sent = np.diff(trace.metrics["messages"])
    assert sent[-8:].sum() == 0


def test_a_manager_sees_its_neighbors_only() -> None:
    worths = [[1.0], [2.0], [9.0], [3.0]]
    assert market(worths, kind="path").final[:, 0].tolist() == [0.0, 1.0, 0.0, 0.0]


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 9), d=st.integers(1, 9), capacity=st.integers(1, 3))
def test_on_reliable_links_every_task_within_the_capacity_is_done_once(
    seed: int, n: int, d: int, capacity: int
) -> None:
    worths = stream(0, "contract_net", seed, "worths").random((n, d)).tolist()
    trace = market(worths, rounds=4 * d + 8, capacity=min(capacity, d))
    assert (trace.states.sum(axis=1) <= 1).all()
    assert (trace.states.sum(axis=2) <= capacity).all()
    assert trace.final.sum() == min(d, n * min(capacity, d))


def test_after_a_lost_answer_the_task_stays_with_its_contractor() -> None:
    protocol, exchange = ContractNet(), itertools.count()

    def loses_the_first_answer(sent: Messages) -> Messages:
        return sent.with_weights(np.full(sent.network.m, 0.0 if next(exchange) == 3 else 1.0))

    worths = np.array([[1.0], [5.0], [3.0]])
    states = negotiate(protocol, topology("complete", n=3), worths, 9, lie=loses_the_first_answer)
    assert [protocol.proposals(state)[:, 0].tolist() for state in states[3:]] == [[0.0, 1.0, 0.0]] * 7
    assert not protocol.speak(states[-1], worths).sent.any()


def test_lost_and_late_messages_only_delay_the_assignment() -> None:
    worths = stream(0, "contract_net", 1, "worths").random((8, 6)).tolist()
    bad = market(worths, rounds=400, links={"loss": 0.2, "delay": [0, 1]})
    assert bad.final.max(axis=0).tolist() == [1.0] * 6


@pytest.mark.parametrize(
    "attack",
    [
        {"kind": "false_message", "daemons": [3], "columns": [4, 5, 6, 7], "bias": 50.0},
        {"kind": "stubborn", "daemons": [3], "value": 50.0},
        {"kind": "false_signal", "daemons": [3], "bias": 50.0},
    ],
)
def test_a_false_bid_raises_the_bill(attack: dict[str, object]) -> None:
    worths = stream(0, "contract_net", 2, "worths").random((5, 4)).tolist()
    honest = market(worths, rounds=20)
    attacked = market(worths, rounds=20, attacks=[attack])
    assert attacked.bill[-1] > honest.bill[-1]


def test_a_proposal_states_the_current_worth() -> None:
    network, protocol = topology("complete", n=3), ContractNet()
    begun(protocol, network)
    state = protocol.initial_state(np.array([[1.0], [5.0], [3.0]]))
    signals = np.array([[1.0], [0.5], [3.0]])
    for _ in range(4):
        protocol.begin_exchange()
        sent = as_messages(network, protocol.speak(state, signals))
        state = protocol.listen(sent, None, state=state, signals=signals)
    assert protocol.proposals(state)[:, 0].tolist() == [0.0, 0.0, 1.0]

"""Supernodes: the best bidders join, groups dissolve with their task, and members learn from each other."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.messages import Inbox, as_messages
from swarmsec.network import topology
from swarmsec.objectives import loss
from swarmsec.protocols.supernode_formation import SupernodeFormation
from swarmsec.testing import check_protocol
from swarmsec.testing._swarms import first_difference
from tests.protocols.alone import begun

STAR = topology("star", n=6)
"""Daemon 0 in the middle is the desk."""

SPARE = np.array([0.9, 0.5, 0.8, 0.7, 0.6, 0.95])


def feeds(size: float = 3.0, task: float = 1.0, n: int = 6) -> np.ndarray:
    """Daemon 0 posts a task at (1, −1), and all have some spare capacity."""
    signals = np.zeros((n, 6))
    signals[:, 3] = SPARE[:n]
    signals[0] = [task, size, 4.0, SPARE[0], 1.0, -1.0]
    return signals


def played(protocol, signals, rounds: int, *, network=STAR, state=None, drop=()) -> np.ndarray:
    """The state after some rounds; messages from and to the daemons in `drop` are lost."""
    state = protocol.initial_state(signals) if state is None else state
    for _ in range(3 * rounds):
        protocol.begin_exchange()
        sent = as_messages(network, protocol.speak(state, signals))
        sent = sent.with_weights(np.where(np.isin([network.indices, network.receivers], drop).any(0), 0.0, 1.0))
        state = protocol.listen(sent, None, state=state, signals=signals)
    return state


def formation(network=STAR, **parameters) -> SupernodeFormation:
    return begun(SupernodeFormation(**parameters), network, width=6, box=4.5, objective="rastrigin")


@pytest.mark.parametrize(("size", "members"), [(1, [0]), (2, [0, 5]), (3, [0, 2, 5]), (6, [0, 1, 2, 3, 4, 5])])
def test_the_desk_and_the_best_bidders_form_the_group(size, members) -> None:
    state = played(formation(), feeds(size), 1)
    assert np.flatnonzero(state[:, 0] == 1.0).tolist() == members


def test_the_price_is_the_bid_of_the_last_member_and_0_with_vacancies() -> None:
    assert played(formation(), feeds(3), 1)[0, 3] == 0.8
    assert played(formation(), feeds(9), 1)[0, 3] == 0.0


def test_a_group_stays_while_the_desk_calls_and_dissolves_after_it() -> None:
    protocol = formation()
    state = played(protocol, feeds(3), 4)
    assert np.flatnonzero(state[:, 0]).tolist() == [0, 2, 5]
    state = played(protocol, feeds(0, task=0.0), 1, state=state)
    assert not state[:, 0].any()
    state = played(protocol, feeds(2, task=7.0), 1, state=state)  # The next task of daemon 0: 1 + 0 + 6 · 1.
    assert np.flatnonzero(state[:, 0] == 7.0).tolist() == [0, 5]


def test_a_vacancy_is_filled_and_nobody_is_displaced_while_there_is_none() -> None:
    protocol = formation()
    state = played(protocol, feeds(3), 2, drop=[5])
    assert np.flatnonzero(state[:, 0]).tolist() == [0, 2, 3]
    state = played(protocol, feeds(3), 2, state=state)
    assert np.flatnonzero(state[:, 0]).tolist() == [0, 2, 3]
    state = played(protocol, feeds(3), 2, state=state, drop=[3])
    assert np.flatnonzero(state[:, 0]).tolist() == [0, 2, 5]


def test_a_daemon_bids_for_the_call_of_the_highest_value() -> None:
    network = topology("edges", n=3, edges=[[0, 1], [1, 2]])
    signals = np.zeros((3, 6))
    signals[:, 3] = 0.5
    signals[0, :3], signals[2, :3] = [1.0, 2.0, 4.0], [3.0, 2.0, 5.0]
    assert played(formation(network), signals, 1, network=network)[1, 0] == 3.0


def test_only_the_desk_can_call_for_its_task() -> None:
    signals = feeds(3)
    signals[1, :3] = [2.0 + 1.0, 5.0, 9.0]  # Daemon 1 posts a task whose number names daemon 2.
    assert set(played(formation(), signals, 1)[:, 0]) == {0.0, 1.0}


def test_a_member_moves_to_the_softmin_mean_of_whom_it_hears() -> None:
    protocol = formation(noise=0.0, drift=0.25)
    before = played(protocol, feeds(3), 1)
    after = played(protocol, feeds(3), 1, state=before)
    trials, members = before[:, -2:], [0, 2, 5]
    fitness = loss("rastrigin", trials[members] - [1.0, -1.0])
    weight = np.exp(-30.0 * (fitness - fitness.min()))
    mean = (weight[:, None] * trials[members]).sum(axis=0) / weight.sum()
    assert after[0, 4:6] == pytest.approx(mean, abs=1e-12)
    assert after[0, -2:] == pytest.approx(trials[0] - 0.25 * (trials[0] - mean), abs=1e-12)
    best = min((0, 5), key=lambda i: float(loss("rastrigin", trials[i : i + 1] - [1.0, -1.0])[0]))
    assert after[5, 4:6] == pytest.approx(trials[best], abs=1e-6)  # It hears the desk alone.


def test_rank_weights_are_those_of_weighted_recombination_and_ignore_the_size_of_a_lie() -> None:
    network = topology("complete", n=5)
    signals = feeds(5, n=5)
    protocol = formation(network, weights="ranks", noise=0.0)
    before = played(protocol, signals, 1, network=network)
    after = played(protocol, signals, 1, network=network, state=before)
    trials = before[:, -2:]
    ranked = trials[np.argsort(loss("rastrigin", trials - [1.0, -1.0]))]
    weight = np.array([np.log(3.0), np.log(1.5), 0.0])  # log(5/2 + 1/2) − log r for r = 1, 2, 3.
    assert after[0, 4:6] == pytest.approx(weight @ ranked[:3] / weight.sum(), abs=1e-12)


def test_one_member_alone_does_not_move() -> None:
    protocol = formation()
    before = played(protocol, feeds(1), 1)
    assert np.array_equal(played(protocol, feeds(1), 5, state=before)[0, -2:], before[0, -2:])


def test_a_group_finds_a_lower_loss_than_its_first_points() -> None:
    network = topology("complete", n=6)
    first, last = [], []
    for seed in range(20):
        protocol = begun(SupernodeFormation(), network, seed, width=6, box=4.5, objective="rastrigin")
        state = played(protocol, feeds(6), 1, network=network)
        first.append(loss("rastrigin", state[:, -2:] - [1.0, -1.0]).min())
        state = played(protocol, feeds(6), 40, network=network, state=state)
        last.append(loss("rastrigin", state[:, 4:6] - [1.0, -1.0]).mean())
    assert np.mean(last) < 0.5 * np.mean(first)


@pytest.mark.parametrize("weights", ["softmin", "ranks"])
def test_one_daemon_computes_what_all_compute(weights) -> None:
    network = topology("small_world", n=40, neighbors=8, rewire=0.2)
    rng = np.random.default_rng(3)
    signals = np.zeros((40, 6))
    signals[:, 3] = rng.uniform(0.5, 1.0, 40)
    desks = np.arange(0, 40, 8)
    signals[desks, :3] = np.stack([1.0 + desks, np.full(5, 4.0), rng.uniform(2, 6, 5)], axis=1)
    signals[desks, 4:] = rng.uniform(-3, 3, (5, 2))
    protocol = formation(network, weights=weights)
    state = protocol.initial_state(signals)
    for _ in range(15):
        protocol.begin_exchange()
        spoken = protocol.speak(state, signals)
        alone = np.stack([protocol.speak_one(i, state[i], signals[i]) for i in range(40)])
        assert np.array_equal(spoken, alone)
        messages = as_messages(network, spoken)
        heard = protocol.listen(messages, None, state=state, signals=signals)
        boxes: list[Inbox] = [messages.inbox_of(i) for i in range(40)]
        one = [protocol.listen_one(i, boxes[i], None, own=state[i], signal=signals[i]) for i in range(40)]
        assert np.stack(one) == pytest.approx(heard, rel=1e-12, abs=1e-12)
        state = heard
    assert (state[:, 0] > 0).sum() > 10


def test_both_engines_agree_on_bad_links_and_against_liars() -> None:
    scenario = {
        "world": {"kind": "supernodes", "minutes_per_round": 15},
        "network": {
            "kind": "small_world",
            "n": 40,
            "neighbors": 8,
            "loss": 0.1,
            "delay": [0, 1],
            "duplication": 0.1,
        },
        "protocol": {"kind": "supernode_formation"},
        "rounds": 16,
        "attacks": [{"kind": "false_optimum", "daemons": 3, "start": 4}],
        "defenses": [{"kind": "peer_evaluation"}],
    }
    for arm in ("attacked", "defended"):
        one, other = (
            simulate({**scenario, "engine": engine}, arm=arm, record_states=True) for engine in ("arrays", "agents")
        )
        assert first_difference(one, other, tolerance=1e-12) == ""
        assert one.metrics["groups"].max() > 0


def test_a_swarm_on_lossy_links_still_works() -> None:
    scenario = {
        "world": {"kind": "supernodes"},
        "network": {"kind": "small_world", "n": 200, "neighbors": 8},
        "protocol": {"kind": "supernode_formation"},
        "rounds": 90,
    }
    good = simulate(scenario, arm="clean")
    scenario["network"] = {**scenario["network"], "loss": 0.05}
    lossy = simulate(scenario, arm="clean")
    assert good.bill[-1] < lossy.bill[-1] < 1.6 * good.bill[-1]


@pytest.mark.slow
def test_ranks_pass_the_conformance_check() -> None:
    check_protocol(SupernodeFormation, weights="ranks")

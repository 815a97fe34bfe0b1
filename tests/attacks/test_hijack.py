"""A hijack spreads along trust, edge by edge, until no daemon is left or the rules of engagement stop it."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from tests.strategies import UNIFORM, beliefs

PATH = {"kind": "path", "n": 5}


def trace_of(network=PATH, rounds=5, rules=None, defenses=(), protocol=UNIFORM, seed=0, **hijack):
    attack = {"kind": "hijack", "daemons": [0], "dwell": 1, "spread": 1.0, **hijack}
    swarm = beliefs(
        [0.0] * network["n"],
        network,
        attacks=[attack],
        defenses=list(defenses),
        rules=rules or {},
        rounds=rounds,
        protocol=protocol,
    )
    return simulate(swarm, arm="defended" if defenses else "attacked", record_states=True, seed=seed)


def test_it_spreads_one_hop_per_move_with_probability_1() -> None:
    assert trace_of().metrics["compromised"].tolist() == [1, 2, 3, 4, 5]


def test_it_moves_every_dwell_rounds_after_its_start() -> None:
    assert trace_of(start=1, dwell=2, rounds=7).metrics["compromised"].tolist() == [0, 1, 1, 2, 2, 3, 3]


def test_it_moves_once_per_round_for_any_number_of_exchanges() -> None:
    twice = trace_of(dwell=2, protocol={**UNIFORM, "exchanges": 2})
    assert twice.metrics["compromised"].tolist() == [1, 1, 2, 2, 3]


def test_it_spreads_only_along_edges_to_listeners() -> None:
    one_way = {"kind": "edges", "n": 4, "edges": [[0, 1], [2, 0]], "directed": True}
    assert trace_of(network=one_way).compromised.tolist() == [True, True, False, False]


def test_it_stops_at_the_budget_of_the_rules() -> None:
    trace = trace_of(rules={"red": {"daemons": 3}})
    assert trace.metrics["compromised"].tolist() == [1, 2, 3, 3, 3]
    assert trace.compromised.tolist() == [True, True, True, False, False]


def test_it_stays_with_probability_0() -> None:
    assert trace_of(spread=0.0).metrics["compromised"].tolist() == [1] * 5


def test_a_listener_is_hijacked_with_the_given_probability() -> None:
    star = {"kind": "star", "n": 1001}
    fallen = trace_of(network=star, spread=0.3, rounds=2).metrics["compromised"][1] - 1
    assert fallen == pytest.approx(300, abs=4 * np.sqrt(1000 * 0.3 * 0.7))


def test_hijacked_daemons_send_and_hold_the_value_at_its_strength() -> None:
    trace = trace_of(value=-8.0, strength=0.5, rounds=2)
    heard = -4.0 / 3
    assert trace.states[1, :2, 0].tolist() == [-4.0, pytest.approx(heard)]
    said = (heard - 8.0) / 2
    honest = [(0.0 + said) / 2, (-4.0 + heard + 0.0) / 3]
    assert trace.states[2, :2, 0] == pytest.approx(np.array([(value - 8.0) / 2 for value in honest]))


def test_an_isolated_daemon_still_steals_credentials() -> None:
    trace = trace_of(defenses=[{"kind": "oracle"}])
    assert trace.metrics["compromised"].tolist() == [1, 2, 3, 4, 5]


def test_it_neither_moves_nor_holds_daemons_after_the_stop() -> None:
    trace = trace_of(stop=2, value=6.0, rounds=4)
    assert trace.metrics["compromised"].tolist() == [1, 2, 2, 2]
    assert trace.states[3, 0, 0] == pytest.approx(6.0)
    assert trace.states[3, 1, 0] == pytest.approx((6.0 + 6.0 + trace.states[2, 2, 0]) / 3)

"""The cases of SCIENCE.md with known numbers, as `beliefs` scenarios given to `simulate` as mappings."""

import math

import numpy as np
import pytest

import swarmsec


def beliefs(initial, network, *, attacks=(), defenses=({"kind": "wmsr", "f": 1},), rounds=300):
    """A scenario in which daemons agree on a value by uniform averaging."""
    return {
        "apiVersion": "swarmsec/v1",
        "kind": "Scenario",
        "name": "known_numbers",
        "version": 1,
        "world": {"kind": "beliefs", "initial": list(initial)},
        "network": network,
        "protocol": {"kind": "average_consensus", "weights": "uniform"},
        "rounds": rounds,
        "attacks": list(attacks),
        "defenses": list(defenses),
        "rules": {"red": {"daemons": 1}},
        "seeds": 1,
    }


CIRCULANT = {"kind": "circulant", "n": 7, "offsets": [1, 2]}
STARTS = [0, 0, 1, 2, 3, 4, 5]
LIARS = {
    "constant 100": ({"value": 100.0}, lambda t: 100.0, 3.015625),
    "constant -5": ({"value": -5.0}, lambda t: -5.0, 1.984375),
    "ramp": ({"value": 0.0, "drift": 0.1}, lambda t: 0.1 * t, 1.947304),
    "sine": ({"value": 0.0, "swing": 50.0}, lambda t: 50.0 * math.sin(t), 2.489466),
}


def liar(**parameters):
    return {"kind": "stubborn", "daemons": [0], "start": 0, **parameters}


def two_cliques(bridges):
    """Two K4, node i joined to 4 + (i + k) % 4 for k < bridges."""
    within = [[first + a, first + b] for first in (0, 4) for a in range(4) for b in range(a + 1, 4)]
    across = [[i, 4 + (i + k) % 4] for k in range(bridges) for i in range(4)]
    return {"kind": "edges", "n": 8, "edges": within + across}


def cube(engine="edges"):
    if engine == "hypercube":
        return {"kind": "hypercube", "dimension": 3}
    return {"kind": "edges", "n": 8, "edges": [[i, i ^ bit] for i in range(8) for bit in (1, 2, 4) if i < i ^ bit]}


def wmsr_by_hand(starts, neighbors, f, lie, rounds):
    """LeBlanc et al. 2013 in plain Python, as an independent check; daemon 0 sends lie(t) in round t."""
    x = np.array(starts, dtype=float)
    states = [x.copy()]
    for t in range(rounds):
        x[0] = lie(t)
        following = x.copy()
        for i in range(1, len(x)):
            heard = sorted(x[j] for j in neighbors[i])
            above, below = ([v for v in heard if v > x[i]], [v for v in heard if v < x[i]])
            kept = below[f:] + [v for v in heard if v == x[i]] + above[: max(len(above) - f, 0)]
            following[i] = (x[i] + sum(kept)) / (1 + len(kept))
        x = following
        states.append(x.copy())
    return np.array(states)


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize("name", LIARS)
def test_wmsr_on_c7_ends_at_the_known_value_and_stays_in_the_honest_hull(name, engine):
    parameters, _, expected = LIARS[name]
    scenario = beliefs(STARTS, CIRCULANT, attacks=[liar(**parameters)]) | {"engine": engine}
    trace = swarmsec.simulate(scenario, record_states=True)
    honest = trace.states[:, 1:, 0]
    assert honest.min() >= 0.0
    assert honest.max() <= 5.0
    assert honest[-1] == pytest.approx(np.full(6, expected), abs=5e-7)


@pytest.mark.parametrize("name", LIARS)
def test_wmsr_on_c7_matches_the_rule_in_every_round(name):
    parameters, lie, _ = LIARS[name]
    neighbors = [[(i + k) % 7 for k in (-2, -1, 1, 2)] for i in range(7)]
    by_hand = wmsr_by_hand(STARTS, neighbors, 1, lie, 300)
    trace = swarmsec.simulate(beliefs(STARTS, CIRCULANT, attacks=[liar(**parameters)]), record_states=True)
    np.testing.assert_allclose(trace.states[:, 1:, 0], by_hand[:, 1:], rtol=0, atol=1e-12)


@pytest.mark.parametrize(("arm", "defenses"), [("attacked", [{"kind": "wmsr", "f": 1}]), ("defended", [])])
def test_plain_averaging_on_c7_converges_to_the_liars_value(arm, defenses):
    scenario = beliefs(STARTS, CIRCULANT, attacks=[liar(value=100.0)], defenses=defenses)
    trace = swarmsec.simulate(scenario, arm=arm, record_states=True)
    assert trace.states[-1, :, 0] == pytest.approx(np.full(7, 100.0), abs=1e-6)


def test_the_bill_of_beliefs_is_the_mean_over_rounds_of_the_rms_distance_from_the_honest_start():
    scenario = beliefs(STARTS, CIRCULANT, attacks=[liar(value=100.0)])
    trace = swarmsec.simulate(scenario, arm="attacked", record_states=True)
    honest_mean = sum(STARTS[1:]) / 6
    distances = np.sqrt(((trace.states[1:, 1:, 0] - honest_mean) ** 2).mean(axis=1))
    assert trace.bill[-1] == pytest.approx(distances.mean(), rel=1e-9)


def test_wmsr_freezes_two_cliques():
    scenario = beliefs([0] * 4 + [1] * 4, two_cliques(1), rounds=50)
    trace = swarmsec.simulate(scenario, arm="guarded", record_states=True)
    assert np.array_equal(trace.states, np.broadcast_to(trace.states[0], trace.states.shape))
    assert trace.states[0, :, 0].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_two_cliques_with_more_bridges_than_f_agree():
    trace = swarmsec.simulate(beliefs([0] * 4 + [1] * 4, two_cliques(3)), arm="guarded", record_states=True)
    assert np.ptp(trace.states[-1]) < 1e-6


@pytest.mark.parametrize("kind", ["edges", "hypercube"])
def test_wmsr_freezes_opposite_faces_of_a_cube(kind):
    scenario = beliefs([0, 0, 0, 0, 1, 1, 1, 1], cube(kind), rounds=50)
    trace = swarmsec.simulate(scenario, arm="guarded", record_states=True)
    assert np.array_equal(trace.states, np.broadcast_to(trace.states[0], trace.states.shape))


@pytest.mark.parametrize("third", [0.0, 0.5, 50.0])
def test_a_malicious_constant_on_k3_moves_both_daemons_to_one_value(third):
    scenario = beliefs(
        [0, 1, third], {"kind": "complete", "n": 3}, attacks=[{"kind": "stubborn", "daemons": [2], "value": 100.0}]
    )
    trace = swarmsec.simulate(scenario, record_states=True)
    assert trace.states[-1, :2, 0] == pytest.approx([1.0, 1.0], abs=1e-9)


@pytest.mark.parametrize("third", [0.0, 0.5, 50.0])
def test_a_byzantine_echo_on_k3_freezes_both_daemons(third):
    scenario = beliefs(
        [0, 1, third], {"kind": "complete", "n": 3}, attacks=[{"kind": "equivocation", "daemons": [2], "mode": "echo"}]
    )
    trace = swarmsec.simulate(scenario, record_states=True)
    assert np.array_equal(trace.states[:, 0, 0], np.zeros(301))
    assert np.array_equal(trace.states[:, 1, 0], np.ones(301))
    assert trace.compromised.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("network", "rate"),
    [
        ({"kind": "circulant", "n": 6, "offsets": [1]}, 2 / 3),
        ({"kind": "circulant", "n": 10, "offsets": [1]}, 0.872678),
        ({"kind": "hypercube", "dimension": 3}, 1 / 2),
        ({"kind": "star", "n": 10}, 0.9),
        ({"kind": "path", "n": 3}, 2 / 3),
    ],
    ids=["C6", "C10", "Q3", "star", "P3"],
)
def test_metropolis_averaging_is_exact_and_its_error_decreases_at_the_known_rate(network, rate):
    n = network.get("n", 8)
    starts = np.cos(np.arange(n) * 2.0) + np.arange(n)
    scenario = beliefs(starts.tolist(), network, defenses=[], rounds=60)
    scenario["protocol"] = {"kind": "average_consensus"}
    states = swarmsec.simulate(scenario, arm="clean", record_states=True).states[:, :, 0]
    assert states.mean(axis=1) == pytest.approx(np.full(61, starts.mean()), abs=1e-12)
    error = np.linalg.norm(states - starts.mean(), axis=1)
    assert error[40] / error[39] == pytest.approx(rate, abs=2e-4)


def test_one_round_of_averaging_on_a_complete_network_is_exact():
    scenario = beliefs([3.0, 1.0, 4.0, 1.0, 5.0], {"kind": "complete", "n": 5}, defenses=[], rounds=1)
    states = swarmsec.simulate(scenario, arm="clean", record_states=True).states
    assert states[1, :, 0] == pytest.approx(np.full(5, 2.8), abs=1e-12)


@pytest.mark.parametrize(
    ("kind", "parameters", "r", "s"),
    [
        ("complete", {"n": 4}, 2, 4),
        ("complete", {"n": 5}, 3, 5),
        ("complete", {"n": 6}, 3, 6),
        ("complete", {"n": 7}, 4, 7),
        ("ring", {"n": 5}, 1, 5),
        ("ring", {"n": 8}, 1, 4),
        ("path", {"n": 4}, 1, 2),
        ("wheel", {"n": 7}, 2, 3),
        ("hypercube", {"dimension": 3}, 1, 6),
        ("edges", {"n": 6, "edges": [[a, b] for a in range(3) for b in range(3, 6)]}, 2, 4),
        ("circulant", {"n": 7, "offsets": [1, 2]}, 2, 7),
        ("circulant", {"n": 8, "offsets": [1, 2]}, 2, 4),
        ("edges", {key: value for key, value in two_cliques(1).items() if key != "kind"}, 1, 8),
    ],
)
def test_networks_have_the_robustness_in_the_table(kind, parameters, r, s):
    from swarmsec.network import robustness, topology

    found = robustness(topology(kind, **parameters))
    assert (found.r, found.s, found.exact) == (r, s, True)

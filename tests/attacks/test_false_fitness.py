"""One lie about fitness for every protocol that names one."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.network import topology
from swarmsec.parameters import build
from swarmsec.protocols import ProtocolView
from swarmsec.registry import Registry

REGISTRY = Registry()
CBO = {"kind": "consensus_based_optimization"}
ES = {"kind": "evolution_strategy"}
AROUND = [[3.0, 3.0]] + [[1.5 * float(np.cos(i * np.pi / 6)), 1.5 * float(np.sin(i * np.pi / 6))] for i in range(12)]
"""A liar at (3, 3), and twelve points around the minimum, which is also their mean: the bill counts from there."""


def search(protocol, defenses=(), rounds=40, **lie):
    return {
        "world": {"kind": "beliefs", "initial": AROUND},
        "network": {"kind": "complete", "n": 13},
        "protocol": protocol,
        "rounds": rounds,
        "seeds": 6,
        "attacks": [{"kind": "false_fitness", "daemons": [0], **lie}],
        "defenses": list(defenses),
    }


def test_these_are_all_protocols_with_a_fitness() -> None:
    named = set()
    for kind in REGISTRY.kinds("protocols"):
        plugin = build(REGISTRY.get("protocols", kind), {})
        plugin.begin(ProtocolView(network=topology("complete", n=4), rng=np.random.default_rng(0), width=2))
        if any(name.startswith("fitness") for name in plugin.columns):
            named.add(kind)
    assert named == {"consensus_based_optimization", "evolution_strategy", "supernode_formation"}


def test_the_point_stays_true_and_the_softmin_mean_moves_to_the_liar() -> None:
    # With a negative fitness the liar is the lowest by far, so v is its point: x ← x − 0.1 (x − v), without noise.
    swarm = search({**CBO, "noise": 0.0}, rounds=1, scale=-1.0)
    final = simulate(swarm, arm="attacked").final[1:]
    start = np.array(AROUND)
    assert final == pytest.approx(0.9 * start[1:] + 0.1 * start[0], abs=1e-6)


def test_raw_values_of_one_liar_move_an_evolution_strategy_by_any_distance() -> None:
    small, large = (run(search(ES, scale=scale)).damage["attacked"].mean for scale in (-30.0, -3000.0))
    assert large > 50 * small > 1.0


@pytest.mark.parametrize("protocol", [CBO, ES])
def test_zero_strength_does_no_damage(protocol) -> None:
    assert run(search(protocol, strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_a_median_of_goal_points_limits_it_in_an_evolution_strategy() -> None:
    assert run(search(ES, [{"kind": "median"}], scale=-30.0)).damage_limited.low > 0.9


def test_it_bites_where_receivers_believe_the_fitness_and_not_where_they_evaluate_it() -> None:
    assert run(search(CBO)).bites
    assert run(search({**CBO, "evaluations": "own"})).damage["attacked"].mean == 0.0


def test_ranks_bound_it_in_an_evolution_strategy() -> None:
    ranks = {**ES, "shaping": "ranks"}
    assert abs(run(search(ranks, scale=-3000.0)).damage["attacked"].mean) < 0.01

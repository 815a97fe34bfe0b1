"""A false optimum: it must hold a bad point, it needs a believed fitness, and no place in a group."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.teams import Channels
from swarmsec.testing import check_attack
from tests.attacks.test_false_fitness import AROUND, CBO, search

SWARM = {
    "world": {"kind": "supernodes"},
    "network": {"kind": "small_world", "n": 300, "neighbors": 8, "rewire": 0.1},
    "protocol": {"kind": "supernode_formation"},
    "rounds": 90,
    "seeds": 5,
}


def attacked(kind: str = "false_optimum", **lie):
    return {**SWARM, "attacks": [{"kind": kind, "daemons": "5%", **lie}]}


def damage(scenario) -> float:
    return float(run(scenario, arms=("clean", "attacked")).damage["attacked"].mean)


def test_the_softmin_mean_is_the_held_point() -> None:
    swarm = search({**CBO, "noise": 0.0}, rounds=1)
    swarm["attacks"] = [{"kind": "false_optimum", "daemons": [0], "offset": 7.0}]
    final = simulate(swarm, arm="attacked").final[1:]
    assert final == pytest.approx(0.9 * np.array(AROUND)[1:] + 0.1 * 7.0, abs=1e-9)


def test_a_liar_that_also_holds_a_bad_point_does_several_times_the_damage() -> None:
    held = damage(attacked())
    fitness_alone = damage(attacked("false_fitness", scale=0.0, bias=-1e6))
    assert held > 2.0 * fitness_alone
    assert held > 200.0


def test_members_believe_liars_without_a_place_so_that_a_high_bid_adds_little() -> None:
    assert damage(attacked(bid=None)) > 0.7 * damage(attacked())


def test_ranks_in_the_group_do_not_restore_it_because_a_lie_still_ranks_first() -> None:
    ranks = {**attacked(), "protocol": {"kind": "supernode_formation", "weights": "ranks"}}
    assert 0.0 < damage(ranks) < damage(attacked())


def test_zero_strength_does_no_damage() -> None:
    assert damage({**attacked(strength=0.0), "seeds": 1}) == 0.0


def test_it_speaks_as_a_member_of_the_last_task_it_knew() -> None:
    from swarmsec.parameters import build
    from swarmsec.registry import Registry

    attack = build(Registry().get("attacks", "false_optimum"), {"daemons": [0]})
    view = type("View", (), {"n": 3})()
    attack.begin(view)
    names = ("task", "bid", "target", "target", "point", "point", "fitness")
    rows = np.zeros((2, 7))

    def said(task: float) -> np.ndarray:
        payload = rows.copy()
        payload[:, 0], payload[:, 2:4] = task, [1.0, -1.0] if task else [0.0, 0.0]
        one = np.zeros(2, dtype=np.int32)
        return attack.on_messages(Channels(one, one + 1, payload, payload, one + 1, names), view).payload

    assert said(0.0)[0].tolist() == [0.0, 1e6, 0.0, 0.0, 2.5, 2.5, -1e6]
    assert said(4.0)[0].tolist() == [4.0, 1e6, 1.0, -1.0, 3.5, 1.5, -1e6]
    assert said(0.0)[0].tolist() == [4.0, 1e6, 1.0, -1.0, 3.5, 1.5, -1e6]


def test_protocols_without_a_fitness_are_left_alone() -> None:
    swarm = {
        "world": {"kind": "beliefs", "initial": [0.0, 1.0, 2.0]},
        "network": {"kind": "complete", "n": 3},
        "protocol": {"kind": "average_consensus"},
        "rounds": 3,
        "seeds": 1,
        "attacks": [{"kind": "false_optimum", "daemons": [0]}],
    }
    assert run(swarm).damage["attacked"].mean == 0.0


@pytest.mark.slow
def test_true_bids_pass_the_conformance_check() -> None:
    from swarmsec.registry import Registry

    check_attack(Registry().get("attacks", "false_optimum"), bid=None)

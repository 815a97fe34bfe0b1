"""The bill is kept over the same daemons in all four arms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import swarmsec
from swarmsec.runs.jobs import job
from swarmsec.scenario import load_scenario
from swarmsec.swarm.arms import ALL_ARMS, Arm
from tests.running import RING
from tests.strategies import beliefs

K4: dict[str, Any] = {
    **RING,
    "name": "complete_of_four",
    "world": {"kind": "beliefs", "initial": [10, 0, 0, 0]},
    "network": {"kind": "complete", "n": 4},
    "attacks": [{"kind": "false_message", "daemons": [0], "bias": 0.0}],
    "defenses": [{"kind": "none"}],
}


def attacked(**changes: Any) -> dict[str, Any]:
    return {**K4, "attacks": [{**K4["attacks"][0], **changes}]}


def damage(scenario: dict[str, Any]) -> float:
    return swarmsec.run(scenario, seeds=2, arms=["clean", "attacked"]).damage["attacked"].mean


def test_a_hijacked_daemon_that_says_the_truth_costs_nothing() -> None:
    assert damage(attacked()) == 0.0


def test_a_weak_lie_costs_little() -> None:
    full, weak, none = (damage(attacked(bias=5.0, strength=strength)) for strength in (1.0, 1e-9, 0.0))
    assert none == 0.0 <= weak <= 1e-6 * full


@pytest.mark.parametrize("arm", ALL_ARMS)
def test_a_job_bills_the_same_daemons_in_every_arm(arm: Arm) -> None:
    scenario = load_scenario({**RING, "rules": {}, "attacks": [{"kind": "stubborn", "daemons": "30%"}]})
    billed = scenario.setup(3).billed
    of_arm = load_scenario(dict(job(scenario, 3, arm).document))  # As a worker process loads it.
    assert np.array_equal(of_arm.setup(3).billed, billed)
    assert billed.sum() == 5


def test_attacks_on_the_same_daemons_share_a_clean_arm_and_others_do_not() -> None:
    one, same, other, signal = (
        load_scenario({**RING, "rules": {}, "attacks": [spec]})
        for spec in (
            {"kind": "stubborn", "daemons": [0], "value": 9.0},
            {"kind": "false_message", "daemons": [0], "bias": 1.0},
            {"kind": "stubborn", "daemons": [1], "value": 9.0},
            {"kind": "false_signal", "daemons": [0], "bias": 1.0},
        )
    )
    clean = [job(scenario, 0, Arm.CLEAN).id for scenario in (one, same, other, signal)]
    assert clean[0] == clean[1]
    assert len(set(clean)) == 3


def test_all_daemons_are_billed_where_all_are_targets() -> None:
    on_all = {**RING, "rules": {}, "attacks": [{"kind": "stubborn", "daemons": "all"}]}
    assert load_scenario(on_all).setup(0).billed.all()


def test_the_aim_of_the_same_daemons_is_the_aim_of_the_attack_of_that_name() -> None:
    """The clean arm draws what the first attack draws, though neither attack is in it."""
    scenario = load_scenario(
        beliefs(
            [float(i) for i in range(12)],
            {"kind": "ring", "n": 12},
            attacks=[
                {"kind": "false_signal", "daemons": 3},
                {"kind": "stubborn", "daemons": "same:false_signal"},
            ],
        )
    )
    billed = [scenario.for_arm(arm).setup(0).billed for arm in ALL_ARMS]
    assert (~billed[0]).sum() == 3
    assert all(np.array_equal(billed[0], other) for other in billed)

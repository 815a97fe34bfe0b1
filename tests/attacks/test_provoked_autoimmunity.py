"""Daemons that are provoked in turn, so that a quarantine does the damage."""

from __future__ import annotations

from swarmsec import simulate
from tests.attacks.quarantine import REGISTRY, WARM_UP, WorstFirst, damages, swarm
from tests.strategies import READS, beliefs

PROVOKED = REGISTRY.get("attacks", "provoked_autoimmunity")
HOW = {"daemons": "50%", "start": 50, "amplitude": 8.0, "groups": 5, "dwell": 4}


def test_groups_are_shifted_in_turn_half_of_each_up_and_half_down() -> None:
    how = {"kind": "provoked_autoimmunity", "daemons": [0, 1, 2, 4], "amplitude": 2.0, "dwell": 2}
    one = beliefs([0.0] * 5, {"kind": "ring", "n": 5}, attacks=[how], protocol=READS)
    trace = simulate(one, arm="attacked", record_states=True)
    first, second = [2, 0, -2, 0, 0], [0, 2, 0, 0, -2]
    assert trace.states[1:, :, 0].tolist() == [first, first, second, second, first]
    assert not trace.compromised.any()


def test_zero_strength_does_no_damage() -> None:
    assert swarm("attacked", PROVOKED(**HOW, strength=0.0)).bill.tolist() == swarm("clean", None).bill.tolist()


def test_a_quarantine_that_releases_late_isolates_more_daemons_than_are_attacked_and_does_damage() -> None:
    provoked = swarm("defended", PROVOKED(**HOW), WorstFirst(hold=30))
    assert provoked.quarantined[70].sum() > 20
    assert damages(PROVOKED(**HOW), [WorstFirst(hold=30)]) > 1.2 * damages(PROVOKED(**HOW)) > 0.01


def test_a_filter_of_signals_prevents_most_of_it() -> None:
    gate = REGISTRY.get("defenses", "median_gate")(warm_up=WARM_UP)
    assert damages(PROVOKED(**HOW), [gate]) < 0.3 * damages(PROVOKED(**HOW))

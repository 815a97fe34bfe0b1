"""Decoys that spend a quarantine budget."""

from __future__ import annotations

import numpy as np

from swarmsec import simulate
from tests.attacks.quarantine import REGISTRY, WARM_UP, WorstFirst, swarm
from tests.strategies import READS, beliefs

MASKING_FLOOD = REGISTRY.get("attacks", "masking_flood")
STRIKERS, DECOYS = list(range(0, 60, 10)), list(range(5, 60, 10))


def attack(decoys=(), **more):
    how = {"start": 50, "bias": -6.0, "noise": 12.0, **more}
    return MASKING_FLOOD(daemons=[*STRIKERS, *decoys], decoys=list(decoys) or [59], **how)


def moved(arm, *args, **how):
    """How far the mean decision is from the mean of the initial values, over the last rounds."""
    return float(np.mean(swarm(arm, *args, **how).metrics["bias"][70:]))


def test_decoys_go_up_and_down_and_the_others_carry_the_bias() -> None:
    how = {"kind": "masking_flood", "daemons": [0, 1, 3, 4], "bias": -1.0, "noise": 2.0}
    for decoys, shown in (([0, 3, 4], [2, -1, 0, -2, 2]), (None, [2, -1, 0, -2, -1])):
        one = beliefs([0.0] * 5, {"kind": "ring", "n": 5}, attacks=[{**how, "decoys": decoys}], protocol=READS)
        trace = simulate(one, arm="attacked")
        assert trace.final[:, 0].tolist() == shown
        assert not trace.compromised.any()


def test_zero_strength_does_no_damage() -> None:
    assert swarm("attacked", attack(DECOYS, strength=0.0)).bill.tolist() == swarm("clean", attack()).bill.tolist()


def test_decoys_spend_the_budget_of_a_quarantine_that_prevents_the_attack_without_them() -> None:
    budget = {"quarantine": "10%"}
    alone, masked = (moved("defended", attack(decoys), WorstFirst(), **budget) for decoys in ([], DECOYS))
    open_to_it = moved("attacked", attack(DECOYS))
    assert open_to_it > 0.5
    assert alone < 0.25 * open_to_it
    assert masked > 0.75 * open_to_it
    assert moved("defended", attack(DECOYS), WorstFirst()) < 0.25 * open_to_it


def test_a_filter_of_signals_has_no_budget_to_spend() -> None:
    gate = REGISTRY.get("defenses", "median_gate")(warm_up=WARM_UP)
    assert moved("defended", attack(DECOYS), gate) < 0.25 * moved("attacked", attack(DECOYS))

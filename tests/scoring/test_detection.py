"""Precision, recall and delay of alarms, and the time of recovery."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.scoring.detection import Detection, detection, rounds_to_recover
from swarmsec.swarm.trace import DetectionCounts
from tests.strategies import READS, beliefs


def watch(attacked=10, alarmed=8, hits=6, false_quarantine=0, first_attack=5, first_hit=7) -> DetectionCounts:
    return DetectionCounts(attacked, alarmed, hits, false_quarantine, first_attack, first_hit)


def test_precision_and_recall_pool_the_daemon_rounds_of_all_seeds() -> None:
    found = detection([watch(), watch(attacked=30, alarmed=2, hits=2)])
    assert (found.precision, found.recall) == (8 / 10, 8 / 40)


def test_the_delay_is_the_median_over_seeds() -> None:
    assert detection([watch(first_hit=hit) for hit in (5, 9, 25)]).delay_rounds == 4.0


def test_a_seed_without_a_hit_has_the_largest_delay() -> None:
    assert detection([watch(first_hit=hit) for hit in (6, 9, None)]).delay_rounds == 4.0


@pytest.mark.parametrize("hits", [(None,), (6, None), (6, None, None)])
def test_the_delay_is_none_if_the_median_seed_has_no_hit(hits) -> None:
    assert detection([watch(first_hit=hit) for hit in hits]).delay_rounds is None


def test_a_seed_without_an_attack_has_no_delay() -> None:
    assert detection([watch(first_attack=None, first_hit=None), watch()]).delay_rounds == 2.0


def test_false_quarantine_is_the_mean_over_seeds() -> None:
    assert detection([watch(false_quarantine=3), watch(false_quarantine=6)]).false_quarantine_daemon_rounds == 4.5


def test_precision_is_none_without_alarms_and_recall_without_an_attack() -> None:
    quiet = DetectionCounts()
    assert detection([quiet]) == Detection(None, None, None, 0)
    assert detection([]) == Detection(None, None, None, 0.0)


def test_a_run_counts_daemon_rounds() -> None:
    """Daemons 1 and 4 are attacked in rounds 1 to 3; daemons 0 and 1 are isolated in all five rounds."""
    attack = {"kind": "false_signal", "daemons": [1, 4], "start": 1, "stop": 4}
    swarm = beliefs(
        range(6),
        {"kind": "ring", "n": 6},
        attacks=[attack],
        defenses=[{"kind": "quarantine_all"}],
        protocol=READS,
        rules={"blue": {"quarantine": 2}},
    )
    # Falsely isolated: daemon 0 in five rounds, daemon 1 in rounds 0 and 4.
    assert simulate(swarm).watch == DetectionCounts(
        attacked=6, alarmed=10, hits=3, false_quarantine=7, first_attack=1, first_hit=1
    )


@pytest.mark.parametrize(
    ("damage", "stop", "rounds"),
    [
        ([0, 0, 10, 10, 10, 10], 2, 0),  # The damage is constant from the round in which the attack ends.
        ([0, 5, 10, 5, 0, 0], 3, 1),
        ([0, 5, 9, 9.4, 9.6, 10], 2, 2),
        ([0, 0, 0], 1, 0),
        ([0, 10, 10, 10], 3, 0),
    ],
)
def test_recovery_is_the_time_until_the_damage_is_constant(damage, stop, rounds) -> None:
    assert rounds_to_recover(np.array(damage, dtype=float), stop) == rounds

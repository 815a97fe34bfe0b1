"""Precision, recall and delay of alarms, and the time of recovery."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.scoring.detection import Detection, detection, rounds_to_recover
from swarmsec.swarm import trace as module
from swarmsec.swarm.trace import DetectionCounts, ToggleLog, Trace
from tests.strategies import READS, beliefs


def trace(
    *, changed: Sequence[Sequence[int]] = (), alarms: Sequence[Sequence[int]] = (), false_quarantine: int = 0
) -> Trace:
    """A trace of four daemons whose red and blue act on the given daemons, round by round."""
    logs = [ToggleLog(4), ToggleLog(4)]
    rounds = max(len(changed), len(alarms), 1)
    for log, rows in zip(logs, (changed, alarms), strict=True):
        for round in range(rounds):
            log.note(round, np.isin(np.arange(4), rows[round] if round < len(rows) else []))
    return Trace(
        arm="defended",
        seed=0,
        unit="USD",
        bill=np.zeros(rounds),
        metrics={},
        states=None,
        decisions=None,
        events=(),
        compromised=np.zeros(4, dtype=bool),
        final=np.zeros((4, 1)),
        watch=DetectionCounts(false_quarantine=false_quarantine),
        attacked=np.zeros(4, dtype=bool),
        central={},
        spent={},
        changed=logs[0].toggles,
        alarms=logs[1].toggles,
        quarantine_log=(),
    )


ON_0 = [[], [], [0], [0], [0], []]


def found(alarms: Sequence[Sequence[int]], peace: Sequence[Sequence[int]] = ()) -> Detection:
    """The score of these alarms against an attack on daemon 0 in rounds 2 to 4."""
    return detection([{"defended": trace(changed=ON_0, alarms=alarms), "guarded": trace(alarms=peace or [[]] * 6)}] * 2)


def test_alarms_about_the_changed_daemons_alone_are_perfect() -> None:
    one = found(ON_0)
    assert one.precision == one.recall == (1.0, 1.0, 1.0)
    assert (one.delay_rounds, one.missed_seeds) == ((0.0, 0.0, 0.0), 0)


def test_precision_and_recall_pool_the_daemon_rounds_of_all_seeds() -> None:
    seeds = [trace(changed=ON_0, alarms=rows) for rows in ([[1], [], [0, 1], [0]], [[], [], [0], [0], [0]])]
    one = detection([{"defended": seed} for seed in seeds])
    assert (one.precision.mean, one.recall.mean) == (5 / 7, 5 / 6)
    assert one.recall.low < 5 / 6 < one.recall.high


def test_an_alarm_that_rings_in_peace_as_well_is_none() -> None:
    alarms = [[1], [0], [0, 1], [0], [2], [1]]
    one = found(alarms, peace=alarms)
    assert (one.precision.mean, one.recall.mean, one.delay_rounds, one.missed_seeds) == (0.0, 0.0, None, 2)


def test_alarms_at_random_have_a_recall_of_0_on_average() -> None:
    rng = np.random.default_rng(0)
    draws = [[np.flatnonzero(rng.random(4) < 0.3).tolist() for _ in range(200)] for _ in range(80)]
    attack = [[0, 1]] * 200
    one = detection(
        [
            {"defended": trace(changed=attack, alarms=under_attack), "guarded": trace(alarms=peace)}
            for under_attack, peace in zip(draws[::2], draws[1::2], strict=True)
        ]
    )
    assert one.recall.low == 0.0
    assert one.recall.mean < 0.02


def test_the_delay_is_that_of_the_first_alarm_raised_after_the_onset() -> None:
    stood_before = [[], [0], [0], [0], [], []]
    raised_later = [[], [0], [0], [], [0], []]
    assert found(stood_before).delay_rounds is None
    assert found(raised_later).delay_rounds == (2.0, 2.0, 2.0)


def test_a_seed_that_misses_the_attack_counts_to_the_end_of_the_run() -> None:
    seeds = [trace(changed=ON_0, alarms=rows) for rows in (ON_0, [])]
    one = detection([{"defended": seed} for seed in seeds])
    assert (one.delay_rounds.mean, one.missed_seeds) == (2.0, 1)


def test_a_seed_without_an_attack_has_no_delay() -> None:
    seeds = [trace(alarms=[[1]] * 6), trace(changed=ON_0, alarms=ON_0)]
    assert detection([{"defended": seed} for seed in seeds]).delay_rounds == (0.0, None, None)


def test_false_quarantine_is_the_mean_over_seeds() -> None:
    seeds = [{"defended": trace(false_quarantine=count)} for count in (3, 6)]
    assert detection(seeds).false_quarantine_daemon_rounds.mean == 4.5


def test_without_alarms_there_is_no_precision_and_without_an_attack_no_recall() -> None:
    for seeds in ([{"defended": trace()}], []):
        one = detection(seeds)
        assert (one.precision, one.recall, one.delay_rounds) == (None, None, None)
        assert one.to_dict()["false_quarantine_daemon_rounds"] == 0.0


def test_a_defense_that_only_brings_a_rule_raises_no_alarms_by_design() -> None:
    swarm = beliefs(range(6), {"kind": "ring", "n": 6}, attacks=[{"kind": "stubborn", "daemons": [1]}])
    assert not run({**swarm, "defenses": [{"kind": "wmsr", "f": 1}]}).detection.by_design
    assert run({**swarm, "defenses": [{"kind": "quarantine_all"}]}).detection.by_design


def test_a_run_counts_daemon_rounds_by_hand() -> None:
    """Daemons 1 and 4 are under attack in rounds 1 to 3; the quarantine holds two in all five."""
    attack = {"kind": "false_signal", "daemons": [1, 4], "start": 1, "stop": 4}
    swarm = beliefs(
        range(6),
        {"kind": "ring", "n": 6},
        attacks=[attack],
        defenses=[{"kind": "quarantine_all"}],
        protocol=READS,
        rules={"blue": {"quarantine": 2}},
    )
    trace = simulate(swarm)
    under_attack = np.zeros((5, 6), dtype=bool)
    under_attack[1:4, [1, 4]] = True
    assert trace.watch == DetectionCounts(
        attacked=6,
        alarmed=10,
        hits=int((trace.quarantined & under_attack).sum()),
        false_quarantine=int((trace.quarantined & ~under_attack).sum()),
        first_attack=1,
    )
    assert [(round, who.tolist()) for round, who in trace.changed] == [(1, [1, 4]), (4, [1, 4])]
    assert [round for round, _ in trace.alarms] == [0]


def test_a_record_that_becomes_too_large_is_none(monkeypatch) -> None:
    monkeypatch.setattr(module, "TOGGLES_MAX", 3)
    log = ToggleLog(4)
    log.note(0, np.array([True, True, True, True]))
    assert log.toggles is None
    lost = dataclasses.replace(trace(changed=ON_0, alarms=ON_0), alarms=None)
    assert detection([{"defended": lost}]).recall is None


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


def test_whoever_guesses_anew_in_every_arm_notices_nothing() -> None:
    rng = np.random.default_rng(3)
    changed = [[0]] * 40

    def guesses() -> list[list[int]]:
        return [np.flatnonzero(rng.random(4) < 0.5).tolist() for _ in changed]

    one = detection(
        [{"defended": trace(changed=changed, alarms=guesses()), "guarded": trace(alarms=guesses())} for _ in range(8)]
    )
    assert one.delay_rounds is None


def test_an_incomplete_record_of_one_seed_leaves_no_score_of_the_others() -> None:
    whole = {"defended": trace(changed=ON_0, alarms=ON_0), "guarded": trace(alarms=[[]] * 6)}
    cut = {**whole, "defended": dataclasses.replace(whole["defended"], alarms=None)}
    one = detection([whole, cut])
    assert (one.precision, one.recall, one.delay_rounds) == (None, None, None)

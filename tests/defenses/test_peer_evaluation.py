"""Peer evaluation: no false alarm in peace, every false fitness found, and what it cannot see."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.registry import Registry
from swarmsec.testing import check_defense
from tests.attacks.test_false_fitness import CBO, ES, search
from tests.attacks.test_false_optimum import attacked

DEFENDED = {**attacked(start=20), "defenses": [{"kind": "peer_evaluation"}], "rules": {"red": {"daemons": "5%"}}}


def test_it_costs_nothing_in_peace_and_raises_no_alarm() -> None:
    clean, guarded = (simulate(DEFENDED, arm=arm) for arm in ("clean", "guarded"))
    assert np.array_equal(clean.bill, guarded.bill)
    assert guarded.metrics["alarms"].max() == 0


def test_it_prevents_most_of_the_damage_of_a_false_optimum() -> None:
    result = run(DEFENDED)
    assert result.bites
    assert result.damage_limited.low > 0.5
    assert result.detection.precision.mean == 1.0


def test_receivers_of_a_search_are_as_safe_as_if_they_evaluated_all_points() -> None:
    swarm = search(CBO, [{"kind": "peer_evaluation"}])
    assert run(swarm).damage_limited.mean > 0.9


def test_a_sender_that_was_caught_is_ignored_for_good() -> None:
    swarm = {**DEFENDED, "attacks": [{"kind": "false_optimum", "daemons": "5%", "start": 20, "stop": 22}]}
    trace = simulate(swarm, arm="defended")
    quarantined = trace.quarantined
    assert not quarantined[:20].any()
    assert np.array_equal(quarantined[25], quarantined[-1])
    assert quarantined[-1].sum() == trace.attacked.sum()


def test_an_audit_of_a_part_finds_liars_later() -> None:
    def exchanges_until_most_are_ignored(audit: float) -> int:
        swarm = {**DEFENDED, "defenses": [{"kind": "peer_evaluation", "audit": audit}]}
        counts = simulate(swarm, arm="defended").metrics["quarantined"]
        return int((counts < 15).sum()) - 20

    assert exchanges_until_most_are_ignored(1.0) <= 1
    assert exchanges_until_most_are_ignored(0.1) > 2


def test_a_lie_within_the_tolerance_is_not_seen() -> None:
    lie = {"kind": "false_fitness", "daemons": [0], "scale": 1.0, "bias": -0.5}
    swarm = {**search(CBO), "attacks": [lie]}
    for tolerance, ignored in ((1.0, False), (1e-6, True)):
        trace = simulate({**swarm, "defenses": [{"kind": "peer_evaluation", "tolerance": tolerance}]}, arm="defended")
        assert bool(trace.quarantined.any()) is ignored


def test_it_leaves_protocols_without_the_columns_alone() -> None:
    trace = simulate(search(ES, [{"kind": "peer_evaluation"}]), arm="defended")
    assert trace.metrics["alarms"].max() == 0


@pytest.mark.slow
def test_an_audit_passes_the_conformance_check() -> None:
    check_defense(Registry().get("defenses", "peer_evaluation"), audit=0.5)

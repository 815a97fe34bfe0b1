"""The null defenses: none, a random quarantine, a quarantine of all, and the oracle."""

from __future__ import annotations

from swarmsec import load_scenario, run
from swarmsec.runs import NULLS, JobCache, run_nulls, whole
from swarmsec.runs.executors import Serial


def test_nulls_run_with_the_same_attack_and_seeds():
    scenario = load_scenario("ring_with_a_liar", settings={"rounds": 40})
    nulls = {null.kind: null for null in run_nulls(scenario, (0, 1), JobCache(Serial(), whole))}
    assert tuple(nulls) == NULLS
    assert nulls["none"].damage_limited.mean == 0.0
    assert nulls["none"].verdict == "not_limited"
    expected = run(scenario, seeds=2, defense="oracle")
    assert nulls["oracle"].damage_limited == expected.damage_limited
    assert nulls["oracle"].autoimmune_cost == expected.autoimmune_cost

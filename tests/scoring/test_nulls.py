"""The null defenses: none, three that stand still, two blind quarantines, and the oracle."""

from __future__ import annotations

from swarmsec import load_scenario, run
from swarmsec.runs import NULLS, JobCache, run_scenario, whole, with_nulls
from swarmsec.runs.executors import Serial
from swarmsec.runs.runner import STILL
from swarmsec.scenario import Scenario
from swarmsec.scoring import Result


def beside_nulls(scenario: Scenario) -> Result:
    cache = JobCache(Serial(), whole)
    return with_nulls(run_scenario(scenario, (0, 1), cache), scenario, cache)


def test_nulls_run_with_the_same_attack_and_seeds() -> None:
    scenario = load_scenario("ring_with_a_liar", settings={"rounds": 40})
    nulls = {null.kind: null for null in beside_nulls(scenario).nulls}
    assert tuple(nulls) == NULLS
    assert nulls["none"].damage_limited.mean == 0.0
    assert nulls["none"].verdict == "undefended"
    expected = run(scenario, seeds=2, defense="oracle")
    assert nulls["oracle"].damage_limited == expected.damage_limited
    assert nulls["oracle"].autoimmune_cost == expected.autoimmune_cost


def test_a_null_that_stands_still_is_not_limited_in_a_run_of_its_own() -> None:
    scenario = load_scenario("ring_with_a_liar", settings={"rounds": 40})
    for kind in ("deaf", "frozen"):
        result = run(scenario, seeds=2, defense=kind)
        assert result.damage_limited.low > 0.5
        assert (result.verdict, result.verdict_reason) == ("partly", f"standing still does as well: {kind}")
    assert run(scenario, seeds=2, defense=["wmsr:f=1", "deaf"]).verdict != "limited"


def test_a_null_that_stands_still_is_never_limited_itself() -> None:
    scenario = load_scenario("ring_with_a_liar", settings={"rounds": 40})
    for kind in STILL:
        result = beside_nulls(load_scenario(scenario, defense=kind))
        assert result.verdict != "limited"
        assert {null.kind: null.verdict for null in result.nulls}[kind] != "limited"
        assert {null.kind: null.margin for null in result.nulls}[kind].mean == 0.0

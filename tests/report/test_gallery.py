"""Verdicts of the gallery count the nulls that stand still."""

from __future__ import annotations

from swarmsec.report.gallery import entry
from swarmsec.runs import JobCache, judged_beside_still, run_scenario, whole, with_nulls
from swarmsec.runs.executors import Serial
from swarmsec.runs.nulls import NULLS
from swarmsec.runs.runner import STILL
from swarmsec.scenario import load_scenario
from tests.strategies import beliefs


def agreed():
    """A swarm that has agreed before the attack: to decide nothing new, or to hear nobody, is as safe as W-MSR."""
    liar = {"kind": "stubborn", "daemons": [0], "value": 100.0, "start": 2}
    ring = {"kind": "circulant", "n": 7, "offsets": [1, 2]}
    return load_scenario(
        beliefs([2.0] * 7, ring, attacks=[liar], defenses=[{"kind": "wmsr", "f": 1}], seeds=3, name="agreed")
    )


def test_an_entry_names_the_nulls_that_do_as_well():
    text = "\n".join(entry(agreed(), JobCache(Serial(), whole)))
    assert "limits it in part" in text
    assert "standing still does as well: frozen, deaf.**" in text


def test_only_the_defended_arms_of_nulls_are_run_beside_a_limited_result():
    cache = JobCache(Serial(), whole)
    alone = run_scenario(agreed(), (0, 1, 2), cache)
    assert (alone.verdict, cache.jobs_run) == ("limited", 3 * 4)
    judged = judged_beside_still(alone, agreed(), cache)
    assert cache.jobs_run == 3 * (4 + 3)
    assert judged_beside_still(judged, agreed(), cache) is judged, "nothing else changes by nulls"
    beside = with_nulls(alone, agreed(), cache)
    assert (judged.verdict, judged.verdict_reason) == (beside.verdict, beside.verdict_reason)
    assert (judged.damage_limited, judged.nulls) == (alone.damage_limited, ())


def test_nulls_are_run_beside_a_scenario_that_sweeps_a_parameter_of_its_defense():
    swept = load_scenario(agreed(), settings={"sweep": {"defenses[0].f": [1, 2]}})
    cache = JobCache(Serial(), whole)
    alone = run_scenario(swept, (0, 1, 2), cache)
    beside = with_nulls(judged_beside_still(alone, swept, cache), swept, cache)
    assert {null.kind for null in beside.nulls} >= {"none", "frozen", "oracle"}
    assert cache.jobs_run == 3 * (4 + len(STILL) + 2 * len(NULLS)), "clean and attacked arms are shared"

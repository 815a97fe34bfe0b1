"""Published claims are measured by runs, and compared with what was published."""

from __future__ import annotations

import dataclasses
import json
import math

import pytest

from swarmsec.errors import UsageError
from swarmsec.registry import Registry
from swarmsec.report.published import claims_lines
from swarmsec.runs import JobCache, simulate, whole
from swarmsec.runs.executors import open_executor
from swarmsec.runs.published import ClaimsReport, claim_verdict, measure_claims, published_claims
from swarmsec.scenario import load_scenario
from swarmsec.scoring import Interval
from swarmsec.worlds import PublishedClaim, figures_of_run
from swarmsec.worlds.trading import Trading

SMALL = {"network.n": 60, "rounds": 500, "world.news": [[220, 300]]}


def claim(**changes):
    given = {
        "name": "sold",
        "text": "It sells.",
        "low": 1.0,
        "high": 2.0,
        "unit": "USD",
        "scenario": "blackswarm",
        "figure": "liquidated_usd",
        "settings": SMALL,
        "why": "News.",
    }
    return PublishedClaim(**{**given, **changes})


def measured(*claims, seeds=(0, 1)):
    with open_executor(jobs=1) as executor:
        cache = JobCache(executor, whole)
        return measure_claims([("trading", one) for one in claims], cache, seeds=seeds)


def runs(scenario, seeds, arm, **settings):
    loaded = load_scenario(scenario, settings=settings)
    return [simulate(loaded, arm=arm, seed=seed) for seed in seeds]


def test_a_value_is_the_mean_of_the_runs_figure_over_the_seeds():
    row = measured(claim())[0]
    figures = [
        figures_of_run(trace.metrics, Trading.metrics)["liquidated_usd"]
        for trace in runs("blackswarm", (0, 1), "clean", **SMALL)
    ]
    assert row.measured.mean == pytest.approx(sum(figures) / 2, rel=1e-12)
    assert row.measured.low < row.measured.mean < row.measured.high


def test_a_changed_input_changes_the_measured_figure():
    weak = claim(settings={**SMALL, "world.gain": 0.3})
    strong = claim(settings={**SMALL, "world.gain": 1.2})
    low, high = measured(weak, strong)
    assert high.measured.mean > 1.5 * low.measured.mean


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("difference", lambda figure, base: figure - base),
        ("ratio", lambda figure, base: figure / base),
        ("change", lambda figure, base: figure / base - 1),
    ],
)
def test_a_baseline_is_a_run_of_its_own_with_its_own_settings(measure, expected):
    row = measured(claim(measure=measure, baseline="a timid swarm", baseline_settings={"world.gain": 0.3}))[0]
    assert row.measured.mean == pytest.approx(expected(row.figure.mean, row.against.mean), rel=1e-12)


def test_a_central_figure_is_that_of_the_centralized_controller():
    row = measured(claim(figure="misallocated_usd", arm="central"))[0]
    bills = [trace.central["misallocated_usd"] for trace in runs("blackswarm", (0, 1), "clean", **SMALL)]
    assert row.measured.mean == pytest.approx(sum(bills) / 2)


def test_an_exponent_of_what_is_linear_in_the_swarm_is_one():
    row = measured(
        claim(figure="messages", measure="exponent", unit="exponent", sizes=(40, 80, 160), settings={"rounds": 400})
    )[0]
    assert row.measured.mean == pytest.approx(1.0, abs=1e-9)


def test_an_exponent_of_a_figure_that_is_zero_is_not_measured():
    row = measured(claim(figure="compromised", measure="exponent", sizes=(40, 50, 60), settings={"rounds": 400}))[0]
    assert (row.verdict, row.measured) == ("not_measured", None)
    assert "logarithm" in row.error


def test_a_baseline_of_zero_is_not_measured():
    row = measured(claim(figure="compromised", measure="change", baseline="itself"))[0]
    assert (row.verdict, row.measured) == ("not_measured", None)


@pytest.mark.parametrize(
    ("changes", "interval", "verdict"),
    [
        ({}, Interval(1.5, 1.2, 1.8), "reproduced"),
        ({}, Interval(2.05, 2.04, 2.06), "reproduced"),
        ({}, Interval(2.3, 2.2, 2.4), "partly"),
        ({}, Interval(0.6, 0.55, 0.65), "partly"),
        ({}, Interval(0.4, 0.3, 0.5), "not_reproduced"),
        ({}, Interval(4.5, 4.4, 4.6), "not_reproduced"),
        ({"low": -0.4, "high": -0.2}, Interval(-0.15, -0.16, -0.14), "partly"),
        ({"low": -0.4, "high": -0.2}, Interval(0.3, 0.2, 0.35), "not_reproduced"),
        ({"calibrated": "gain"}, Interval(1.5, 1.2, 1.8), "by_construction"),
        ({"by_construction": "gain"}, Interval(9.0, 8.0, 10.0), "not_reproduced"),
        ({"high": math.inf}, Interval(1.01, 0.99, 1.03), "not_reproduced"),
        ({"high": math.inf}, Interval(1.3, 1.2, 1.4), "reproduced"),
        ({}, Interval(1.5, None, None), "reproduced"),
    ],
)
def test_the_verdict_compares_the_interval_with_the_published_range(changes, interval, verdict):
    assert claim_verdict(claim(**changes), interval) == verdict


@pytest.mark.parametrize(
    "changes",
    [
        {"low": 3.0},
        {"arm": "nowhere"},
        {"measure": "exponent"},
        {"measure": "ratio"},
        {"baseline": "something"},
        {"sizes": (1, 2, 3)},
    ],
)
def test_a_claim_that_contradicts_itself_is_refused(changes):
    with pytest.raises(ValueError, match="claim"):
        claim(**changes)


def test_an_unknown_world_is_refused_with_the_closest_one():
    with pytest.raises(UsageError, match="did you mean `trading`"):
        published_claims(Registry(), ["tradin"])


def test_every_claim_is_of_a_scenario_with_the_world_that_declares_it():
    found, _ = published_claims(Registry())
    scenarios = {one.scenario: load_scenario(one.scenario) for _, one in found}
    assert {
        (kind, one.name) for kind, one in found if scenarios[one.scenario].document["world"]["kind"] != kind
    } == set()
    names = [(kind, one.name) for kind, one in found]
    assert len(set(names)) == len(names)


def test_the_text_has_every_row_and_counts_the_verdicts():
    rows = measured(claim(), claim(name="kept", low=1e9, high=1e9))
    text = claims_lines(ClaimsReport(tuple(rows), ()))
    assert "sold: It sells." in text
    assert "published $1,000,000,000" in text
    assert "2 claims: 2 not reproduced" in text


def test_a_document_is_plain_json_with_open_ends_as_null():
    row = dataclasses.replace(measured(claim())[0], claim=claim(high=math.inf))
    document = json.loads(json.dumps(ClaimsReport((row,), ()).to_dict(), allow_nan=False))
    assert document["claims"][0]["published"] == {"low": 1.0, "high": None}


def test_the_command_prints_one_document(cli):
    done = cli("claims", "--world", "trading", "--seeds", "2", "--json")
    assert done.code == 0
    liquidation = done.json["claims"][0]
    assert liquidation["name"] == "liquidation"
    assert 1.0e6 < liquidation["measured"]["mean"] < 1.4e6
    assert cli("claims", "--world", "tradin").code == 2
    assert cli("claims", "--seeds", "no").code == 2

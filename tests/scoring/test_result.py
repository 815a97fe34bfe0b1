"""The score of hand-made traces: damage, damage limited, bite, verdict, overhead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from swarmsec.scoring import Result, ScoringTerms, SeedRun, Subject, score, score_damage
from swarmsec.scoring.intervals import of_ratio
from swarmsec.swarm.trace import DetectionCounts, Trace
from swarmsec.teams import Guarantee
from swarmsec.worlds import Metric

ARMS = ("clean", "attacked", "defended", "guarded")
SUBJECT = Subject("test", 1, "digest", "0", lambda seed: 3, ("test",))


def trace(arm: str, bill: float | Sequence[float], *, seed: int = 0, messages: float = 100.0) -> Trace:
    path = np.atleast_1d(np.array(bill, dtype=float))
    return Trace(
        arm=arm,
        seed=seed,
        unit="USD",
        bill=path,
        metrics={"bill": path, "messages": np.array([messages]), "bytes": np.array([8 * messages])},
        states=None,
        decisions=None,
        events=(),
        compromised=np.zeros(3, dtype=bool),
        final=np.zeros((3, 1)),
        watch=DetectionCounts(),
        attacked=np.zeros(3, dtype=bool),
        central={},
        spent={},
        alarms=(),
        changed=(),
        quarantine_log=(),
    )


def seed_run(seed: int, guarantees=(), cpu=(1.0, 1.0, 1.0, 1.0), **bills) -> SeedRun:
    traces = {arm: trace(arm, bills[arm], seed=seed) for arm in ARMS if arm in bills}
    return SeedRun(seed, traces, dict(zip(ARMS, cpu, strict=True)), tuple(guarantees))


def scored(**bills: Sequence[float]) -> Result:
    count = len(next(iter(bills.values())))
    return score(SUBJECT, [seed_run(i, **{arm: values[i] for arm, values in bills.items()}) for i in range(count)])


BITES = {"clean": [10, 20, 30], "attacked": [110, 130, 120], "defended": [31, 45, 50], "guarded": [11, 22, 33]}


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("last", 2.0), ("mean", 3.0), ("sum", 9.0), ("min", 1.0), ("max", 6.0)]
)
def test_a_metric_of_a_run_is_the_figure_that_the_world_declares(aggregation, expected) -> None:
    runs = [seed_run(seed, clean=0.0) for seed in range(2)]
    for run in runs:
        run.traces["clean"].metrics["load"] = np.array([1.0, 6.0, 2.0])
    subject = SUBJECT._replace(metrics=(Metric(name="load", aggregation=aggregation),))
    document = score(subject, runs).to_dict()["arms"]["clean"]
    assert document["metrics"]["load"]["mean"] == expected
    assert score(SUBJECT, runs).arms["clean"].metrics["load"].mean == 2.0


def test_a_metric_with_an_unknown_aggregation_is_refused_where_it_is_declared() -> None:
    with pytest.raises(ValueError, match="aggregation 'average' of the metric load; must be one of last, mean"):
        Metric(name="load", aggregation="average")


def test_damage_is_the_bill_minus_the_bill_of_the_clean_arm() -> None:
    result = scored(**BITES)
    assert {arm: value.mean for arm, value in result.damage.items()} == {
        "attacked": 100.0,
        "defended": 22.0,
        "guarded": 2.0,
    }


def test_damage_limited_is_net_of_what_the_defense_itself_breaks() -> None:
    result = scored(**BITES)
    assert result.damage_limited.mean == pytest.approx(1 - 22 / 100)
    assert result.prevented.mean == pytest.approx(1 - (22 - 2) / 100)
    assert result.autoimmune_cost.mean == 2.0
    assert result.autoimmune_share.mean == pytest.approx(0.02)


def test_the_interval_of_damage_limited_is_one_minus_that_of_the_ratio() -> None:
    left = of_ratio(np.array([21.0, 25.0, 20.0]), np.array([100.0, 110.0, 90.0]))
    limited = scored(**BITES).damage_limited
    assert limited == pytest.approx((1 - left.mean, 1 - left.high, 1 - left.low))
    assert limited.low < limited.mean < limited.high


def test_damage_limited_is_not_clipped() -> None:
    worse = scored(**{**BITES, "defended": [210, 230, 240]})
    assert worse.damage_limited.mean < 0
    better = scored(**{**BITES, "defended": [0, 0, 0]})
    assert better.damage_limited.mean > 1


@pytest.mark.parametrize(
    ("attacked", "bites"),
    [
        ([110, 130, 120], True),
        ([10, 20, 30], False),  # No damage.
        ([10, 20, 130], False),  # The interval contains 0.
        ([-90, -70, -80], False),  # The attack reduced the bill.
        ([10 + 1e-12, 20 + 1e-12, 30 + 1e-12], False),  # A difference by rounding.
    ],
)
def test_an_attack_bites_if_the_interval_of_its_damage_is_above_0(attacked, bites) -> None:
    assert scored(**{**BITES, "attacked": attacked}).bites is bites


def test_without_a_bite_damage_limited_is_none_with_a_reason() -> None:
    result = scored(**{**BITES, "attacked": [10, 20, 30]})
    assert result.damage_limited is None
    assert result.reason == "the attack does not bite: its damage is 0 [0, 0]"
    assert result.verdict == "no_bite"
    assert result.to_dict()["damage_limited"] is None


EIGHT = {"clean": np.zeros(8), "attacked": 100.0 + np.arange(8.0), "guarded": np.zeros(8)}
WIDE = np.array([-90.0, 190.0, 10.0, 160.0, -60.0, 120.0, 80.0, 60.0])


@pytest.mark.parametrize(
    ("changed", "verdict", "reason"),
    [
        ({"defended": 0.2 * EIGHT["attacked"]}, "limited", ""),
        ({"defended": 0.6 * EIGHT["attacked"]}, "partly", "not certain that at least 50%"),
        ({"defended": 0.2 * EIGHT["attacked"], "guarded": np.full(8, 6.0)}, "partly", "cost in peace may exceed 0.05"),
        ({"defended": 0.2 * EIGHT["attacked"], "guarded": np.full(8, 4.0)}, "limited", ""),
        ({"defended": EIGHT["attacked"]}, "not_limited", ""),
        ({"defended": 2.5 * EIGHT["attacked"], "guarded": 2.5 * EIGHT["attacked"]}, "harmful", "more damage"),
        ({"defended": WIDE}, "inconclusive", "seeds would decide"),
        ({"attacked": np.arange(-4.0, 4.0), "defended": np.zeros(8)}, "no_bite", "does not bite"),
    ],
)
def test_the_verdict_follows_from_the_intervals(changed, verdict, reason) -> None:
    result = scored(**{**EIGHT, **changed})
    assert result.verdict == verdict
    assert reason in result.verdict_reason


def test_selling_everything_is_harmful_although_it_prevents_the_attack() -> None:
    result = scored(**{**EIGHT, "defended": np.full(8, 300.0), "guarded": np.full(8, 300.0)})
    assert (result.verdict, round(result.prevented.mean, 3)) == ("harmful", 1.0)


def test_an_inconclusive_verdict_names_how_many_seeds_would_decide() -> None:
    result = scored(**{**EIGHT, "defended": WIDE})
    assert result.seeds_needed > 8
    rng = np.random.default_rng(0)
    more = rng.choice(WIDE - WIDE.mean(), 4 * result.seeds_needed) + WIDE.mean()
    ones = np.ones(len(more))
    decided = scored(clean=0 * ones, attacked=103.5 * ones, defended=more, guarded=0 * ones)
    assert decided.verdict != "inconclusive"


def test_without_a_defense_the_verdict_is_undefended() -> None:
    undefended = SUBJECT._replace(defended=False)
    runs = [
        seed_run(seed, **{**{arm: values[seed] for arm, values in EIGHT.items()}, "defended": 100.0 + seed})
        for seed in range(8)
    ]
    result = score(undefended, runs)
    assert (result.verdict, result.damage_limited.mean) == ("undefended", 0.0)


def test_a_budget_of_the_rules_replaces_the_usual_one() -> None:
    bills = {**EIGHT, "defended": 0.2 * EIGHT["attacked"], "guarded": np.full(8, 6.0)}
    assert score_damage(bills, ScoringTerms(autoimmune=0.1)).verdict == "limited"


@pytest.mark.parametrize(("null", "verdict"), [(30.0, "limited"), (19.0, "partly"), (20.0, "partly")])
def test_a_defense_that_does_no_better_than_standing_still_is_not_limited(null, verdict) -> None:
    bills = {**EIGHT, "defended": np.full(8, 20.0)}
    nulls = {"deaf": np.full(8, null), "oracle": np.zeros(8)}
    found = score_damage(bills, ScoringTerms(nulls=nulls, rivals=("deaf",)))
    assert found.verdict == verdict
    assert (found.verdict_reason == "standing still does as well: deaf") is (verdict == "partly")
    assert found.margins["oracle"].mean < 0


def test_equal_seeds_are_said_to_be_deterministic() -> None:
    assert scored(clean=[0, 0], attacked=[100, 100], defended=[1, 1], guarded=[0, 0]).deterministic
    assert scored(clean=[0, 0], attacked=[100, 100], defended=[1, 1 + 1e-9], guarded=[0, 1e-12]).deterministic
    assert not scored(**BITES).deterministic


def test_a_seed_with_more_than_half_of_the_damage_is_named() -> None:
    assert scored(clean=[0] * 3, attacked=[1, 9, 2]).dominant_seed == 1
    assert scored(clean=[0] * 3, attacked=[4, 9, 5]).dominant_seed is None
    assert scored(clean=[0] * 2, attacked=[4, 9]).dominant_seed is None


def test_one_seed_is_inconclusive_and_says_why_there_is_no_damage_limited() -> None:
    result = scored(clean=[0], attacked=[100], defended=[1], guarded=[0])
    assert (result.bites, result.damage_limited, result.verdict) == (False, None, "inconclusive")
    assert "at least two" in result.reason


def test_a_result_has_every_key_of_the_contract() -> None:
    result = scored(**BITES).to_dict()
    assert result["schema"] == "swarmsec.result/v2"
    assert {"prevented", "central", "spent", "verdict", "autoimmune_cost", "detection"} <= set(result)
    assert set(result["spent"]) == {"red", "blue"}


def test_central_and_spending_are_means_over_seeds() -> None:
    runs = []
    for seed in (0, 1):
        arms = {
            arm: replace(
                trace(arm, 0.0), central={"bill": float(place + seed)}, spent={"red": {"daemons": seed}, "blue": {}}
            )
            for place, arm in enumerate(("clean", "attacked", "defended"))
        }
        runs.append(SeedRun(seed, arms, dict.fromkeys(arms, 1.0), ()))
    result = score(SUBJECT._replace(bill="bill"), runs)
    assert result.central.mean == 1.5  # That of the attacked arm.
    assert result.to_dict()["arms"]["clean"]["central"]["bill"]["mean"] == 0.5
    assert result.spent == {"red": {"daemons": 0.5}, "blue": {}}


def test_the_reason_names_missing_arms() -> None:
    result = scored(clean=[0, 0], attacked=[100, 101])
    assert result.reason == "not all four arms were run: defended, guarded missing"
    assert set(result.arms) == {"clean", "attacked"}
    assert result.autoimmune_cost is None


def test_damage_limited_is_finite_if_the_attack_hits_only_four_of_ten_seeds() -> None:
    hit = np.array([0, 0, 0, 0, 0, 9, 10, 11, 12, 13.0])
    result = scored(
        clean=[0.0] * 10, attacked=hit, defended=0.2 * hit + [0, 0, 0, 0, 0, 0, 0, 1, 0, 1], guarded=[0.0] * 10
    )
    assert result.bites
    assert np.isfinite(list(result.damage_limited)).all()
    json.dumps(result.to_dict(), allow_nan=False)


def test_overhead_is_guarded_over_clean() -> None:
    traces = {
        arm: trace(arm, 0.0, messages=messages)
        for arm, messages in zip(ARMS, (100.0, 900.0, 800.0, 150.0), strict=True)
    }
    runs = [SeedRun(0, traces, dict(zip(ARMS, (2.0, 9.0, 9.0, 3.0), strict=True)), ())]
    assert score(SUBJECT, runs).overhead == (1.5, 1.5, 1.5)


def test_overhead_is_defended_over_attacked_without_the_arms_in_peace() -> None:
    traces = {arm: trace(arm, 0.0, messages=m) for arm, m in (("attacked", 100.0), ("defended", 300.0))}
    runs = [SeedRun(0, traces, {"attacked": 1.0, "defended": 2.0}, ())]
    assert score(SUBJECT, runs).overhead == (3.0, 3.0, 2.0)


def test_to_dict_can_omit_times() -> None:
    result = scored(**BITES)
    assert result.to_dict()["overhead"]["cpu"] == 1.0
    assert result.to_dict(times=False)["overhead"]["cpu"] is None


@pytest.mark.parametrize(
    ("held", "holds"),
    [
        ([[True], [True]], True),
        ([[True], [False]], False),
        ([[True], [None]], None),
        ([[None, True], [None, True]], True),
        ([[None, False], [None, True]], False),
        ([[None], [None]], None),
    ],
)
def test_a_guarantee_holds_if_one_of_a_defense_held_in_every_seed(held, holds) -> None:
    runs = [
        seed_run(
            i,
            clean=0,
            guarantees=[(f"d{j}", Guarantee(one, "because")) for j, one in enumerate(of_seed)],
        )
        for i, of_seed in enumerate(held)
    ]
    assert score(SUBJECT, runs).guarantee.holds is holds


def test_recovery_is_the_mean_over_seeds_and_needs_the_clean_arm() -> None:
    runs = [
        SeedRun(
            i,
            {"clean": trace("clean", [0.0] * 6), "attacked": trace("attacked", path)},
            {"clean": 1.0, "attacked": 1.0},
            (),
        )
        for i, path in enumerate([[0, 0, 9, 9, 10, 10], [0, 0, 10, 10, 10, 10]])
    ]
    assert score(SUBJECT, runs).recovery_rounds == {"attacked": 0.5}
    assert score(SUBJECT, [seed_run(0, attacked=1.0)]).recovery_rounds == {}


def test_the_replay_command_distinguishes_one_seed_from_a_count() -> None:
    assert scored(clean=[0, 0]).replay == "swarmsec run test --seeds 0,1"
    assert scored(clean=[0]).replay == "swarmsec run test --seeds 0,"

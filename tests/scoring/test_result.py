"""The score of hand-made traces: damage, damage limited, bite, verdict, overhead."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pytest

from swarmsec.scoring import Result, SeedRun, Subject, score
from swarmsec.scoring.intervals import of_ratio
from swarmsec.swarm.trace import DetectionCounts, Trace
from swarmsec.teams import Guarantee

ARMS = ("clean", "attacked", "defended", "guarded")
SUBJECT = Subject("test", 1, "digest", "0", 3, ("test",))


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
        quarantine_log=(),
    )


def seed_run(seed: int, guarantees=(), cpu=(1.0, 1.0, 1.0, 1.0), **bills) -> SeedRun:
    traces = {arm: trace(arm, bills[arm], seed=seed) for arm in ARMS if arm in bills}
    return SeedRun(seed, traces, dict(zip(ARMS, cpu, strict=True)), tuple(guarantees))


def scored(**bills: Sequence[float]) -> Result:
    count = len(next(iter(bills.values())))
    return score(SUBJECT, [seed_run(i, **{arm: values[i] for arm, values in bills.items()}) for i in range(count)])


BITES = {"clean": [10, 20, 30], "attacked": [110, 130, 120], "defended": [31, 45, 50], "guarded": [11, 22, 33]}


def test_damage_is_the_bill_minus_the_bill_of_the_clean_arm() -> None:
    result = scored(**BITES)
    assert {arm: value.mean for arm, value in result.damage.items()} == {
        "attacked": 100.0,
        "defended": 22.0,
        "guarded": 2.0,
    }


def test_damage_limited_excludes_the_cost_of_the_defense() -> None:
    result = scored(**BITES)
    assert result.damage_limited.mean == pytest.approx(1 - (22 - 2) / 100)
    assert result.autoimmune_cost.mean == 2.0


def test_the_interval_of_damage_limited_is_one_minus_that_of_the_ratio() -> None:
    left = of_ratio(np.array([20.0, 23.0, 17.0]), np.array([100.0, 110.0, 90.0]))
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


@pytest.mark.parametrize(
    ("defended", "verdict"),
    [([31, 45, 50], "limited"), ([110, 130, 120], "not_limited"), ([20, 130, 120], "not_limited")],
)
def test_the_verdict_is_limited_if_the_interval_of_damage_limited_is_above_0(defended, verdict) -> None:
    assert scored(**{**BITES, "defended": defended}).verdict == verdict


def test_one_seed_gives_no_bite_and_no_damage_limited() -> None:
    result = scored(clean=[0], attacked=[100], defended=[1], guarded=[0])
    assert (result.bites, result.damage_limited) == (False, None)
    assert "at least two" in result.reason


def test_the_reason_names_missing_arms() -> None:
    result = scored(clean=[0, 0], attacked=[100, 101])
    assert result.reason == "not all four arms were played: defended, guarded missing"
    assert set(result.arms) == {"clean", "attacked"}
    assert result.autoimmune_cost is None


def test_damage_limited_is_finite_if_the_attack_hits_only_four_of_ten_seeds() -> None:
    hit = np.array([0, 0, 0, 0, 0, 0, 10, 11, 12, 13.0])
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

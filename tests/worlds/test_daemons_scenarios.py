"""The scenarios of the daemons world: pairing, the outage of about seven hours, and what ends it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from swarmsec import load_scenario, simulate


def small(name: str, seed: int, arm: str, rounds: int = 900) -> Any:
    return simulate(load_scenario(name, settings={"network.n": 20, "rounds": rounds}), arm=arm, seed=seed)


def test_arms_are_paired_whatever_is_decided() -> None:
    arms = [small("daemon_conflict", 1, arm, rounds=400) for arm in ("clean", "attacked", "defended", "guarded")]
    for name in ("load", "people_downtime_hours"):
        for trace in arms[1:]:
            assert np.array_equal(trace.metrics[name], arms[0].metrics[name])
    before = slice(0, 60)  # No attack starts earlier.
    assert np.array_equal(arms[0].bill[before], arms[1].bill[before])
    assert not arms[1].compromised.any()


def test_a_false_anomaly_of_15_minutes_is_an_outage_of_about_7_hours() -> None:
    hours = [small("daemon_conflict", seed, "attacked").metrics["longest_outage_hours"][-1] for seed in range(20, 26)]
    # A page after about 10 minutes and a reset after about 410, both of a spread of 15%: one hour of deviation.
    assert np.mean(hours) == pytest.approx(7.0, abs=3.0 / math.sqrt(len(hours)))
    assert 0.3 < np.std(hours) < 2.0


def test_a_recruitment_budget_of_15_percent_leaves_no_outage_of_the_loop() -> None:
    for seed in (20, 21):
        clean, defended = (small("daemon_conflict", seed, arm) for arm in ("clean", "defended"))
        both = defended.metrics["storage_share"] + defended.metrics["latency_share"]
        assert both.max() <= 0.15 + 1e-9
        assert defended.metrics["outage_hours"][-1] <= clean.metrics["outage_hours"][-1] + 0.1
        assert both[-1] < 0.04


def test_below_the_threshold_the_same_lie_makes_no_outage() -> None:
    for seed in (20, 21):
        clean, attacked = (small("daemons_below_threshold", seed, arm) for arm in ("clean", "attacked"))
        assert attacked.metrics["outage_hours"][-1] <= clean.metrics["outage_hours"][-1] + 0.5
        assert attacked.metrics["resets"][-1] == 0.0


def test_daemons_cut_downtime_by_less_than_their_repairs_alone_would() -> None:
    traces = [small("daemons_peace", seed, "clean", rounds=1_440) for seed in range(20, 24)]
    mine, people = (
        sum(trace.metrics[name][-1] for trace in traces) for name in ("downtime_hours", "people_downtime_hours")
    )
    assert 0.11 < mine / people < 0.2

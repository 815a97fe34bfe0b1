"""Monitors that learned self isolate gross liars; antibodies recognize a second one at once."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, run, simulate

LIE = {"kind": "false_message", "daemons": "10%", "start": 30, "bias": 2.0}
TWICE = [{**LIE, "daemons": [3, 17], "stop": 45}, {**LIE, "daemons": [9, 31], "start": 60, "stop": 75}]


@pytest.mark.parametrize("kind", ["negative_selection", "clonal_selection"])
@pytest.mark.parametrize("name", ["arena_beliefs", "arena_trading"])
def test_gross_liars_are_isolated_and_peace_costs_nothing(kind, name) -> None:
    result = run(load_scenario(name, attack=LIE, defense={"kind": kind, "warm_up": 25}), seeds=5)
    assert result.damage_limited.low > 0.75
    assert abs(result.autoimmune_cost.mean) < 0.01 * result.damage["attacked"].mean


def test_a_second_attacker_is_isolated_sooner_once_antibodies_have_matured() -> None:
    defense = {"kind": "clonal_selection", "warm_up": 25}
    first, second = [], []
    for seed in range(6):
        isolated = simulate(load_scenario("arena_trading", attack=TWICE, defense=defense), seed=seed).quarantined
        first.append(isolated[30:60, [3, 17]].argmax(axis=0).mean())
        second.append(isolated[60:, [9, 31]].argmax(axis=0).mean())
    assert (np.array(second) < np.array(first)).all()
    assert np.mean(second) < np.mean(first) / 2

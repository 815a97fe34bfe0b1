"""An anomaly is acted upon only while the receiver is in danger, and if its neighborhood does not change together."""

from __future__ import annotations

import pytest

from swarmsec import load_scenario, run, simulate

PLAIN = {"danger": 0.0, "tolerance": 1.0}
"""Without its second signal and without tolerance it is a plain robust z."""


def arena(name, attack=None, **parameters):
    defense = {"kind": "danger_signals", "warm_up": 25, **parameters}
    return load_scenario(name, defense=defense, **({"attack": attack} if attack else {}))


@pytest.mark.parametrize("name", ["arena_beliefs", "arena_trading"])
def test_gross_liars_are_ignored_and_peace_costs_nothing(name) -> None:
    result = run(arena(name, {"kind": "false_message", "daemons": "10%", "start": 30, "bias": 2.0}), seeds=5)
    assert result.damage_limited.low > 0.75
    assert abs(result.autoimmune_cost.mean) < 0.01 * result.damage["attacked"].mean


def ignored_in_peace(name, **parameters):
    return sum(simulate(arena(name, **parameters), arm="guarded", seed=s).metrics["alarms"].sum() for s in range(5))


def test_costimulation_raises_fewer_false_alarms_than_a_plain_robust_z() -> None:
    plain = ignored_in_peace("arena_beliefs", threshold=2.0, **PLAIN)
    assert plain > 50
    assert ignored_in_peace("arena_beliefs", threshold=2.0, danger=2.0, tolerance=1.0) < plain / 4


def accused(case):
    return sum(simulate(case, seed=seed).metrics["alarms"][30:].sum() for seed in range(5))


def accused_when_half_of_the_swarm_changes(tolerance):
    """In a complete network, half of the daemons begin to say something else together."""
    return accused(
        {
            "world": {"kind": "beliefs", "initial": "normal", "noise": 0.3},
            "network": {"kind": "complete", "n": 20},
            "protocol": {"kind": "friedkin_johnsen", "anchor": 0.2},
            "rounds": 60,
            "attacks": [{"kind": "false_message", "daemons": "50%", "start": 30, "bias": 2.0}],
            "defenses": [{"kind": "danger_signals", "warm_up": 25, "tolerance": tolerance}],
        }
    )


def test_a_neighborhood_that_changes_together_is_tolerated() -> None:
    assert accused_when_half_of_the_swarm_changes(tolerance=1.0) > 50
    assert accused_when_half_of_the_swarm_changes(tolerance=0.4) == 0

"""Neighbors that deviate while the daemon is in danger are ignored; without danger nobody is."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, run, simulate

LIE = {"kind": "false_message", "daemons": "10%", "start": 30, "bias": 2.0}


def arena(name, attack, **parameters):
    return load_scenario(name, attack=attack, defense={"kind": "dendritic_cells", "warm_up": 25, **parameters})


@pytest.mark.parametrize("name", ["arena_beliefs", "arena_trading"])
def test_gross_liars_are_ignored_and_peace_costs_almost_nothing(name) -> None:
    result = run(arena(name, LIE), seeds=5)
    assert result.damage_limited.low > 0.7
    assert abs(result.autoimmune_cost.mean) < 0.02 * result.damage["attacked"].mean


def test_without_danger_to_a_daemon_it_ignores_nobody() -> None:
    """All daemons believe their own signals only, so that a lie does not move them."""
    deaf = {
        "world": {"kind": "beliefs", "initial": "normal", "noise": 0.3},
        "network": {"kind": "circulant", "n": 20, "offsets": [1, 2, 3]},
        "protocol": {"kind": "friedkin_johnsen", "anchor": 1.0},
        "rounds": 60,
        "attacks": [LIE],
        "defenses": [{"kind": "dendritic_cells", "warm_up": 25}],
    }
    moved = {**deaf, "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1}}
    few, many = (sum(simulate(case, seed=s).metrics["alarms"].sum() for s in range(3)) for case in (deaf, moved))
    assert few < many / 10


def test_a_liar_that_stops_is_heard_again() -> None:
    trace = simulate(arena("arena_beliefs", {**LIE, "daemons": [3, 17], "stop": 40}))
    assert trace.quarantined[35:40, [3, 17]].any()
    assert not trace.quarantined[-1, [3, 17]].any()
    assert np.isfinite(trace.bill).all()

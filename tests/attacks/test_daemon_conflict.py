"""Two groups that are set against each other settle below a threshold of the loop, and escalate above it."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, run, simulate

ANCHOR = 0.2


def conflict(initial=(1.0, 0.0) * 4, **attack):
    """Eight daemons that hear all; even ones sense 1 and odd ones 0 unless given."""
    return {
        "world": {"kind": "beliefs", "initial": list(initial)},
        "network": {"kind": "complete", "n": 8},
        "protocol": {"kind": "friedkin_johnsen", "anchor": ANCHOR, "weights": "uniform"},
        "rounds": 60,
        "seeds": 5,
        "attacks": [{"kind": "daemon_conflict", "daemons": "all", "start": 1, "limit": 1e6, **attack}],
    }


def gaps(gain: float, **attack) -> np.ndarray:
    states = simulate(conflict(gain=gain, **attack), arm="attacked", record_states=True).states[:, :, 0]
    return states[:, ::2].mean(axis=1) - states[:, 1::2].mean(axis=1)


@pytest.mark.parametrize("gain", [0.5, 2.0, 2.6, 4.0])
def test_the_gap_follows_the_loop(gain) -> None:
    found = gaps(gain)
    assert found[1] == pytest.approx(ANCHOR)
    assert found[2:20] == pytest.approx(ANCHOR * (1 + 2 * gain * found[1:19]), rel=1e-9)


def test_below_the_threshold_the_conflict_settles() -> None:
    gain = 2.4  # 2 · 0.2 · 2.4 = 0.96
    assert gaps(gain)[-1] == pytest.approx(ANCHOR / (1 - 2 * ANCHOR * gain), rel=0.15)


def test_above_the_threshold_it_grows_up_to_the_limit() -> None:
    assert gaps(2.6)[-1] > 10 * gaps(2.6)[1]
    # Both shifts are at the limit, so the gap is a · (1 + 2 · limit).
    assert gaps(4.0, limit=3.0)[-1] == pytest.approx(ANCHOR * (1 + 2 * 3.0))


def test_the_second_group_can_be_chosen() -> None:
    swarm = conflict((1, 1, 1, 1, 0, 0, 0, 0), gain=4.0, limit=3.0, rivals=[4, 5, 6, 7])
    states = simulate(swarm, arm="attacked", record_states=True).states[-1, :, 0]
    assert states[:4].mean() - states[4:].mean() == pytest.approx(ANCHOR * (1 + 2 * 3.0))


def test_a_group_without_a_rival_has_no_conflict() -> None:
    scenario = conflict(daemons=[3])
    assert run(scenario, seeds=1).damage["attacked"].mean == 0.0


def test_no_daemon_is_hijacked_and_zero_strength_does_no_damage() -> None:
    assert not simulate(conflict(gain=4.0), arm="attacked").compromised.any()
    assert run(conflict(gain=4.0, strength=0.0), seeds=1).damage["attacked"].mean == 0.0


def test_it_bites_and_a_gate_limits_it() -> None:
    attack = {"kind": "daemon_conflict", "daemons": "10%", "start": 30, "gain": 10}
    gate = {"kind": "median_gate", "threshold": 2, "warm_up": 25}
    found = run(load_scenario("arena_beliefs", attack=[attack], defense=[gate]))
    assert found.bites
    assert found.damage_limited.low > 0.5

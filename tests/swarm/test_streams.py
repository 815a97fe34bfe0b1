"""Random streams of components are independent of each other."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.registry import Registry
from tests.strategies import READS, beliefs

REGISTRY = Registry()
RING = {"kind": "ring", "n": 12}


def trading(**more):
    return {
        "name": "streams",
        "world": {"kind": "trading"},
        "network": {"kind": "random_regular", "n": 12, "degree": 4},
        "protocol": {"kind": "friedkin_johnsen"},
        "rounds": 30,
        "seeds": 1,
        **more,
    }


@pytest.mark.parametrize("defense", REGISTRY.kinds("defenses"))
def test_a_defense_does_not_change_the_worlds_noise(defense) -> None:
    usual = simulate(trading(), arm="clean")
    guarded = simulate(trading(defenses=[{"kind": defense}]), arm="guarded")
    assert np.array_equal(guarded.metrics["fundamental_usd"], usual.metrics["fundamental_usd"])


@pytest.mark.parametrize("attack", REGISTRY.kinds("attacks"))
def test_an_attack_does_not_change_the_worlds_noise(attack) -> None:
    usual = simulate(trading(), arm="clean")
    attacked = simulate(trading(attacks=[{"kind": attack}]), arm="attacked")
    assert np.array_equal(attacked.metrics["fundamental_usd"], usual.metrics["fundamental_usd"])


@pytest.mark.parametrize("attack", REGISTRY.kinds("attacks"))
def test_an_attack_of_strength_0_does_exactly_no_damage(attack) -> None:
    specification = {"kind": attack, "strength": 0, "daemons": "all"}
    result = run(trading(attacks=[specification], defenses=[{"kind": "median_gate", "warm_up": 5}], seeds=2))
    assert result.damage["attacked"].mean == 0.0
    assert result.damage["defended"] == result.damage["guarded"]


def test_readings_differ_between_arms_only_by_the_bias_of_the_attack() -> None:
    swarm = beliefs(
        range(12),
        RING,
        attacks=[{"kind": "false_signal", "daemons": [4], "bias": 64.0}],
        defenses=[{"kind": "random_quarantine"}],
        protocol=READS,
        noise=1.0,
    )
    clean, attacked, defended, guarded = (
        simulate(swarm, arm=arm, record_states=True).states for arm in ("clean", "attacked", "defended", "guarded")
    )
    assert np.array_equal(clean, guarded)
    assert np.array_equal(attacked, defended)
    others = np.arange(12) != 4
    assert np.array_equal(clean[:, others], attacked[:, others])
    assert attacked[:, 4] == pytest.approx(clean[:, 4] + 64.0)


def test_a_second_attack_does_not_change_the_targets_of_the_first() -> None:
    first = {"kind": "false_signal", "daemons": 3}
    alone = simulate(beliefs(range(12), RING, attacks=[first]), arm="attacked").attacked
    both = simulate(beliefs(range(12), RING, attacks=[first, {"kind": "stubborn", "daemons": 2}]), arm="attacked")
    event = next(event for event in both.events if event.plugin == "false_signal")
    assert np.flatnonzero(alone).tolist() == list(event.daemons)


def test_a_seed_is_reproducible_and_seeds_differ() -> None:
    one, again, other = (simulate(trading(), arm="clean", seed=seed).final for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_both_engines_give_equal_results() -> None:
    arrays, agents = (simulate(trading(engine=engine), arm="clean").final for engine in ("arrays", "agents"))
    assert np.array_equal(arrays, agents)

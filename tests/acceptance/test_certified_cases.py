"""Random certified cases keep their promise against every shipped attack within the assumption."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, simulate
from swarmsec.checkers import agreement, validity
from swarmsec.registry import Registry
from swarmsec.runs.certification import certify
from swarmsec.teams import Surface

CASES = 500
RULES = ("wmsr", "trimmed_mean", "median")
ATTACKS = tuple(
    kind
    for kind in Registry().kinds("attacks")
    if (surface := Registry().get("attacks", kind).surface) and not surface & ~(Surface.MESSAGE | Surface.DAEMON)
)
NETWORKS = (
    {"kind": "complete", "n": 4},
    {"kind": "complete", "n": 5},
    {"kind": "complete", "n": 7},
    {"kind": "circulant", "n": 7, "offsets": [1, 2]},
    {"kind": "circulant", "n": 11, "offsets": [1, 2, 3]},
    {"kind": "robust_attachment", "n": 10, "r": 3, "s": 1},
    {"kind": "random_regular", "n": 8, "degree": 5},
    {"kind": "k_in_random", "n": 8, "k": 5},
    {"kind": "wheel", "n": 7},
)


def drawn_case(rng: np.random.Generator) -> dict[str, object]:
    """A scenario with a random network, rule, attack and targets, for one seed."""
    network = NETWORKS[rng.integers(len(NETWORKS))]
    n, rule, d = int(network["n"]), RULES[rng.integers(len(RULES))], int(rng.integers(1, 3))
    f = int(rng.integers(1, 2 + (n >= 7)))
    targets = rng.choice(n, size=int(rng.integers(1, f + 1)), replace=False)
    return {
        "apiVersion": "swarmsec/v1",
        "kind": "Scenario",
        "name": "certified_case",
        "world": {"kind": "beliefs", "initial": rng.uniform(-1, 1, (n, d)).tolist()},
        "network": network,
        "protocol": {"kind": "average_consensus", "weights": "uniform"},
        "rounds": 300,
        "attacks": [{"kind": ATTACKS[rng.integers(len(ATTACKS))], "daemons": targets.tolist()}],
        "defenses": [{"kind": rule, **({} if rule == "median" else {"f": f})}],
        "rules": {"red": {"daemons": len(targets)}},
        "seeds": [int(rng.integers(1_000_000))],
    }


@pytest.mark.slow
def test_random_certified_cases_keep_their_promises_against_every_shipped_attack() -> None:
    assert len(ATTACKS) >= 5
    rng = np.random.default_rng(20_261_128)
    certified, attacked_by = 0, set()
    while certified < CASES:
        scenario = load_scenario(drawn_case(rng))
        if certify(scenario, time_limit=1.0).verdict != "inside":
            continue
        certified += 1
        attacked_by.add(scenario.document["attacks"][0]["kind"])
        trace = simulate(scenario, seed=scenario.seeds[0], record_states=True)
        honest = ~trace.compromised
        size = float(np.abs(trace.states[0, honest]).max())
        assert validity(trace.states, honest, tolerance=1e-12 * size) is None, scenario.document
        if scenario.document["defenses"][0]["kind"] == "wmsr":
            assert agreement(trace.states, honest) is None, scenario.document
    assert attacked_by == set(ATTACKS)

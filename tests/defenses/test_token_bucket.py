"""A flood takes no more places of an inbox than its senders have tokens."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, run, simulate

BUCKET = {"kind": "token_bucket"}


def flooded(copies: int, defenses, inbox: int = 19) -> np.ndarray:
    """The bill by round of a swarm whose inboxes hold exactly one message of every neighbor."""
    scenario = {
        "world": {"kind": "beliefs", "initial": [float(i) for i in range(20)]},
        "network": {"kind": "complete", "n": 20},
        "protocol": {"kind": "average_consensus", "weights": "uniform", "inbox": inbox},
        "rounds": 10,
        "attacks": [{"kind": "exhaustion", "daemons": [19], "copies": copies}] if copies else [],
        "defenses": defenses,
    }
    return simulate(scenario, arm="defended" if copies else "guarded").bill


def test_a_flood_a_hundred_times_as_large_changes_nothing() -> None:
    strict = {**BUCKET, "burst": 1}
    once, often = flooded(1, [strict]), flooded(100, [strict])
    assert often == pytest.approx(once, rel=1e-12)
    assert flooded(100, [])[-1] > once[-1] + 0.1


def test_without_a_flood_every_message_is_admitted() -> None:
    assert flooded(0, [BUCKET]).tolist() == flooded(0, []).tolist()
    assert run(load_scenario("ring_with_a_liar", attack="none", defense=[BUCKET]), seeds=1).damage["guarded"].mean == 0


def test_it_beats_the_flood_that_beats_a_gate() -> None:
    attack = "exhaustion:daemons=10%,start=30"
    found = run(load_scenario("arena_auction", attack=attack, defense=[BUCKET]))
    assert found.bites
    assert found.verdict == "limited"

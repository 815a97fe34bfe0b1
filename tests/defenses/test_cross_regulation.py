"""A rare behavior is ignored if others who hear it agree; claims alone make nobody ignore a neighbor."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import load_scenario, run, simulate
from swarmsec.immunity import edges_between
from swarmsec.network import topology

LIE = {"kind": "false_message", "daemons": "10%", "start": 30, "bias": 2.0}
FORGED = {"kind": "forged_accusation", "daemons": "10%", "start": 30}
DENSE = {
    "world": {"kind": "beliefs", "initial": "normal", "noise": 0.3},
    "network": {"kind": "complete", "n": 20},
    "protocol": {"kind": "friedkin_johnsen", "anchor": 0.2},
    "rounds": 60,
}


def defense(**parameters):
    return {"kind": "cross_regulation", "warm_up": 25, **parameters}


def test_gross_liars_are_ignored_and_peace_costs_nothing() -> None:
    result = run(load_scenario("arena_beliefs", attack=LIE, defense=defense()), seeds=5)
    assert result.damage_limited.low > 0.5
    assert abs(result.autoimmune_cost.mean) < 0.01 * result.damage["attacked"].mean


@pytest.mark.parametrize("quorum", [1, 2])
def test_unverified_consensus_never_quarantines(quorum) -> None:
    """Hijacked daemons, a third of the swarm, accuse daemon 1, which behaves as ever."""
    attack = {**FORGED, "daemons": [2, 5, 8, 11, 14, 17], "value": 1.0}
    trace = simulate({**DENSE, "attacks": [attack], "defenses": [defense(quorum=quorum)]})
    assert not trace.quarantined.any()
    assert not trace.metrics["alarms"].any()


def test_a_change_of_behavior_by_half_of_the_swarm_is_tolerated_and_by_two_of_twenty_is_not() -> None:
    many, few = (
        simulate({**DENSE, "attacks": [{**LIE, "daemons": share}], "defenses": [defense()]}).quarantined[-1].sum()
        for share in ("50%", "10%")
    )
    assert many == 0
    assert few == 2


def test_a_plain_robust_z_accuses_daemons_when_half_of_the_swarm_changes() -> None:
    """The comparison that cross-regulation wins: the same change costs it nothing."""
    plain = {"kind": "danger_signals", "warm_up": 25, "danger": 0.0, "tolerance": 1.0}
    case = {**DENSE, "attacks": [{**LIE, "daemons": "50%"}]}
    accused = {
        kind: sum(simulate({**case, "defenses": [one]}, seed=seed).metrics["alarms"].sum() for seed in range(3))
        for kind, one in (("plain", plain), ("cross_regulation", defense()))
    }
    assert accused["plain"] > 20
    assert accused["cross_regulation"] == 0


def test_without_a_second_voter_a_quorum_of_two_ignores_nobody() -> None:
    """A star has no triangles: nobody whom a daemon hears hears its other neighbors."""
    star = {"kind": "edges", "n": 11, "edges": [[0, leaf] for leaf in range(1, 11)]}
    case = {**DENSE, "network": star, "attacks": [{**LIE, "daemons": [4], "bias": 20.0}]}
    two, one = (simulate({**case, "defenses": [defense(quorum=quorum)]}).metrics["alarms"].sum() for quorum in (2, 1))
    assert two == 0
    assert one > 0


def test_edges_between_finds_every_edge_and_no_other() -> None:
    network = topology("circulant", n=9, offsets=[1, 3])
    found = edges_between(network, network.indices, network.receivers)
    assert np.array_equal(found, np.arange(network.m))
    assert edges_between(network, np.array([0]), np.array([2])).tolist() == [-1]

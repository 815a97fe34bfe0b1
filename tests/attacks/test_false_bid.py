"""One lie about bids for every protocol that names a bid or an offer."""

from __future__ import annotations

import numpy as np
import pytest

from swarmsec import run, simulate
from swarmsec.network import topology
from swarmsec.parameters import build
from swarmsec.protocols import ProtocolView
from swarmsec.registry import Registry

REGISTRY = Registry()
SCALES = {"cbba": 10.0, "contract_net": 10.0, "vickrey": 10.0, "mcafee": 0.0, "uniform_price": 0.0}
"""The protocols of `allocation` with bids, and a scale that does damage in each."""


def allocation(protocol: str, defenses=(), liars=(1, 2, 3), seeds=6, **lie):
    return {
        "world": {"kind": "allocation", "items": 4},
        "network": {"kind": "complete", "n": 12},
        "protocol": {"kind": protocol},
        "rounds": 20,
        "seeds": seeds,
        "attacks": [{"kind": "false_bid", "daemons": list(liars), **lie}],
        "defenses": list(defenses),
    }


def bargaining(defenses=(), **lie):
    lied = allocation("alternating_offers", defenses, **lie)
    return {**lied, "world": {"kind": "beliefs"}}


def columns_of(protocol: str) -> tuple[str, ...]:
    plugin = build(REGISTRY.get("protocols", protocol), {})
    plugin.begin(ProtocolView(network=topology("complete", n=4), rng=np.random.default_rng(0), width=2))
    return plugin.columns


def test_these_are_all_protocols_with_a_bid_or_an_offer() -> None:
    named = {kind for kind in REGISTRY.kinds("protocols") if {"bid", "offer"} & set(columns_of(kind))}
    assert named == {*SCALES, "alternating_offers", "proportional_share"}


@pytest.mark.parametrize("protocol", SCALES)
def test_it_bites_in_every_auction(protocol) -> None:
    assert run(allocation(protocol, scale=SCALES[protocol])).bites


def test_it_bites_in_bargaining() -> None:
    assert run(bargaining(scale=0.0)).bites


def test_it_bites_in_an_auction_of_shares_and_a_robust_rule_limits_it() -> None:
    assert run("arena_auction").bites
    assert run("arena_auction").verdict == "limited"


@pytest.mark.parametrize("protocol", SCALES)
def test_zero_strength_does_no_damage(protocol) -> None:
    lied = run(allocation(protocol, strength=0.0), seeds=1)
    assert lied.damage["attacked"].mean == 0.0


def test_the_highest_false_bid_wins_every_item_of_a_vickrey_auction() -> None:
    world = {"kind": "allocation", "worths": [[1.0], [2.0], [3.0]], "items": 1}
    auction = {**allocation("vickrey", liars=[0]), "world": world, "network": {"kind": "complete", "n": 3}}
    trace = simulate(auction, arm="attacked")
    # Daemon 0 stands for a bid of 10. Nobody else takes the item, and so 3 of welfare are lost a round from then on.
    assert np.diff(trace.bill)[-5:] == pytest.approx(np.full(5, 3.0))


def test_a_message_without_the_columns_stays_true() -> None:
    world = {"kind": "beliefs"}
    swarm = {**allocation("average_consensus"), "world": world}
    assert run(swarm, seeds=1).damage["attacked"].mean == 0.0


def test_perfect_detection_limits_it_where_tasks_are_called_again() -> None:
    assert run(allocation("contract_net", [{"kind": "oracle"}])).verdict == "limited"


@pytest.mark.parametrize("protocol", ["cbba", "vickrey"])
def test_even_perfect_detection_does_not_limit_it_where_bids_are_forwarded(protocol) -> None:
    assert run(allocation(protocol, [{"kind": "oracle"}])).damage_limited.mean == 0.0

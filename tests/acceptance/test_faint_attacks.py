"""The bill of an attack that lies faintly, or not at all, in every shipped world, for every attack."""

from __future__ import annotations

import pytest

import swarmsec
from swarmsec.registry import Registry
from tests.sampling import sampled

WORLDS = {
    "beliefs": {
        "world": {"kind": "beliefs", "initial": "normal", "noise": 1.0},
        "network": {"kind": "circulant", "n": 12, "offsets": [1, 2], "reserve": 2},
        "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1, "inbox": 6},
    },
    "trading": {
        "world": {"kind": "trading", "news": [[10, 20]]},
        "network": {"kind": "small_world", "n": 40, "neighbors": 8, "rewire": 0.1, "reserve": 2},
        "protocol": {"kind": "friedkin_johnsen", "anchor": 0.1, "begins_at": "zero"},
    },
    "allocation": {
        "world": {"kind": "allocation", "items": 12},
        "network": {"kind": "small_world", "n": 12, "neighbors": 4, "rewire": 0.2},
        "protocol": {"kind": "cbba"},
    },
    "exchange": {
        "world": {"kind": "exchange"},
        "network": {"kind": "complete", "n": 12},
        "protocol": {"kind": "exchange_admm"},
    },
    "bidding": {
        "world": {"kind": "exchange", "noise": 0.02},
        "network": {"kind": "complete", "n": 12},
        "protocol": {"kind": "proportional_share"},
    },
    **{
        protocol: {
            "world": {"kind": "allocation", "items": 12},
            "network": {"kind": "complete", "n": 12},
            "protocol": {"kind": protocol},
        }
        for protocol in ("contract_net", "vickrey", "uniform_price")
    },
}
ATTACKS = sorted(kind for kind, attack in Registry().classes("attacks").items() if attack.surface)
STARTS = dict.fromkeys(WORLDS, 25) | {
    name: 0 for name, parts in WORLDS.items() if parts["world"]["kind"] == "allocation"
}
"""The first round of the attack: an auction that has ended hears no lies about bids."""
WORLDS_BITTEN = {"exhaustion": 1, "false_fitness": 0, "forged_accusation": 0, "replay": 3, "sybil": 2}
"""How many worlds an attack bites at least, if not four: one has a limited inbox, none a fitness or a defense that uses
claims, three new signals, and two admit identities."""

TRUTHFUL = '''"""Hijack daemons, and change nothing."""

from dataclasses import dataclass

from swarmsec import Attack, Surface


@dataclass(kw_only=True)
class Truthful(Attack):
    """Hijack daemons, and change nothing."""

    surface = ~Surface.NONE

    def on_signals(self, readings, red):
        return readings * 1.0

    def on_daemons(self, state, red):
        return state * 1.0

    def on_messages(self, channels, red):
        return channels.saying(channels.payload * 1.0)

    def on_network(self, links, red):
        return links.delaying(0)

    def on_decisions(self, decisions, red):
        return decisions * 1.0
'''


def damage(world, attack, **options):
    """Damage of the undefended swarm in one seed."""
    document = {**WORLDS[world], "rounds": 60, "attacks": [attack], "name": world}
    scenario = swarmsec.load_scenario(document, **options)
    attacked, clean = (swarmsec.simulate(scenario, arm=arm, seed=1).bill[-1] for arm in ("attacked", "clean"))
    return attacked - clean


@pytest.mark.parametrize("kind", sampled(ATTACKS, {"false_signal", "stubborn", "delay"}))
def test_strength_1e_9_costs_at_most_a_millionth_of_what_strength_1_costs(kind):
    bites = set()
    for world in WORLDS:
        attack = {"kind": kind, "daemons": [0, 5], "start": STARTS[world]}
        full, faint = (damage(world, {**attack, "strength": strength}) for strength in (1.0, 1e-9))
        assert abs(faint) <= 1e-6 * abs(full), world
        bites |= {world} if full else set()
    assert len(bites) >= WORLDS_BITTEN.get(kind, 4), "it changes the bill of nearly every world"


@pytest.mark.parametrize("world", WORLDS)
def test_a_truthful_hijack_costs_nothing(world, tmp_path):
    (tmp_path / "truthful.py").write_text(TRUTHFUL, encoding="utf-8")
    attack = {"kind": "truthful", "daemons": [0, 5], "start": STARTS[world]}
    assert damage(world, attack, plugins=[tmp_path]) == 0

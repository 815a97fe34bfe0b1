"""A governor binds hijacked daemons only at the gateway; what is neutral is the world's to say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from swarmsec.network import topology
from swarmsec.registry import Registry
from swarmsec.swarm.model import SwarmModel
from swarmsec.teams import Defense, Governor, Surface
from swarmsec.worlds.beliefs import Beliefs
from swarmsec.worlds.trading import Trading
from tests.strategies import play, swarm_of

K4 = topology("complete", n=4)
STUBBORN = Registry().get("attacks", "stubborn")


@dataclass(kw_only=True)
class CapsAtOne(Governor):
    """No decision is above 1."""

    def govern(self, decisions, blue):
        return np.minimum(decisions, 1.0)


@dataclass(kw_only=True)
class ChangesItsMind(CapsAtOne):
    """A gateway from the first round on, and not before."""

    def govern(self, decisions, blue):
        self.at = "gateway"
        return super().govern(decisions, blue)


class Shows(Defense):
    """Keeps what the view calls neutral."""

    sees = Surface.DAEMON

    def begin(self, blue):
        self.seen = []

    def govern(self, decisions, blue):
        self.seen.append(blue.neutral(decisions))
        return decisions


def decided(defense: Defense) -> list[float]:
    swarm = swarm_of(K4, attacks=[STUBBORN(daemons=[2], value=50.0)], defenses=[defense], rounds=2)
    return play(swarm).decisions[:, 2, 0].tolist()


@pytest.mark.parametrize(("at", "acted"), [("gateway", [1.0, 1.0]), ("daemon", [50.0, 50.0])])
def test_a_parameter_decides_whether_a_hijacked_daemon_is_bound(at, acted) -> None:
    assert decided(CapsAtOne(at=at)) == acted


def test_who_becomes_a_gateway_in_a_run_binds_nobody() -> None:
    assert decided(ChangesItsMind(at="daemon")) == [50.0, 50.0]


def test_an_honest_daemon_is_bound_in_both_places() -> None:
    for at in ("gateway", "daemon"):
        world = Beliefs(initial=[9.0, 9.0, 9.0, 9.0])
        assert (play(swarm_of(K4, world=world, defenses=[CapsAtOne(at=at)], rounds=2)).decisions == 1.0).all()


def shown(world, network=K4, rounds: int = 3) -> tuple[Shows, SwarmModel]:
    defense = Shows()
    swarm = swarm_of(network, world=world, defenses=[defense], rounds=rounds)
    play(swarm)
    return defense, swarm


def test_in_trading_it_is_neutral_to_hold_what_is_held() -> None:
    defense, swarm = shown(Trading(news=0))
    assert len(defense.seen) == 3
    assert (defense.seen[0] == 1.0).all()
    with pytest.raises(ValueError, match="read-only"):
        defense.seen[0][0] = 5.0
    assert swarm.observed.own["holding"].min() <= 1.0


def test_a_world_without_a_neutral_decision_shows_none() -> None:
    assert shown(Beliefs(initial=[0.0, 1.0, 2.0, 3.0]))[0].seen == [None, None, None]


def test_identities_that_have_not_joined_have_a_neutral_row_of_their_own() -> None:
    defense, _ = shown(Registry().get("worlds", "exchange")(), topology("complete", n=4, reserve=2))
    assert defense.seen[0].shape == (6, 1)
    assert not defense.seen[0].any()

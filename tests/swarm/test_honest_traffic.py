"""Messages between honest daemons: those that were sent, and those that are processed."""

from __future__ import annotations

import pytest

from attacks.conflicting_flood import ConflictingFlood
from attacks.stubborn import Stubborn
from swarmsec.network import topology
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.teams import Defense
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of
from tests.swarm.test_blue_acts import acting, in_round

K4 = topology("complete", n=4)


def test_without_teams_every_message_is_processed() -> None:
    assert play(swarm_of(K4, rounds=3, arm="clean")).honest_messages == (36, 36)


def test_messages_of_an_isolated_daemon_are_not_processed() -> None:
    """Daemon 1 is isolated after round 0, and its three listeners drop its messages in two rounds."""
    isolation = acting(in_round(0, lambda blue: blue.isolate([1])))
    assert play(swarm_of(K4, defenses=[isolation], rounds=3)).honest_messages == (36, 30)


def test_messages_from_and_to_hijacked_daemons_do_not_count() -> None:
    """Six of the twelve edges are between honest daemons from round 1 on."""
    swarm = swarm_of(K4, attacks=[Stubborn(daemons=[0], value=9.0, start=1)], rounds=3, arm="attacked")
    assert play(swarm).honest_messages == (12 + 2 * 6, 12 + 2 * 6)


def test_a_message_with_a_weight_of_almost_0_is_not_processed() -> None:
    class Deaf(Defense):
        def weigh(self, messages, blue):
            return (messages.receivers != 2) * 0.5 + 0.001

    assert play(swarm_of(K4, defenses=[acting(lambda blue: None, weigh=Deaf.weigh)], rounds=1)).honest_messages == (
        12,
        9,
    )


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_a_flood_displaces_honest_messages_in_small_inboxes(engine) -> None:
    """Of 100 copies and 4 honest messages an inbox of 5 keeps five at random: about 5/104 of the honest ones."""
    swarm = swarm_of(
        topology("complete", n=6),
        world=Beliefs(initial=[0.0] * 6),
        protocol=AverageConsensus(inbox=5),
        attacks=[ConflictingFlood(daemons=[0], copies=100)],
        rounds=100,
        arm="attacked",
        engine=engine,
    )
    sent, processed = play(swarm).honest_messages
    assert sent == 100 * 5 * 4
    assert processed / sent == pytest.approx(5 / 104, abs=0.02)

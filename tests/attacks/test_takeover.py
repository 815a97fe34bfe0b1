"""A takeover waits for enough daemons of the team, and lies within what is usual."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from attacks.hijack import Hijack
from attacks.takeover import Takeover
from swarmsec.network import topology
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, RedView, Surface
from tests.strategies import play, swarm_of

PATH = topology("path", n=5)


@dataclass(kw_only=True)
class Learned(Attack):
    """Knows from the start that 10 with a deviation of 2 is usual."""

    surface = Surface.NONE

    def begin(self, red: RedView) -> None:
        red.board.update(usual_mean=10.0, usual_deviation=2.0)


def taking(*attacks: Attack, rounds: int = 5) -> Trace:
    """The daemons of a path hold 0 to 4; a hijack stays honest and takes one more daemon in each round."""
    return play(swarm_of(PATH, attacks=attacks, arm="attacked", rounds=rounds))


def quiet_hijack(**how: Any) -> Hijack:
    return Hijack(daemons=[0], value=None, dwell=1, spread=1.0, **how)


def test_alone_it_lies_by_what_its_daemons_would_hold() -> None:
    # Honest daemons 0 and 2 hold 0 and 2 in the first exchange: mean 1 and deviation 1.
    trace = taking(Takeover(daemons=[0, 2], z=2.0), rounds=1)
    assert trace.states[1, [0, 2], 0].tolist() == [-1.0, -1.0]


def test_it_lies_by_what_the_board_says_is_usual() -> None:
    trace = taking(Learned(daemons=[0]), Takeover(daemons=[0, 2], z=1.5), rounds=1)
    assert trace.states[1, [0, 2], 0].tolist() == [7.0, 7.0]


def test_it_is_honest_until_the_team_holds_enough_and_then_takes_all() -> None:
    trace = taking(Learned(daemons=[0]), quiet_hijack(), Takeover(daemons=[0], enough=3, z=0.0))
    assert trace.metrics["compromised"].tolist() == [1, 2, 3, 4, 5]
    clean = play(swarm_of(PATH, arm="clean", rounds=5)).states
    assert trace.states[:3] == pytest.approx(clean[:3])
    lying = [(trace.states[round] == 10.0)[:, 0].tolist() for round in (3, 4, 5)]
    assert lying == [[True] * 3 + [False] * 2, [True] * 4 + [False], [True] * 5]
    notes = [(event.round, event.plugin, event.note) for event in trace.events if event.note]
    assert notes[:2] == [(0, "Hijack", ("reach", 5.0)), (2, "Takeover", ("taken_over", 3.0))]
    assert trace.spent["red"]["daemons"] == 5


def test_it_takes_over_what_an_attack_that_is_over_has_hijacked() -> None:
    trace = taking(Learned(daemons=[0]), quiet_hijack(stop=3), Takeover(daemons=[0], start=3, z=0.0))
    assert (trace.states[4] == 10.0)[:, 0].tolist() == [True] * 3 + [False] * 2


def test_it_goes_on_when_the_team_holds_less_than_enough_again() -> None:
    trace = taking(
        Learned(daemons=[0]), quiet_hijack(recovery=1.0, immune=True), Takeover(daemons=[0], enough=2, z=0.0)
    )
    assert (trace.states[-1, :2] == 10.0).all()

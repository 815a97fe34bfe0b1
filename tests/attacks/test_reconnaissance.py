"""Reconnaissance writes to the board what it heard, and touches nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from attacks.reconnaissance import Reconnaissance
from swarmsec import load_scenario
from swarmsec.network import topology
from swarmsec.runs.guarantees import guarantees_before
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, RedView, Surface
from tests.strategies import play, swarm_of

WHEEL = topology("wheel", n=6)


@dataclass(kw_only=True)
class Reads(Attack):
    """Keeps a copy of the board after each round's listening."""

    surface = Surface.NONE

    def begin(self, red: RedView) -> None:
        self.boards: list[dict[str, Any]] = []

    def on_round(self, red: RedView) -> None:
        self.boards.append(dict(red.board))


def listening(**how: Any) -> tuple[list[dict[str, Any]], Trace]:
    """The board in every round, and the trace."""
    reads = Reads(daemons=[0])
    attacks = [Reconnaissance(daemons=[1, 4], **how), reads]
    trace = play(swarm_of(WHEEL, attacks=attacks, arm="attacked", rounds=6))
    return reads.boards, trace


def test_it_writes_the_mean_and_the_deviation_of_what_its_targets_proposed() -> None:
    boards, trace = listening(start=1, rounds=3)
    assert boards[:3] == [{}] * 3
    heard = trace.states[[1, 2, 3]][:, [1, 4]].ravel()
    for board in boards[3:]:
        assert board["usual_mean"] == pytest.approx(heard.mean())
        assert board["usual_deviation"] == pytest.approx(heard.std())
    notes = [(event.round, *event.note) for event in trace.events if event.note]
    assert notes == [
        (3, "usual_mean", pytest.approx(heard.mean())),
        (3, "usual_deviation", pytest.approx(heard.std())),
    ]


def test_it_counts_the_listeners_of_every_daemon() -> None:
    boards, _ = listening(rounds=1)
    assert boards[0]["listeners"].tolist() == [len(WHEEL.neighbors(daemon)) for daemon in range(6)]


def test_it_writes_nothing_if_it_stops_too_early() -> None:
    boards, _ = listening(start=1, stop=3, rounds=3)
    assert boards == [{}] * 6


def test_it_changes_nothing_and_nobody_is_under_attack() -> None:
    _, trace = listening(rounds=2)
    assert np.array_equal(trace.states, play(swarm_of(WHEEL, arm="clean", rounds=6)).states)
    assert not trace.compromised.any()
    assert not trace.attacked.any()


def test_who_is_listened_to_is_no_liar_for_a_guarantee() -> None:
    attacks = [{"kind": "stubborn", "daemons": [0]}, {"kind": "reconnaissance", "daemons": "all"}]
    ((_, guarantee),) = guarantees_before(load_scenario("ring_with_a_liar", attack=attacks).setup(0))
    assert guarantee.holds

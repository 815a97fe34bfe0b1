"""A permuted ground truth changes no move of a defense, except of the oracle, which reads it."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from swarmsec import load_scenario, simulate
from swarmsec.registry import Registry
from swarmsec.runs.nulls import ORACLE
from swarmsec.swarm.blue import BlueTeam

ATTACK = "stubborn:daemons=10%,start=30,value=2"
KINDS = sorted(set(Registry().kinds("defenses")) - {ORACLE})


def moves(kind):
    """What blue does and spends, and the bill, round by round."""
    known = Registry().get("defenses", kind).__dataclass_fields__
    short = [f"{name}={rounds}" for name, rounds in (("warm_up", 25), ("settle", 5)) if name in known]
    defense = f"{kind}:{','.join(short)}" if short else kind
    scenario = load_scenario("arena_beliefs", attack=ATTACK, defense=defense, settings={"rounds": 45})
    trace = simulate(scenario, arm="defended", seed=1)
    return [event for event in trace.events if event.team == "blue"], trace.bill.tolist(), trace.spent["blue"]


@pytest.fixture
def permuted(monkeypatch):
    """Gives blue the truth about other daemons."""
    begin = BlueTeam.__init__

    @functools.wraps(begin)
    def with_permuted_truth(self, *arguments, truth, **others):
        begin(self, *arguments, truth=lambda: np.roll(truth(), 7), **others)

    return lambda: monkeypatch.setattr(BlueTeam, "__init__", with_permuted_truth)


@pytest.mark.parametrize("kind", KINDS)
def test_a_defense_does_not_move_with_the_truth(kind, permuted) -> None:
    before = moves(kind)
    permuted()
    assert moves(kind) == before


def test_the_oracle_moves_with_it(permuted) -> None:
    before = moves(ORACLE)
    permuted()
    assert moves(ORACLE) != before

"""Lessons for defenses that adapt or remember; the library has none of either kind yet, so two are defined here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from swarmsec import simulate
from swarmsec.network import topology
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.registry import Registry
from swarmsec.teams import Defense, Surface
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import READS, beliefs, play, swarm_of

REGISTRY = Registry()
POISON = REGISTRY.get("attacks", "memory_poisoning")
FALSE_SIGNAL = REGISTRY.get("attacks", "false_signal")
CLIP = REGISTRY.get("defenses", "signal_clip")
HOW = {"daemons": [0], "start": 20, "lessons": 4, "period": 10, "length": 5, "bias": -2.0}
STRIKE = 20 + 4 * 10


@dataclass(kw_only=True)
class Adapts(Defense):
    """Clip to the moving average ± three moving mean deviations, of the readings as they come."""

    sees = Surface.SIGNAL

    def begin(self, blue) -> None:
        self._center, self._width = np.zeros((blue.n, 1)), np.full((blue.n, 1), 0.3)

    def filter_signals(self, signals, blue):
        told = np.clip(signals, self._center - self._width, self._center + self._width)
        self._width = 0.95 * self._width + 0.05 * 3 * np.abs(signals - self._center)
        self._center = 0.95 * self._center + 0.05 * signals
        return told


@dataclass(kw_only=True)
class Remembers(Defense):
    """Replace a reading at once that was far from 0 in ten rounds before."""

    sees = Surface.SIGNAL

    def begin(self, blue) -> None:
        self._seen = np.zeros((blue.n, 1))

    def filter_signals(self, signals, blue):
        known = self._seen >= 10
        self._seen = self._seen + (np.abs(signals) > 1.0)
        return np.where(known & (np.abs(signals) > 1.0), 0.0, signals)


def believed(attacks, *defenses, arm="defended"):
    """(rounds,) what daemon 0 believes about a signal that is 0."""
    model = swarm_of(
        topology("complete", n=4),
        arm=arm,
        world=Beliefs(initial=[0.0] * 4),
        protocol=FriedkinJohnsen(anchor=1.0),
        attacks=attacks,
        defenses=defenses,
        rounds=80,
    )
    return play(model).states[1:, 0, 0]


@pytest.mark.parametrize(("mode", "shown"), [("tolerate", [-1, 0, -2, 0, -3, -3]), ("react", [-3, 0, -3, 0, 0, 0])])
def test_the_pulses_grow_to_the_bias_that_stays_or_are_equal_and_end(mode, shown) -> None:
    how = {"kind": "memory_poisoning", "daemons": [0], "lessons": 2, "period": 2, "length": 1, "bias": -3.0}
    swarm = beliefs([0.0] * 3, {"kind": "ring", "n": 3}, attacks=[{**how, "mode": mode}], protocol=READS, rounds=6)
    trace = simulate(swarm, arm="attacked", record_states=True)
    assert trace.states[1:, 0, 0] == pytest.approx(np.array(shown))
    assert not trace.compromised.any()


def test_zero_strength_changes_nothing() -> None:
    assert not believed([POISON(**HOW, strength=0.0)], arm="attacked").any()


def test_a_defense_that_adapts_lets_the_bias_pass_after_the_lessons_and_a_frozen_one_does_not() -> None:
    taught = believed([POISON(**HOW)], Adapts())[STRIKE : STRIKE + 3]
    untaught = believed([FALSE_SIGNAL(daemons=[0], start=STRIKE, bias=-2.0)], Adapts())[STRIKE : STRIKE + 3]
    assert taught.max() < -1.5
    assert untaught.min() > -1.0
    assert not believed([POISON(**HOW)], CLIP(warm_up=20)).any()


def test_a_defense_that_remembers_then_suppresses_a_true_event_of_the_same_form() -> None:
    event = FALSE_SIGNAL(daemons=[0], start=70, stop=75, bias=-2.0)  # It stands for a change of the world.
    assert believed([event], Remembers())[70:75].tolist() == [-2.0] * 5
    assert believed([POISON(**HOW, mode="react"), event], Remembers())[70:75].tolist() == [0.0] * 5

"""What red asks for is counted as it is done: no array counts as one thing and acts as another."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from swarmsec.arrays import Floats
from swarmsec.errors import NotVisibleError, PluginError
from swarmsec.network import topology
from swarmsec.teams import (
    Attack,
    BlueRules,
    BlueView,
    Channels,
    Defense,
    Knowledge,
    Links,
    RedRules,
    RedView,
    Rules,
    Surface,
    Vantage,
)
from tests.strategies import play, swarm_of

K4 = topology("complete", n=4)


class TwoFacedMask(np.ndarray):  # type: ignore[type-arg]
    """A mask that counts as empty, and cuts every link."""

    def __invert__(self) -> Any:
        return np.ones(self.shape, dtype=bool).view(TwoFacedMask)

    def __or__(self, other: Any) -> Any:
        return np.zeros(self.shape, dtype=bool)

    def __and__(self, other: Any) -> Any:
        return np.ones(self.shape, dtype=bool)


@dataclass(kw_only=True)
class UncountedCut(Attack):
    """Cut all links, and pass for an attack that cuts none."""

    surface = Surface.NETWORK

    def on_network(self, links: Links, red: RedView) -> Links:
        return replace(links, up=np.ones(len(links.up), dtype=bool).view(TwoFacedMask))


def test_a_mask_that_counts_as_empty_cuts_nothing() -> None:
    rules = Rules(red=RedRules(links=0))
    attacked, clean = (
        play(swarm_of(K4, attacks=[UncountedCut(daemons=[0])], rules=rules, arm=arm)) for arm in ("attacked", "clean")
    )
    assert attacked.states is not None
    assert clean.states is not None
    np.testing.assert_array_equal(attacked.states, clean.states)
    assert attacked.spent["red"]["links"] == 0


class TwoAnswers:
    """The hijacked daemon when it is checked, and all daemons when it is used."""

    def __init__(self) -> None:
        self.asked = 0

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        self.asked += 1
        return np.array([0] if self.asked == 1 else [1, 2, 3], dtype=dtype or np.int32)


SECOND_LOOKS: dict[str, Any] = {"two answers": TwoAnswers(), "a mask": np.array([True, False, False, False])}


@pytest.mark.parametrize("given", SECOND_LOOKS.values(), ids=SECOND_LOOKS.keys())
def test_red_asks_who_trusts_its_own_daemons_alone(given: Any) -> None:
    path = topology("path", n=4)
    answers: list[list[int]] = []

    @dataclass(kw_only=True)
    class Curious(Attack):
        """Ask for the listeners of others."""

        surface = Surface.MESSAGE

        def on_messages(self, channels: Channels, red: RedView) -> Channels:
            answers.append(red.trusted_by(given).tolist())
            return channels

    with suppress(NotVisibleError, PluginError):
        play(swarm_of(path, attacks=[Curious(daemons=[0])]))
    assert all(answer == [1] for answer in answers)


@dataclass(kw_only=True)
class Rehearses(Attack):
    """Hijack a daemon, and ask the defenses what they would do."""

    surface = Surface.DAEMON | Surface.SIGNAL
    knowledge = Knowledge.SIGNALS | Knowledge.TOPOLOGY | Knowledge.DEFENSE

    def on_signals(self, readings: Floats, red: RedView) -> Floats:
        red.rehearse(red.signals + 1000.0)
        return readings

    def on_daemons(self, state: Floats, red: RedView) -> Floats:
        return state + 100.0


@dataclass(kw_only=True)
class RestoresOnLoudFeeds(Defense):
    """Restore a daemon while feeds are as loud as in a rehearsal only."""

    vantage = Vantage.MONITOR

    def filter_signals(self, signals: Floats, blue: BlueView) -> Floats:
        if (signals > 500.0).any():
            blue.restore([0])
        return signals


def test_a_rehearsal_ends_no_hijack() -> None:
    rules = Rules(blue=BlueRules(restore=1, downtime=1))
    trace = play(swarm_of(K4, attacks=[Rehearses(daemons=[0])], defenses=[RestoresOnLoudFeeds()], rules=rules))
    assert trace.states is not None
    assert trace.states[-1, 0, 0] > 100.0
    assert trace.spent["blue"]["restore"] == 0

"""What a plug-in brings along, a rule or an error, gets no further than its hooks do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from attacks.equivocation import Equivocation
from swarmsec.aggregation import MeanRule, Rule
from swarmsec.arrays import Floats
from swarmsec.errors import PluginError, ScenarioError
from swarmsec.messages import Inbox, Messages
from swarmsec.network import topology
from swarmsec.teams import Defense, Surface, Vantage
from tests.strategies import play, swarm_of


class Spy:
    """A mean that keeps what it is shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[Floats, Messages]] = []

    def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
        self.seen.append((own, messages))
        return MeanRule().over_neighborhoods(own, messages)

    def over_one(self, own: Floats, inbox: Inbox) -> Floats:
        return MeanRule().over_one(own, inbox)


def defense_with(rule: Rule) -> Defense:
    members: dict[str, Any] = {"sees": Surface.MESSAGE, "vantage": Vantage.LOCAL, "rule": property(lambda self: rule)}
    return dataclass(kw_only=True)(type("Own", (Defense,), members))()


def test_a_rule_of_a_plugin_cannot_reach_the_engines_memory() -> None:
    spy = Spy()
    play(swarm_of(topology("complete", n=4), defenses=[defense_with(spy)]))
    own, messages = spy.seen[0]
    for shown in (own, messages.broadcast):
        memory = shown
        while isinstance(memory, np.ndarray):
            assert not memory.flags.writeable
            with pytest.raises(ValueError, match="WRITEABLE"):
                memory.flags.writeable = True
            memory = memory.base
        assert isinstance(memory, bytes)


def test_a_rule_of_a_plugin_sees_no_broadcast_behind_a_two_faced_daemon() -> None:
    spy = Spy()
    attacks = [Equivocation(daemons=[0], start=0)]
    play(swarm_of(topology("complete", n=4), attacks=attacks, defenses=[defense_with(spy)]))
    _, messages = spy.seen[-1]
    assert messages.per_edge is not None
    assert np.isnan(messages.broadcast).all()


def test_a_rule_of_a_plugin_gives_numbers_of_the_right_shape() -> None:
    class Short(Spy):
        def over_neighborhoods(self, own: Floats, messages: Messages) -> Floats:
            return own[:1]

    with pytest.raises(PluginError, match="must be numbers of shape"):
        play(swarm_of(topology("complete", n=4), defenses=[defense_with(Short())]))


class Quit(BaseException):
    """Neither an `Exception` nor an interrupt."""


@pytest.mark.parametrize("error", [Quit("bye"), ScenarioError("this scenario is broken"), GeneratorExit()])
def test_whatever_a_hook_raises_is_an_error_of_its_plugin(error: BaseException) -> None:
    def fails(*_: object) -> None:
        raise error

    broken = dataclass(kw_only=True)(type("Broken", (Defense,), {"sees": Surface.SIGNAL, "govern": fails}))()
    with pytest.raises(PluginError) as caught:
        play(swarm_of(topology("complete", n=4), defenses=[broken]))
    assert caught.value.where.startswith("Broken.govern")
    assert type(caught.value) is PluginError

"""A plug-in that breaks its contract raises a `PluginError` with its kind and the hook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from swarmsec.errors import NotVisibleError, PluginError
from swarmsec.network import topology
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.teams import Attack, Defense, Surface, Vantage
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

K3 = topology("complete", n=3)
SURFACES = {
    "on_signals": Surface.SIGNAL,
    "on_daemons": Surface.DAEMON,
    "on_messages": Surface.MESSAGE,
    "on_network": Surface.NETWORK,
}


def attack_with(hook: str, does: Any) -> Attack:
    members = {"surface": SURFACES[hook], hook: lambda self, given, red: does(given)}
    return dataclass(kw_only=True)(type("Broken", (Attack,), members))(daemons=[0])


def defense_with(hook: str, does: Any) -> Defense:
    members = {"sees": Surface.SIGNAL, "vantage": Vantage.MONITOR, hook: lambda self, *given: does(given[0])}
    return dataclass(kw_only=True)(type("Broken", (Defense,), members))()


def fails(given: Any) -> Any:
    raise ZeroDivisionError("one over nothing")


def writes_in_place(array: Any) -> Any:
    array[...] = 0.0
    return array


def writes_a_foreign_row(values: Any) -> Any:
    written = values.copy()
    written[2] = 7.0
    return written


BROKEN_ATTACKS = {
    "on_signals": {
        "bad shape": lambda signals: np.zeros((2, 1)),
        "foreign rows": writes_a_foreign_row,
        "nothing": lambda signals: None,
        "words": lambda signals: [["a"]] * 3,
        "an exception": fails,
    },
    "on_daemons": {
        "bad shape": lambda state: state[:, :0],
        "foreign rows": writes_a_foreign_row,
        "nothing": lambda state: None,
        "an exception": fails,
    },
    "on_messages": {
        "bad payload": lambda messages: replace(messages, payload=np.zeros((1, 5))),
        "bad copies": lambda messages: replace(messages, copies=np.ones(1, dtype=np.int32)),
        "negative copies": lambda messages: messages.flooding(-1),
        "a payload that does not broadcast": lambda messages: messages.saying(np.zeros(7)),
        "nothing": lambda messages: None,
        "an exception": fails,
    },
    "on_network": {
        "bad shape": lambda links: replace(links, up=np.zeros(1, dtype=bool)),
        "no booleans": lambda links: replace(links, up=np.zeros(len(links.up))),
        "nothing": lambda links: None,
        "an exception": fails,
    },
}
BROKEN_DEFENSES = {
    "filter_signals": {
        "bad shape": lambda signals: np.zeros((2, 1)),
        "bad shape of a view": lambda signals: signals[:2],
        "NaN": lambda signals: np.full_like(signals, np.nan),
        "nothing": lambda signals: None,
        "written in place": writes_in_place,
        "an exception": fails,
    },
    "weigh": {
        "out of range": lambda messages: np.full(messages.network.m, 1.5),
        "negative": lambda messages: np.full(messages.network.m, -0.1),
        "NaN": lambda messages: np.full(messages.network.m, np.nan),
        "bad shape": lambda messages: np.ones(2),
        "an exception": fails,
    },
    "govern": {
        "NaN": lambda decisions: np.full_like(decisions, np.nan),
        "bad shape": lambda decisions: decisions[:1],
        "nothing": lambda decisions: None,
        "an exception": fails,
    },
    "respond": {"an exception": fails},
    "begin": {"an exception": fails},
}


@pytest.mark.parametrize(("hook", "how"), [(hook, how) for hook, broken in BROKEN_ATTACKS.items() for how in broken])
def test_the_error_of_a_broken_attack_names_it_and_the_hook(hook, how) -> None:
    attack = attack_with(hook, BROKEN_ATTACKS[hook][how])
    with pytest.raises(PluginError) as refused:
        play(swarm_of(K3, attacks=[attack], arm="attacked"))
    assert refused.value.where.startswith(f"Broken.{hook}")


@pytest.mark.parametrize(("hook", "how"), [(hook, how) for hook, broken in BROKEN_DEFENSES.items() for how in broken])
def test_the_error_of_a_broken_defense_names_it_and_the_hook(hook, how) -> None:
    defense = defense_with(hook, BROKEN_DEFENSES[hook][how])
    with pytest.raises(PluginError) as refused:
        play(swarm_of(K3, defenses=[defense], arm="guarded"))
    assert refused.value.where.startswith(f"Broken.{hook}")


@pytest.mark.parametrize(
    "does", [lambda blue: blue.isolate(np.array([3])), lambda blue: blue.release([-1]), lambda blue: blue.alarm([0.5])]
)
def test_the_error_of_an_unknown_daemon_names_the_defense(does) -> None:
    with pytest.raises(PluginError) as refused:
        play(swarm_of(K3, defenses=[defense_with("respond", does)], arm="guarded"))
    assert "Broken" in str(refused.value)


def test_the_error_of_a_forbidden_view_names_the_defense() -> None:
    with pytest.raises(NotVisibleError) as refused:
        play(swarm_of(K3, defenses=[defense_with("respond", lambda blue: blue.truth)], arm="guarded"))
    assert "Broken" in str(refused.value)


def test_a_filter_can_return_a_reordered_view_of_its_input() -> None:
    trace = play(swarm_of(K3, defenses=[defense_with("filter_signals", lambda signals: signals[::-1])], arm="guarded"))
    assert trace.states[0, :, 0].tolist() == [2.0, 1.0, 0.0]


def test_a_filter_that_returns_its_input_raises_no_alarm() -> None:
    trace = play(swarm_of(K3, defenses=[defense_with("filter_signals", lambda signals: signals)], arm="guarded"))
    assert trace.metrics["alarms"].tolist() == [0, 0, 0]


def test_a_nan_message_of_an_attack_is_allowed_and_dropped() -> None:
    attack = attack_with("on_messages", lambda messages: messages.saying(np.nan))
    trace = play(swarm_of(K3, attacks=[attack], arm="attacked", rounds=1))
    assert trace.final[:, 0].tolist() == [1.0, 1.5, 1.5]


def test_after_a_nan_reading_the_daemon_keeps_its_last_reading() -> None:
    attack = attack_with("on_signals", lambda signals: np.full_like(signals, np.nan))
    attack.start = 1
    world, protocol = Beliefs(initial=[5.0, 1.0, 2.0]), FriedkinJohnsen(anchor=1.0)
    trace = play(swarm_of(K3, world=world, protocol=protocol, attacks=[attack], arm="attacked"))
    assert trace.states[1:, 0, 0].tolist() == [5.0, 5.0, 5.0]

"""An attack sees what its knowledge grants, and nothing above it: every attribute of its view, in every hook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import or_
from typing import Any, ClassVar

import numpy as np
import pytest

from swarmsec.errors import NotVisibleError
from swarmsec.network import topology
from swarmsec.teams import Attack, BlueView, Defense, Knowledge, RedView, Surface, Vantage
from swarmsec.testing.attack import HOOKS
from tests.strategies import play, swarm_of

EVERYTHING = reduce(or_, Knowledge)
LEVELS = [reduce(or_, flags, Knowledge.NONE) for k in range(len(Knowledge) + 1) for flags in combinations(Knowledge, k)]
NEEDS = {"signals": Knowledge.SIGNALS, "state": Knowledge.SIGNALS, "network": Knowledge.TOPOLOGY}
NEEDS |= {"honest": Knowledge.SIGNALS, "defenses": Knowledge.DEFENSE, "rehearse": EVERYTHING}
"""What the attributes of the view need that not every attack may use."""
OPEN = {"rng", "n", "rounds", "round", "strength", "board", "note", "targets", "named", "own", "readings"}
OPEN |= {"hijacked", "before", "identities", "held", "reach", "start", "stop", "trusted_by", "hijack", "release"}
"""What every attack may use: its own daemons, their feeds and channels, and acts."""
CALLS: dict[str, Callable[[RedView], Any]] = {
    "named": lambda red: red.named("daemons"),
    "note": lambda red: red.note("seen", 1.0),
    "trusted_by": lambda red: red.trusted_by(red.hijacked),
    "hijack": lambda red: red.hijack(red.hijacked),
    "release": lambda red: red.release(red.hijacked[:0]),
    "rehearse": lambda red: red.rehearse(np.zeros((red.n, 1))),
}
"""How to use the attributes that are methods."""
LOOKING = sorted({*HOOKS, "on_round"})
PATH = topology("path", n=5)


@dataclass(kw_only=True)
class Looks(Attack):
    """Uses every public attribute of its view in every hook, and notes which of them are refused."""

    surface = reduce(or_, Surface)
    spreads = True
    refused: ClassVar[dict[str, set[str]]] = {}

    def begin(self, red: RedView) -> None:
        self.refused.clear()

    def look(self, hook: str, red: RedView) -> None:
        self.refused[hook] = set()
        for name in (name for name in dir(red) if not name.startswith("_")):
            try:
                CALLS.get(name, lambda red, name=name: getattr(red, name))(red)
            except NotVisibleError:
                self.refused[hook].add(name)


@dataclass(kw_only=True)
class Tells(Defense):
    """Lets daemons claim something, so that red can forge it."""

    vantage = Vantage.GOSSIP
    sees = Surface.MESSAGE

    def respond(self, blue: BlueView) -> None:
        blue.tell(np.zeros((blue.n, 1)))


def hook_named(name: str) -> Callable[..., Any]:
    """A hook that looks, and changes nothing; `on_round` gets the view alone."""

    def hook(self: Looks, *given: Any) -> Any:
        self.look(name, given[-1])
        return given[0] if len(given) > 1 else None

    return hook


def refused(knowledge: Knowledge) -> dict[str, set[str]]:
    """By hook, the attributes that an attack with this knowledge is refused."""
    members = {"knowledge": knowledge, "refused": {}, **{name: hook_named(name) for name in LOOKING}}
    looks: Any = dataclass(kw_only=True)(type("Looks", (Looks,), members))
    attack: Looks = looks(daemons=[1])
    play(swarm_of(PATH, attacks=[attack], defenses=[Tells()], rounds=2))
    return attack.refused


def test_every_public_attribute_of_the_view_has_a_stated_level() -> None:
    view = swarm_of(PATH, attacks=[Looks(daemons=[1])], arm="attacked").red.attacks[0].view
    assert {name for name in dir(view) if not name.startswith("_")} == OPEN | set(NEEDS)
    assert OPEN & set(NEEDS) == set()


@pytest.mark.parametrize("knowledge", LEVELS, ids=str)
def test_exactly_what_is_above_the_knowledge_of_an_attack_is_not_visible_in_any_hook(knowledge: Knowledge) -> None:
    above = {name for name, needed in NEEDS.items() if needed not in knowledge}
    assert refused(knowledge) == dict.fromkeys(LOOKING, above)

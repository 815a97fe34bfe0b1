"""Whether a defense knows no more than its vantage shows: islands, a turned ring, a crowd elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats
from swarmsec.parameters import build
from swarmsec.registry import Registry
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Defense
from swarmsec.testing._opponents import Flood, Lie, Shout, Split
from swarmsec.testing._plugin_case import fits
from swarmsec.testing._swarms import ISLAND, SmallSwarm, influence, islands, ring, run_swarm
from swarmsec.worlds import World

MakeDefense = Callable[[], Defense]

_CLOSE = 1e-9


class Witnessed(NamedTuple):
    """What a defense did in a run.

    Attributes:
        trace: The run.
        alarms: (rounds, n) the daemons about which it raised an alarm.
        draws: Whether it drew random numbers.
    """

    trace: Trace
    alarms: Bools
    draws: bool


def witness(swarm: SmallSwarm, attacks: Sequence[Attack], defense: Defense, world: World | None = None) -> Witnessed:
    """Run a swarm and write down what the defense does."""
    alarms: list[Bools] = []
    states: list[Any] = []

    class Watching(SwarmModel):
        def record_round(self, outcome: Any) -> None:
            alarms.append(self.blue.alarmed.copy())
            states.append(repr(self.blue.defenses[0].view.rng.bit_generator.state))
            super().record_round(outcome)

        def begin(self) -> None:
            states.append(repr(self.blue.defenses[0].view.rng.bit_generator.state))
            super().begin()

    trace = run_swarm(
        swarm,
        attacks=attacks,
        defenses=[defense],
        protocol=influence(exchanges=1),
        world=world,
        model_class=Watching,
    )
    return Witnessed(trace, np.stack(alarms), len(set(states)) > 1)


def moved_elsewhere(make: MakeDefense, rounds: int) -> str:
    """What an attack on one of two unconnected islands changes on the other, as a clause; empty if nothing.

    The attacks begin in the warm-up, have either sign, and hit the whole island, so that they move every statistic over
    the swarm.
    """
    swarm = islands(rounds)
    if not fits(make(), swarm.n):
        return ""
    far: list[tuple[type[Attack], dict[str, Any]]] = [
        *((Lie, {"shift": shift}) for shift in (5.0, -5.0, 1000.0, -1000.0)),
        (Shout, {"shift": 1000.0}),
        (Split, {}),
        (Flood, {}),
    ]
    calm = witness(swarm, [Lie(daemons=list(range(ISLAND)), strength=0.0)], make())
    for kind, parameters in far:
        loud = witness(swarm, [kind(daemons=list(range(ISLAND)), **parameters)], make())
        for name, one, other in (
            ("states", calm.trace.states, loud.trace.states),
            ("decisions", calm.trace.decisions, loud.trace.decisions),
            ("alarms", calm.alarms, loud.alarms),
            ("quarantined", calm.trace.quarantined, loud.trace.quarantined),
        ):
            assert one is not None and other is not None
            apart = np.argwhere((one != other)[:, ISLAND:])
            if len(apart):
                return (
                    f"{kind.__name__}{parameters or ''} on daemons 0 to {ISLAND - 1} moves `{name}` of daemon "
                    f"{ISLAND + apart[0][1]} in round {apart[0][0]}, to which no link leads ({swarm.name})"
                )
    return ""


def treated_by_number(make: MakeDefense, n: int, rounds: int) -> str:
    """How moves differ if all daemons are numbered four further, as a clause; empty if they follow the daemons."""
    swarm = ring(n, rounds=rounds)
    turn = 4 if n >= 8 else 2
    if n < 4:
        return ""
    initial = np.sin(1.0 + np.arange(n))[:, None]
    liars = (1, 1 + n // 2) if n >= 6 else (1,)
    for kind in (Lie, Shout, Split) if n % 2 == 0 else (Lie, Shout):
        runs = []
        for turned in (0, turn):
            attack = kind(daemons=sorted((liar + turned) % n for liar in liars), start=max(rounds - 20, 1))
            runs.append(witness(swarm, [attack], make(), _beliefs(np.roll(initial, turned, axis=0))))
        one, other = runs
        if one.draws or other.draws:
            return ""
        for name, first, second in (
            ("decisions", one.trace.decisions, other.trace.decisions),
            ("alarms", one.alarms, other.alarms),
            ("quarantined", one.trace.quarantined, other.trace.quarantined),
        ):
            assert first is not None and second is not None
            apart = np.abs(np.roll(first.astype(float), turn, axis=1) - second.astype(float)) > _CLOSE
            if apart.any():
                place = np.argwhere(apart)[0]
                return (
                    f"against {kind.__name__}, `{name}` of daemon {(place[1] - turn) % n} in round {place[0]} differ "
                    f"if it and its neighbors have other numbers, it {place[1]} ({swarm.name})"
                )
    return ""


def hidden_by_a_crowd(make: MakeDefense, rounds: int) -> str:
    """How an alarm about a liar vanishes when louder ones lie where no link leads; empty if it does not."""
    swarm = islands(rounds)
    if not fits(make(), swarm.n):
        return ""
    start = rounds - 20
    for kind in (Lie, Shout):
        one = kind(daemons=[1], start=start, shift=50.0)
        crowd = kind(daemons=[ISLAND + 1, ISLAND + 5, ISLAND + 9], start=start, shift=500.0)
        alone, among = (witness(swarm, attacks, make()) for attacks in ([one], [one, crowd]))
        if alone.alarms[start:, 1].any() and not among.alarms[start:, 1].any():
            return (
                f"{kind.__name__} at daemon 1 raises an alarm about it, and none once three daemons of another "
                f"component lie as well: it is scored by its company ({swarm.name})"
            )
    return ""


def _beliefs(initial: Floats) -> World:
    world: World = build(Registry().get("worlds", "beliefs"), {"initial": initial.tolist(), "noise": 0.0})
    return world

"""Small swarms, and the first difference between two runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from swarmsec.arrays import Floats
from swarmsec.network import Delivery, Network
from swarmsec.parameters import build
from swarmsec.protocols import NegotiationProtocol
from swarmsec.registry import Registry
from swarmsec.rng import Streams
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.setup import Engine, PluginSpec, compose
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Defense, Rules
from swarmsec.worlds import World

ROUNDS = 32
START, STOP = 4, 28
"""The rounds in which the kit's attacks act."""


class SmallSwarm(NamedTuple):
    """A small swarm.

    Attributes:
        name: A description for messages.
        network: Its network.
        width: d, the components of a belief.
        rounds: The length of a run.
    """

    name: str
    network: Network
    width: int = 1
    rounds: int = ROUNDS

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.network.n


def ring(n: int, *, width: int = 1, rounds: int = ROUNDS) -> SmallSwarm:
    """Daemons in a ring that listen to two on either side."""
    pairs = {(min(i, j), max(i, j)) for i in range(n) for k in (1, 2) if (j := (i + k) % n) != i}
    name = f"a ring of {n} daemons, two neighbors on either side, {width} components"
    return SmallSwarm(name, _network(n, sorted(pairs)), width, rounds)


ISLAND = 12
"""The daemons of each of the two islands."""


def islands(rounds: int) -> SmallSwarm:
    """Two rings of twelve daemons without a link between them: 0 to 11, and 12 to 23."""
    around = [(i, (i + k) % ISLAND) for i in range(ISLAND) for k in (1, 2)]
    pairs = sorted((base + min(pair), base + max(pair)) for base in (0, ISLAND) for pair in around)
    return SmallSwarm("two rings without a link between them", _network(2 * ISLAND, pairs), 1, rounds)


def bad_links(n: int, rounds: int) -> SmallSwarm:
    """The ring, over links that lose, delay, repeat and reorder messages."""
    swarm = ring(n, rounds=rounds)
    delivery = Delivery(delay_max=2, loss=0.3, duplication=0.1, reordering=0.1)
    return swarm._replace(name=f"{swarm.name}, over bad links", network=replace(swarm.network, delivery=delivery))


def odd_swarms() -> list[SmallSwarm]:
    """Unusual networks: daemons without neighbors, one-way links, several components."""
    triangles = [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)]
    return [
        SmallSwarm("a single daemon", _network(1, [])),
        SmallSwarm("a pair", _network(2, [(0, 1)])),
        SmallSwarm("two components", _network(6, triangles)),
        SmallSwarm("an isolated daemon, number 6", _network(7, triangles)),
        SmallSwarm("a network with no link at all", _network(3, [])),
        SmallSwarm("a star", _network(9, [(0, leaf) for leaf in range(1, 9)])),
        SmallSwarm("a one-way ring", Network.from_edges(5, [(i, (i + 1) % 5) for i in range(5)], directed=True)),
        ring(8, width=2),
    ]


def targets(n: int) -> list[int]:
    """The targets of the kit's attacks in a swarm of `n`."""
    return [0, n // 2] if n >= 6 else [n - 1]


def beliefs(swarm: SmallSwarm) -> World:
    """The world `beliefs` with noisy feeds, as wide as the swarm."""
    initial = np.sin(1.0 + np.arange(swarm.n * swarm.width)).reshape(swarm.n, swarm.width)
    world: World = build(Registry().get("worlds", "beliefs"), {"initial": initial.tolist(), "noise": 0.1})
    return world


def influence(**parameters: Any) -> NegotiationProtocol:
    """The protocol `friedkin_johnsen`, in which every round's signals matter."""
    protocol: NegotiationProtocol = build(
        Registry().get("protocols", "friedkin_johnsen"), {"anchor": 0.3, "exchanges": 2, **parameters}
    )
    return protocol


def run_swarm(
    swarm: SmallSwarm,
    *,
    attacks: Sequence[Attack] = (),
    defenses: Sequence[Defense] = (),
    protocol: NegotiationProtocol | None = None,
    world: World | None = None,
    arm: Arm = Arm.DEFENDED,
    engine: Engine = "arrays",
    seed: int = 0,
    rules: Rules | None = None,
    model_class: type[SwarmModel] = SwarmModel,
) -> Trace:
    """Run a small swarm and record all states. NumPy's overflow warnings are off: the rules judge the values.

    Raises:
        AssertionError: A proposal, a decision or a figure is not finite.
    """
    world = world or beliefs(swarm)
    setup = compose(
        network=swarm.network,
        world=PluginSpec("world", world),
        protocol=PluginSpec("protocol", protocol or influence()),
        attacks=[PluginSpec(type(attack).__name__, attack) for attack in attacks],
        defenses=[PluginSpec(type(defense).__name__, defense) for defense in defenses],
        rules=rules or Rules(),
        rounds=swarm.rounds,
        streams=Streams("conformance", seed),
        engine=engine,
    )
    with np.errstate(all="ignore"):
        model = model_class(setup, arm=arm, bill=world.bills[0].name, record_states=True)
        try:
            while model.round < swarm.rounds:
                model.step()
            trace = model.trace()
        finally:
            model.close()
    _require_finite(trace, f"{swarm.name}, arm {arm.value}, engine {engine}, seed {seed}")
    return trace


def first_difference(one: Trace, other: Trace, *, tolerance: float = 0.0) -> str:
    """The first difference between two runs: field, round and values. Empty if they are equal.

    Args:
        one: A run.
        other: The run that should equal it.
        tolerance: How far apart numbers may be, relative to the larger one where that is above 1.
    """
    assert one.states is not None and other.states is not None
    assert one.decisions is not None and other.decisions is not None
    for name, left, right in (
        ("states", one.states, other.states),
        ("decisions", one.decisions, other.decisions),
        ("bill", one.bill, other.bill),
        *((f"metrics[{name!r}]", one.metrics[name], other.metrics.get(name)) for name in one.metrics),
    ):
        if right is None or left.shape != right.shape:
            return f"`{name}` has another shape: {left.shape} and {None if right is None else right.shape}"
        if len(apart := np.argwhere(~_close(left, right, tolerance))):
            place = tuple(int(i) for i in apart[0])
            row = f", daemon {place[1]}" if len(place) > 1 else ""
            # `states` begins with the proposals before round 0.
            when = f"round {place[0] - (name == 'states')}" if place[0] or name != "states" else "the first proposals"
            return f"`{name}` differs first in {when}{row}: {float(left[place])!r} and {float(right[place])!r}"
    for left_event, right_event in zip(one.events, other.events, strict=False):
        if left_event != right_event:
            return f"`events` differs first in round {left_event.round}: {left_event} and {right_event}"
    if len(one.events) != len(other.events):
        return f"`events` differs in its length: {len(one.events)} and {len(other.events)}"
    if not np.array_equal(one.quarantined, other.quarantined):
        round, daemon = np.argwhere(one.quarantined != other.quarantined)[0]
        return f"`quarantined` differs first in round {round}, daemon {daemon}"
    if not np.array_equal(one.compromised, other.compromised):
        return f"`compromised` differs at daemon {np.flatnonzero(one.compromised != other.compromised)[0]}"
    return ""


def _network(n: int, pairs: Sequence[tuple[int, int]]) -> Network:
    return Network.from_edges(n, np.array(pairs, dtype=np.int64).reshape(-1, 2))


def _require_finite(trace: Trace, where: str) -> None:
    assert trace.states is not None and trace.decisions is not None
    for name, values in (("states", trace.states), ("decisions", trace.decisions), *trace.metrics.items()):
        if len(apart := np.argwhere(~np.isfinite(values))):
            place = tuple(int(i) for i in apart[0])
            row = f", daemon {place[1]}" if len(place) > 1 else ""
            raise AssertionError(f"`{name}` is {float(values[place])} in round {place[0]}{row} ({where})")


def _close(left: Floats, right: Floats, tolerance: float) -> Any:
    with np.errstate(all="ignore"):
        scale = np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
        near = np.abs(left - right) <= tolerance * scale
    return (left == right) | near | (np.isnan(left) & np.isnan(right))

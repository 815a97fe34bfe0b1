"""Small swarms for tests, and Hypothesis strategies for arbitrary networks and attackers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from swarmsec.network import Network, topology
from swarmsec.protocols import NegotiationProtocol
from swarmsec.protocols.average_consensus import AverageConsensus
from swarmsec.rng import Streams
from swarmsec.swarm.arms import Arm
from swarmsec.swarm.daemon import Daemon
from swarmsec.swarm.model import SwarmModel
from swarmsec.swarm.setup import PluginSpec, Setup, compose
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, Channels, Defense, RedView, Rules, Surface
from swarmsec.worlds import World
from swarmsec.worlds.beliefs import Beliefs

UNIFORM = {"kind": "average_consensus", "weights": "uniform"}
K3 = {"kind": "complete", "n": 3}
TWO_CLIQUE = {
    "kind": "edges",
    "n": 8,
    "edges": [[i, j] for first in (0, 4) for i in range(first, first + 4) for j in range(i + 1, first + 4)] + [[0, 4]],
}
READS = {"kind": "friedkin_johnsen", "anchor": 1.0}
"""A protocol in which every daemon believes its signal and nothing else, so that `states` shows the signals."""


def beliefs(initial: Sequence[float], network: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A scenario in the world `beliefs`, by default with uniform averaging."""
    noise = more.pop("noise", 0.0)
    world = {"kind": "beliefs", "initial": list(initial), "noise": noise}
    return {"world": world, "network": network, "protocol": UNIFORM, "rounds": 5, "seeds": 1, **more}


def compose_swarm(
    network: Network,
    *,
    world: World | None = None,
    protocol: NegotiationProtocol | None = None,
    attacks: Sequence[Attack] = (),
    defenses: Sequence[Defense] = (),
    rounds: int = 3,
    rules: Rules | None = None,
    seed: int = 0,
    engine: Any = "arrays",
) -> Setup:
    """Compose a run from plug-in instances without the registry. Their kinds are the names of their classes."""

    def cast(plugin: Any) -> PluginSpec[Any]:
        return PluginSpec(type(plugin).__name__, plugin)

    return compose(
        network=network,
        world=cast(world or Beliefs(initial=[float(i) for i in range(network.n)])),
        protocol=cast(protocol or AverageConsensus(weights="uniform")),
        attacks=[cast(attack) for attack in attacks],
        defenses=[cast(defense) for defense in defenses],
        rules=rules or Rules(),
        rounds=rounds,
        streams=Streams("test", seed),
        engine=engine,
    )


def swarm_of(
    network: Network, *, arm: str = "defended", daemon_class: type[Daemon] = Daemon, **composition: Any
) -> SwarmModel:
    """The model of a run of plug-in instances, before its first round."""
    setup = compose_swarm(network, **composition)
    bill = setup.world.bills[0].name
    return SwarmModel(setup, arm=Arm(arm), bill=bill, record_states=True, daemon_class=daemon_class)


def play(model: SwarmModel) -> Trace:
    """Run a model to its end."""
    while model.running:
        model.step()
    return model.trace()


@dataclass(kw_only=True)
class AnyLiar(Attack):
    """Byzantine behavior: send each neighbor in each exchange another value, drawn from `values`."""

    surface = Surface.MESSAGE

    values: tuple[float, ...] = (100.0,)
    honest_too: bool = True

    def on_messages(self, messages: Channels, red: RedView) -> Channels:
        lies = red.rng.choice(self.values, size=messages.payload.shape)
        if not self.honest_too:
            return messages.saying(lies)
        return messages.saying(np.where(red.rng.random(lies.shape) < 0.2, messages.payload, lies))


def robust_networks(f: int) -> st.SearchStrategy[Network]:
    """Networks that are (2f+1)-robust by construction: complete, or grown (Zhang & Sundaram 2012)."""
    smallest = 4 * f + 1
    complete = st.integers(smallest, smallest + 4).map(lambda n: topology("complete", n=n))
    grown = st.builds(
        lambda n, seed: topology("robust_attachment", n=n, r=2 * f + 1, s=1, seed=seed),
        st.integers(smallest, smallest + 8),
        st.integers(0, 10_000),
    )
    return complete | grown


def local_liars(network: Network, f: int, *, order: Sequence[int]) -> list[int]:
    """Take daemons in this order while every other daemon has at most `f` of them as neighbors."""
    liars: set[int] = set()
    for daemon in order:
        tried = liars | {daemon}
        honest = set(range(network.n)) - tried
        if honest and all(len(tried & set(network.neighbors(i).tolist())) <= f for i in honest):
            liars = tried
    return sorted(liars)


@st.composite
def lied_to(draw: st.DrawFn, f: int) -> tuple[Network, list[int]]:
    """A (2f+1)-robust network, and an f-local set of liars in it."""
    network = draw(robust_networks(f))
    order = draw(st.permutations(range(network.n)))
    return network, local_liars(network, f, order=order)


values = st.floats(-1e6, 1e6)
"""Finite beliefs of daemons."""

lies = st.floats(allow_nan=True, allow_infinity=True)
"""Values in lies: any float, NaN and infinities included."""

"""A small swarm with noisy feeds, and a monitor that isolates the daemons that deviate most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from swarmsec.network import topology
from swarmsec.protocols.friedkin_johnsen import FriedkinJohnsen
from swarmsec.registry import Registry
from swarmsec.swarm.trace import Trace
from swarmsec.teams import Attack, BlueRules, BlueView, Defense, Rules, Surface, Vantage
from swarmsec.worlds.beliefs import Beliefs
from tests.strategies import play, swarm_of

N = 60
WARM_UP = 40
REGISTRY = Registry()


@dataclass(kw_only=True)
class WorstFirst(Defense):
    """Isolate daemons that are farther than `threshold` from the median, the farthest first; release after `hold`."""

    vantage = Vantage.MONITOR
    sees = Surface.SIGNAL | Surface.MESSAGE | Surface.DAEMON
    ignores = False

    threshold: float = 0.5
    hold: int = 5

    def begin(self, blue: BlueView) -> None:
        self._clear = np.zeros(blue.n, dtype=int)

    def respond(self, blue: BlueView) -> None:
        if blue.round < WARM_UP:
            return
        score = np.abs(blue.inbox.broadcast - np.median(blue.inbox.broadcast))[:, 0]
        self._clear = np.where(score > self.threshold, 0, self._clear + 1)
        blue.release(np.flatnonzero(blue.quarantined & (self._clear > self.hold)))
        worst = np.argsort(-score, kind="stable")
        blue.isolate(worst[(score > self.threshold)[worst] & ~blue.quarantined[worst]])


def swarm(arm: str, attack: Attack | None, *defenses: Defense, quarantine: str | None = None, seed: int = 0) -> Trace:
    """Run 60 daemons with noisy feeds for 100 rounds."""
    return play(
        swarm_of(
            topology("small_world", n=N, neighbors=8, rewire=0.1, seed=1),
            arm=arm,
            world=Beliefs(initial="normal", spread=0.3, noise=0.3),
            protocol=FriedkinJohnsen(anchor=0.1),
            attacks=[] if attack is None else [attack],
            defenses=defenses,
            rounds=100,
            rules=Rules(blue=BlueRules(quarantine=quarantine)),
            seed=seed,
        )
    )


def damages(attack: Attack, defenses: Sequence[Defense] = (), **how: object) -> float:
    """The damage of an attack over one seed, in a swarm with these defenses or none."""
    with_red, without = ("defended", "clean") if defenses else ("attacked", "clean")
    return float(swarm(with_red, attack, *defenses, **how).bill[-1] - swarm(without, attack, **how).bill[-1])

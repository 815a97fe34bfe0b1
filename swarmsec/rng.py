"""One seed, many random streams: every component draws from its own generator, which is derived from its name.

A stream is `Philox`, keyed by a digest of [root seed, scenario, replicate, component], so draws do not depend on
the order of components, their number of draws, or the process. The keys of the world and the protocol do not
contain the names of attacks and defenses. So the four arms of a seed are paired, and so are rival defenses
(common random numbers; Glasserman & Yao 1992).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np


def stream(root_seed: int, scenario: str, replicate: int, component: str) -> np.random.Generator:
    """The generator of one component of one run.

    Args:
        root_seed: The scenario's `root_seed`.
        scenario: The scenario's name.
        replicate: The run's seed.
        component: The component that draws: `world`, `protocol`, `network`, `red/0`, `blue/1`, ...

    Returns:
        A fresh generator: equal arguments give equal draws, on every machine.

    Examples:
        >>> float(stream(0, "demo", 3, "world").random()) == float(stream(0, "demo", 3, "world").random())
        True
    """
    name = json.dumps([root_seed, scenario, replicate, component], separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))


@dataclass(frozen=True)
class Streams:
    """The streams of one run, by component."""

    scenario: str
    seed: int
    root_seed: int = 0

    def of(self, component: str) -> np.random.Generator:
        """A fresh generator for `component`; a second call gives the same draws again."""
        return stream(self.root_seed, self.scenario, self.seed, component)

"""Draw a network by the name of its topology."""

from __future__ import annotations

from typing import Any

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._network import Network
from swarmsec.network.topologies._base import Topology
from swarmsec.parameters import build
from swarmsec.registry import Registry
from swarmsec.rng import stream


def topology(kind: str, *, seed: int = 0, rng: np.random.Generator | None = None, **parameters: Any) -> Network:
    """Draw a network.

    Args:
        kind: A shipped or installed topology, as `swarmsec list topologies` has them.
        seed: Selects one of the random networks; topologies without randomness ignore it.
        rng: The generator to draw from, in place of the seed.
        **parameters: The topology's parameters: `n`, `degree`, ...

    Raises:
        UnknownNameError: There is no such topology.
        ParameterError: A parameter is unknown, missing, or out of its range.

    Examples:
        >>> topology("circulant", n=7, offsets=[1, 2]).neighbors(0).tolist()
        [1, 2, 5, 6]
    """
    plugin: type[Topology] = Registry().get("topologies", kind)
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ParameterError(f"{seed!r} given; must be a whole number", where="seed")
    drawn = build(plugin, parameters)
    return drawn.network(stream(int(seed), "", 0, f"network/{kind}") if rng is None else rng)

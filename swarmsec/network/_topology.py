"""The topologies by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from swarmsec.errors import ParameterError, UnknownNameError, did_you_mean
from swarmsec.network._growth import RobustAttachment, ScaleFree
from swarmsec.network._lattices import Circulant, Complete, Edges, Grid, Hypercube, Path, Ring, Star, Torus, Wheel
from swarmsec.network._network import Network
from swarmsec.network._random import ErdosRenyi, KInRandom, RandomRegular, SmallWorld, StochasticBlocks
from swarmsec.network._topology_base import Topology
from swarmsec.parameters import build
from swarmsec.rng import stream

TOPOLOGIES: Mapping[str, type[Topology]] = MappingProxyType(
    {
        "complete": Complete,
        "ring": Ring,
        "path": Path,
        "circulant": Circulant,
        "grid": Grid,
        "torus": Torus,
        "star": Star,
        "wheel": Wheel,
        "hypercube": Hypercube,
        "erdos_renyi": ErdosRenyi,
        "random_regular": RandomRegular,
        "small_world": SmallWorld,
        "scale_free": ScaleFree,
        "stochastic_blocks": StochasticBlocks,
        "k_in_random": KInRandom,
        "robust_attachment": RobustAttachment,
        "edges": Edges,
    }
)
"""Every kind of topology: its name in a scenario, and the class whose fields are its parameters."""


def topology(kind: str, *, seed: int = 0, rng: np.random.Generator | None = None, **parameters: Any) -> Network:
    """A network of one of the known kinds.

    Args:
        kind: A name in `TOPOLOGIES`.
        seed: Which of the random networks; kinds that draw nothing take it and ignore it.
        rng: Draw from this generator, whatever the seed.
        **parameters: The fields of the kind's class: `n`, `degree`, ...

    Raises:
        UnknownNameError: No such kind.
        ParameterError: A parameter is unknown, missing, or out of its range.

    Examples:
        >>> topology("circulant", n=7, offsets=[1, 2]).neighbors(0).tolist()
        [1, 2, 5, 6]
    """
    if kind not in TOPOLOGIES:
        raise UnknownNameError(f"no topology `{kind}`; {did_you_mean(kind, TOPOLOGIES)}", where="kind")
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise ParameterError(f"{seed!r} given; must be a whole number", where="seed")
    blueprint = build(TOPOLOGIES[kind], parameters)
    return blueprint.network(stream(int(seed), "", 0, f"network/{kind}") if rng is None else rng)

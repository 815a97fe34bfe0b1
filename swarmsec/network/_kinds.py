"""What every kind of topology is: its parameters as fields, and a way to build the network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from swarmsec.network._network import Network
from swarmsec.parameters import Help, Interval, Unit

Daemons = Annotated[int, Interval(ge=1, le=10_000_000), Unit("daemons"), Help("How many daemons there are.")]
Share = Annotated[float, Interval(ge=0, le=1), Unit("probability")]


@dataclass(frozen=True, kw_only=True)
class Topology(ABC):
    """A kind of network. Its fields are its parameters, and `swarmsec.network.TOPOLOGIES` knows its name."""

    @abstractmethod
    def build(self, rng: np.random.Generator) -> Network:
        """The network. Equal parameters and an equally seeded `rng` give an equal one."""

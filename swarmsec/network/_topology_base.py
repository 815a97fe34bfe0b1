"""What every kind of topology is: its parameters as fields, and a way to build the network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._delivery import RELIABLE, Delivery
from swarmsec.network._network import Network
from swarmsec.parameters import Help, Interval, Unit

Daemons = Annotated[int, Interval(ge=1, le=10_000_000), Unit("daemons"), Help("How many daemons there are.")]
Share = Annotated[float, Interval(ge=0, le=1), Unit("probability")]

DELAY_MAX = 1_000
"""Exchanges that a message can be late: what is on its way is kept."""

Delay = Annotated[int, Interval(ge=0, le=DELAY_MAX), Unit("exchanges")]


@dataclass(frozen=True, kw_only=True)
class Topology(ABC):
    """A kind of network. Its fields are its parameters, and `swarmsec.network.TOPOLOGIES` knows its name."""

    delay: Annotated[
        Delay | tuple[Delay, Delay], Unit("exchanges"), Help("How late messages are: always, or from and to.")
    ] = 0
    loss: Annotated[Share, Help("How likely a message never arrives.")] = 0.0
    duplication: Annotated[Share, Help("How likely a message arrives twice.")] = 0.0
    reordering: Annotated[Share, Help("How likely a message may overtake those before it on its link.")] = 0.0

    @abstractmethod
    def build(self, rng: np.random.Generator) -> Network:
        """The network. Equal parameters and an equally seeded `rng` give an equal one."""

    def network(self, rng: np.random.Generator) -> Network:
        """The network, with links as its parameters say."""
        network = self.build(rng)
        return network if self.delivery == RELIABLE else replace(network, delivery=self.delivery)

    @property
    def delivery(self) -> Delivery:
        """What links do to messages.

        Raises:
            ParameterError: The lowest delay is above the highest.
        """
        low, high = self.delay if isinstance(self.delay, (tuple, list)) else (self.delay, self.delay)
        if low > high:
            raise ParameterError(f"{low} to {high}; must begin with the lower one", where="delay")
        return Delivery(low, high, self.loss, self.duplication, self.reordering)

"""The base class of topologies."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np

from swarmsec.errors import ParameterError
from swarmsec.network._delivery import RELIABLE, Delivery
from swarmsec.network._network import Network
from swarmsec.parameters import Help, Interval, Unit
from swarmsec.plugin import Family, Plugin

DAEMONS_MAX = 10_000_000
"""The largest swarm."""

DELAY_MAX = 1_000
"""The largest delay of a message, in exchanges; messages in transit are stored."""

Daemons = Annotated[int, Interval(ge=1, le=DAEMONS_MAX), Unit("daemons"), Help("The number of daemons.")]
Probability = Annotated[float, Interval(ge=0, le=1), Unit("probability")]
Delay = Annotated[int, Interval(ge=0, le=DELAY_MAX), Unit("exchanges")]


@dataclass(kw_only=True)
class Topology(Plugin, ABC):
    """A way to draw the network of a swarm.

    A topology overrides `size` and `build`. Parameters that do not fit together raise a `ParameterError` in
    `__post_init__`.
    """

    family: ClassVar[Family] = "topologies"

    delay: Annotated[
        Delay | tuple[Delay, Delay],
        Unit("exchanges"),
        Help("The delay of messages: a number, or smallest and largest."),
    ] = 0
    loss: Annotated[Probability, Help("The probability that a message is lost.")] = 0.0
    duplication: Annotated[Probability, Help("The probability that a message arrives twice.")] = 0.0
    reordering: Annotated[Probability, Help("The probability that a message may overtake earlier ones.")] = 0.0
    reserve: Annotated[
        int, Interval(ge=0, le=DAEMONS_MAX), Unit("identities"), Help("How many identities may join in a run.")
    ] = 0

    @abstractmethod
    def size(self) -> int:
        """The number of daemons. It depends on the parameters alone; no network is drawn."""

    def edges_expected(self) -> int:
        """About how many directed edges the network will have, from the parameters alone; 0 if unknown."""
        return 0

    @abstractmethod
    def build(self, rng: np.random.Generator) -> Network:
        """Draw the network. Equal parameters and an equally seeded `rng` give equal networks."""

    def check(self, n: int) -> None:
        """Check the numbers of daemons and identities, and that the smallest delay is not above the largest."""
        if n > DAEMONS_MAX:
            raise ParameterError(f"{n:,} daemons; a swarm has at most {DAEMONS_MAX:,}")
        if n + self.reserve > DAEMONS_MAX:
            left = f"{self.reserve:,} given; {n:,} daemons leave room for {DAEMONS_MAX - n:,} identities"
            raise ParameterError(left, where="reserve")
        low, high = self._delay_range()
        if low > high:
            raise ParameterError(f"{low} to {high}; must begin with the lower one", where="delay")

    def network(self, rng: np.random.Generator) -> Network:
        """Draw the network, with the delivery and the reserve that the parameters describe.

        Raises:
            ParameterError: `check` refuses the parameters.
        """
        self.check(self.size())
        network = self.build(rng)
        delivery = Delivery(*self._delay_range(), self.loss, self.duplication, self.reordering)
        if delivery == RELIABLE and not self.reserve:
            return network
        return replace(network, delivery=delivery, reserve=self.reserve)

    def _delay_range(self) -> tuple[int, int]:
        low, high = self.delay if isinstance(self.delay, (tuple, list)) else (self.delay, self.delay)
        return low, high

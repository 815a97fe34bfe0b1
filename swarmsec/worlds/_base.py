"""The base class of worlds, its view of the run, and the outcome of a round."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network
from swarmsec.plugin import Family, Plugin


class Outcome(NamedTuple):
    """The outcome of a round.

    Attributes:
        bills: The accumulated amount of each bill after this round, in the world's unit.
        metrics: Other figures after this round, with the same names in every round.
    """

    bills: Mapping[str, float]
    metrics: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class WorldView:
    """The data that a world gets at the start of a run.

    Attributes:
        network: The network; an edge leads from a sender to a listener.
        rounds: The number of rounds.
        rng: The world's own random stream. A world must draw the same from it in every arm, whatever the swarm decides.
        billed: (n,) the daemons over which the world keeps its bill, the same in all four arms: all except the targets
            of the scenario's attacks that compromise daemons. A daemon that such an attack takes later stays billed.
    """

    network: Network
    rounds: int
    rng: np.random.Generator
    billed: Bools

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.network.n


@dataclass(kw_only=True)
class World(Plugin, ABC):
    """The task of a swarm: it makes the signals, applies the decisions, and computes the bill.

    The first of `bills` is scored, unless the scenario's `score.bill` names another.
    """

    family: ClassVar[Family] = "worlds"
    traits: ClassVar[Mapping[str, type[Any]]] = {"unit": str, "bills": tuple, "senses": str, "decides": str}

    unit: ClassVar[str]
    """The unit of the bills: `USD`, `kWh`, `minutes`."""

    bills: ClassVar[tuple[str, ...]]
    """The names of the bills."""

    senses: ClassVar[str] = ""
    """The quantity that feeds report, as a noun: `belief`, `forecast`, `worth`."""

    decides: ClassVar[str] = ""
    """The kind of proposal that `decide` expects: `belief`, a number or vector that the daemons share; `assignment`,
    each daemon's share of each item, 0 to 1; `quantity`, the units of each good that each daemon takes; or another
    kind. A protocol lists the kinds of its proposals in `decides_for`. Empty: not declared."""

    @property
    def signal_deviation(self) -> float:
        """The standard deviation of an honest signal around the truth, in the unit of the signals."""
        return 0.0

    @property
    def acts_beyond(self) -> float:
        """The belief beyond which a daemon acts at a cost; infinite if no action has a cost."""
        return math.inf

    @abstractmethod
    def begin(self, view: WorldView) -> None:
        """Prepare a fresh run. Called once, before round 0."""

    @abstractmethod
    def sense(self) -> Floats:
        """The signals of this round, (n, d)."""

    @abstractmethod
    def decide(self, state: Floats) -> Floats:
        """The decision of each daemon from its proposal: (n, d) → (n, k). A row depends on the same row only."""

    @abstractmethod
    def apply(self, decisions: Floats) -> Outcome:
        """Apply the decisions, (n, k), and add to the bill."""

    def central(self) -> Mapping[str, float]:
        """The bills of a centralized controller in the same run so far: bill → amount, where they can be computed."""
        return {}

    @property
    def roles(self) -> Mapping[str, Ints]:
        """Groups of daemons with a name: role → indices. Known before `begin`."""
        return {}

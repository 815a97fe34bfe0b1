"""The base class of worlds, and what passes between a world and the engine."""

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
    """What a round came to.

    Attributes:
        bills: Each of the world's bills as it stands after this round, in the world's unit.
        metrics: Other figures, as they stand after this round; the same names every round.
    """

    bills: Mapping[str, float]
    metrics: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class WorldView:
    """What a world is told at the start.

    Attributes:
        network: Who listens to whom.
        rounds: How many rounds there will be.
        rng: The world's own stream. It draws the same in every round of every arm, whatever the swarm decides.
        compromised: (n,) who has been hijacked by now. The engine keeps it up to date; only a world may see it.
    """

    network: Network
    rounds: int
    rng: np.random.Generator
    compromised: Bools

    @property
    def n(self) -> int:
        """How many daemons there are."""
        return self.network.n


@dataclass(kw_only=True)
class World(Plugin, ABC):
    """What the swarm is in charge of. It alone knows the truth, and keeps the bill.

    The first of `bills` is the one that is scored, unless the scenario's `score.bill` names another.
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
    each daemon's share of each item, 0 to 1; `quantity`, the units of each good that each daemon takes; or a word of
    your own. A protocol names the kinds that it makes in `decides_for`. Empty: not declared."""

    @property
    def signal_deviation(self) -> float:
        """The standard deviation of an honest signal around the truth, in the unit of the signals."""
        return 0.0

    @property
    def acts_beyond(self) -> float:
        """The belief beyond which a daemon acts at a cost; infinite where acting on a belief costs nothing."""
        return math.inf

    @abstractmethod
    def begin(self, view: WorldView) -> None:
        """Set up a fresh run. Called once, before round 0."""

    @abstractmethod
    def sense(self) -> Floats:
        """What the feeds tell each daemon in this round, (n, d)."""

    @abstractmethod
    def decide(self, state: Floats) -> Floats:
        """What each daemon does, given what it came to believe: (n, d) → (n, k)."""

    @abstractmethod
    def apply(self, decisions: Floats) -> Outcome:
        """Do what was decided, (n, k), and keep the bill."""

    def central(self) -> Mapping[str, float]:
        """What a centralized controller would have run up in the same run: bill → amount, for the bills it can tell."""
        return {}

    @property
    def roles(self) -> Mapping[str, Ints]:
        """What the world calls some of its daemons: role → indices. Known before `begin`."""
        return {}

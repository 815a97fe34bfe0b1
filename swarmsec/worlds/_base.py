"""The base class of worlds, its view of the run, and the outcome of a round."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from swarmsec.arrays import Bools, Floats, Ints
from swarmsec.network import Network
from swarmsec.plugin import Family, Plugin
from swarmsec.short_repr import short_repr
from swarmsec.teams.observed import Observed
from swarmsec.worlds._declarations import Bill, Column, Metric, Picture, PublishedClaim, UnmeasuredClaim


class Outcome(NamedTuple):
    """The outcome of a round.

    Attributes:
        bills: The accumulated amount of each bill after this round, in the world's unit.
        metrics: Other figures after this round, with the same names in every round.
    """

    bills: Mapping[str, float]
    metrics: Mapping[str, float]


@dataclass(frozen=True, eq=False, repr=False)
class WorldView:
    """The data that a world gets at the start of a run.

    Attributes:
        network: The network; an edge leads from a sender to a listener.
        rounds: The number of rounds.
        rng: The world's own random stream. A world must draw the same from it in every arm, whatever the swarm decides.
        billed: (n,) the daemons over which the world keeps its bill, the same in all four arms: all except the targets
            of the scenario's attacks that compromise daemons. A daemon that such an attack takes later stays billed.
        roles: The world's own roles, for this network: role → indices.
    """

    network: Network
    rounds: int
    rng: np.random.Generator
    billed: Bools
    roles: Mapping[str, Ints] = field(default_factory=dict)

    __repr__ = short_repr

    @property
    def n(self) -> int:
        """The number of daemons."""
        return self.network.n


@dataclass(kw_only=True)
class World(Plugin, ABC):
    """The task of a swarm: it makes the signals, applies the decisions, and computes the bill.

    The first of `bills` is scored, unless the scenario's `score.bill` names another. In every round the engine calls
    `sense`, `hear`, `decide`, `feasible`, `apply` and `observed`, in this order.
    """

    family: ClassVar[Family] = "worlds"
    traits: ClassVar[Mapping[str, type[Any]]] = {"bills": tuple, "metrics": tuple, "senses": str, "decides": str}
    trait_items: ClassVar[Mapping[str, type[Any]]] = {"bills": Bill, "metrics": Metric}

    bills: ClassVar[tuple[Bill, ...]]
    """The bills, the scored one first."""

    metrics: ClassVar[tuple[Metric, ...]] = ()
    """The other figures of every round."""

    pictures: ClassVar[tuple[Picture, ...]] = ()
    """What a report draws of a run, beside the bill."""

    claims: ClassVar[tuple[PublishedClaim, ...]] = ()
    """What was published about the system, and can be measured here."""

    unmeasured: ClassVar[tuple[UnmeasuredClaim, ...]] = ()
    """What was published about it, and cannot be measured by a simulation."""

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

    @property
    def seconds_per_round(self) -> float | None:
        """The length of a round; None if a round has no length."""
        return None

    @property
    def facts(self) -> Mapping[str, Any]:
        """What every daemon knows of the world from the start, such as a supply; a protocol reads it by name."""
        return {}

    @property
    def signal_columns(self) -> tuple[Column, ...]:
        """The d columns of the signals. One by default, with the name `senses`."""
        return (Column(name=self.senses),)

    @property
    def proposal_width(self) -> int:
        """The number of columns of the proposals that `decide` expects. As many as signals by default."""
        return len(self.signal_columns)

    @property
    def decision_columns(self) -> tuple[Column, ...]:
        """The k columns of the decisions. One by default, with the name `decides`."""
        return (Column(name=self.decides),)

    def roles(self, n: int) -> Mapping[str, Ints]:
        """Groups of daemons with a name, in a swarm of `n`: role → indices. The same before and after `begin`."""
        return {}

    @abstractmethod
    def begin(self, view: WorldView) -> None:
        """Prepare a fresh run. Called once, before round 0."""

    @abstractmethod
    def sense(self) -> Floats:
        """The signals of this round, (n, d)."""

    @abstractmethod
    def decide(self, state: Floats) -> Floats:
        """The decision of each daemon from its proposal: (n, d) → (n, k). A row depends on the same row only."""

    def feasible(self, decisions: Floats) -> Floats:
        """What can be done at all of these decisions, after a defense has changed them: (n, k) → (n, k).

        Limits of capacity belong here, so that no defense can exceed them.
        """
        return decisions

    def neutral(self, decisions: Floats) -> Floats:
        """The decisions of daemons that do not act in this round: (n, k) → (n, k). Unchanged by default."""
        return decisions

    @abstractmethod
    def apply(self, decisions: Floats) -> Outcome:
        """Apply the decisions, (n, k), and add to the bill."""

    def observed(self) -> Observed:
        """What can be seen after this round: by all, and by each daemon. Nothing by default."""
        return Observed()

    def hear(self, signals: Floats) -> None:
        """Show the centralized controller the signals of this round, (n, d), as the attack left them.

        Called once a round, before any defense filters them; `central` may depend on nothing else.
        """

    def central(self) -> Mapping[str, float]:
        """The bills of a centralized controller that was told the same signals as the swarm: bill → amount so far.

        A bill that cannot be computed is left out.
        """
        return {}

    @classmethod
    def unit_of(cls, name: str) -> str:
        """The unit of a bill or metric; empty if it has none, or if there is none of that name."""
        units = {bill.name: bill.unit for bill in cls.bills} | {metric.name: metric.unit for metric in cls.metrics}
        return units.get(name, "")

    @classmethod
    def bill_names(cls) -> tuple[str, ...]:
        """The names of the bills, the scored one first."""
        return tuple(bill.name for bill in cls.bills)


def divide(n: int, sizes: Mapping[str, float]) -> dict[str, Ints]:
    """Divide the daemons of a swarm into roles of consecutive indices.

    Args:
        n: The number of daemons.
        sizes: role → its size relative to the other roles' sizes.

    Returns:
        role → indices, all daemons in one role each.

    Examples:
        >>> {role: len(daemons) for role, daemons in divide(10, {"storage": 3, "latency": 2}).items()}
        {'storage': 6, 'latency': 4}
    """
    ends = np.rint(n * np.cumsum(list(sizes.values())) / sum(sizes.values())).astype(np.int32)
    starts = np.concatenate([[0], ends[:-1]])
    return {
        role: np.arange(start, end, dtype=np.int32)
        for role, start, end in zip(sizes, starts.tolist(), ends.tolist(), strict=True)
    }
